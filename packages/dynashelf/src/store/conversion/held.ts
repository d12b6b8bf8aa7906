// What Dynamoose converts as docs/dynamoose.md promises, by its schema and by its value. The compiled conversion takes
// the rest, attribute by attribute.
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { isPlainObject, type InputValue, type StoredValue } from '../../values/stored';
import { anywhere, isSchemaless, type SchemaNode } from '../../values/node';

/** Deeper than this, DynamoDB's limit of 32 levels is near: the compiled conversion says where it is crossed. */
const DEEPEST = 24;

/** Whether Dynamoose gives an attribute of such a name and schema the meaning that it has here, whatever its value. */
export function isHeld(name: string, node: SchemaNode): boolean {
  // Dynamoose puts attributes on an object that has methods, and looks at them by paths.
  return isPlainName(name) && !goesWrong(node);
}

const usesGet = anywhere(({ keywords }) => keywords.get !== undefined);
const usesSet = anywhere(({ keywords }) => keywords.set !== undefined);
const usesDefault = anywhere(({ keywords }) => keywords.default !== undefined);

const goesWrong = anywhere((node) => {
  const { kind, keywords, properties, element } = node;
  const inside = [...properties.values(), ...(element === undefined ? [] : [element])];
  return (
    [...properties.keys()].some((name) => !isPlainName(name)) ||
    // Both see the value as it first was, and the last to finish wins.
    (keywords.set !== undefined && inside.some(usesSet)) ||
    (keywords.get !== undefined && inside.some(usesGet)) ||
    // The inner one overwrites what the outer one says.
    (keywords.default !== undefined && inside.some(usesDefault)) ||
    // The first element alone is filled.
    (element !== undefined && usesDefault(element)) ||
    // It loses what is inside the second and later ones.
    (kind === 'array' && element!.kind === 'object' && isSchemaless(element!))
  );
});

/** Members of any object, and methods of Dynamoose's Item. */
const TAKEN = [
  'original',
  'toJSON',
  'withDefaults',
  'serialize',
  'delete',
  'save',
  'populate',
  'prepareForResponse',
  'toDynamo',
  'conformToSchema',
  'getInternalProperties',
  'setInternalProperties',
];

function isPlainName(name: string): boolean {
  return !/^$|\.|^\d+$/.test(name) && !(name in Object.prototype) && !TAKEN.includes(name);
}

/** A value of JSON, or that the resource's code gives, as Dynamoose takes it; undefined for one that it cannot take. */
export function toDynamoose(node: SchemaNode, given: InputValue): unknown {
  switch (node.kind) {
    case 'string':
    case 'boolean':
      return typeof given === node.kind ? given : undefined;
    case 'number':
      return isExact(given) ? given : undefined;
    case 'date':
      return typeof given === 'string' ? readDate(given) : undefined;
    case 'binary':
      return typeof given === 'string' ? Buffer.from(given, 'base64') : undefined;
    case 'array':
      return Array.isArray(given) ? elementsOf(node, given) : undefined;
    case 'set': {
      const elements = Array.isArray(given) ? elementsOf(node, given) : undefined;
      return elements && new Set(elements);
    }
    case 'object':
      return !isPlainObject(given) ? undefined : isSchemaless(node) ? copyFree(given) : membersOf(node, given);
    case 'any':
      return copyFree(given);
  }
}

function elementsOf({ element }: SchemaNode, given: readonly InputValue[]): unknown[] | undefined {
  const elements = given.map((inner) => toDynamoose(element!, inner));
  return elements.includes(undefined) ? undefined : elements;
}

function membersOf({ properties }: SchemaNode, given: { readonly [name: string]: InputValue }): object | undefined {
  const object: Record<string, unknown> = {};
  for (const [name, member] of properties) {
    if (Object.hasOwn(given, name) && given[name] !== undefined) {
      const inner = toDynamoose(member, given[name]);
      if (inner === undefined) {
        return undefined;
      }
      object[name] = inner;
    }
  }
  return object;
}

function copyFree(given: InputValue): InputValue | undefined {
  return isFreeHeld(given, 0) ? given : undefined;
}

function isFreeHeld(value: unknown, depth: number): boolean {
  return typeof value === 'number'
    ? isExact(value)
    : Array.isArray(value)
      ? depth < DEEPEST && value.every((inner) => isFreeHeld(inner, depth + 1))
      : !isPlainObject(value as InputValue) ||
        (depth < DEEPEST &&
          Object.entries(value as object).every(([name, inner]) => isPlainName(name) && isFreeHeld(inner, depth + 1)));
}

/** RFC 3339 allows lower case and a space, which Date.parse does not promise to read. */
function readDate(given: string): Date | undefined {
  const date = new Date(given.toUpperCase().replace(' ', 'T'));
  const year = date.getUTCFullYear();
  return year >= 0 && year <= 9999 ? date : undefined;
}

/** Whether a number is one that Dynamoose writes and reads as a number, and DynamoDB stores. */
function isExact(value: unknown): boolean {
  return (
    typeof value === 'number' &&
    (value === 0 || (Math.abs(value) <= Number.MAX_SAFE_INTEGER && Math.abs(value) >= 1e-130))
  );
}

/** Whether Dynamoose writes a prepared value as it is. */
export function isMarshalled(value: StoredValue): boolean {
  return typeof value === 'number'
    ? isExact(value)
    : Array.isArray(value) || value instanceof Set
      ? [...value].every(isMarshalled)
      : typeof value !== 'object' ||
        value === null ||
        value instanceof Uint8Array ||
        Object.entries(value).every(([name, inner]) => !(name in Object.prototype) && isMarshalled(inner));
}

/** Whether a stored value has the declared type, in every part: Dynamoose throws, or shows another value, where not. */
export function isReadable(node: SchemaNode, stored: AttributeValue): boolean {
  switch (node.kind) {
    case 'string':
      return stored.S !== undefined;
    case 'number':
      return isExactStored(stored.N);
    case 'boolean':
      return stored.BOOL !== undefined;
    case 'date':
      return isReadableDate(node, stored);
    case 'binary':
      return stored.B !== undefined;
    case 'set':
      return [stored.SS, stored.NS?.every(isExactStored) === true ? stored.NS : undefined, stored.BS].some(
        (elements) => elements !== undefined,
      );
    case 'array':
      return stored.L?.every((inner) => isReadable(node.element!, inner)) === true;
    case 'object':
      return (
        stored.M !== undefined &&
        (isSchemaless(node)
          ? isFreeReadable(stored)
          : [...node.properties].every(([name, member]) => {
              const inner = stored.M?.[name];
              return inner === undefined || isReadable(member, inner);
            }))
      );
    case 'any':
      return isFreeReadable(stored);
  }
}

function isReadableDate({ storage }: SchemaNode, { S, N }: AttributeValue): boolean {
  const time = storage === 'iso' ? (S ?? NaN) : Number(N) * (storage === 'seconds' ? 1000 : 1);
  return !Number.isNaN(new Date(time).getTime());
}

function isFreeReadable({ N, L, M }: AttributeValue): boolean {
  return (
    (N === undefined || isExactStored(N)) &&
    (L === undefined || L.every(isFreeReadable)) &&
    (M === undefined || Object.entries(M).every(([name, inner]) => isPlainName(name) && isFreeReadable(inner)))
  );
}

function isExactStored(number: string | undefined): boolean {
  return number !== undefined && isExact(Number(number));
}
