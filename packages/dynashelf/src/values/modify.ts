// What Dynamoose calls before a value is stored, `set` and `validate`, and its checks `required` and `enum`.
import { pointer, type Faults } from '../problem';
import type { AttributeDefinition } from './attribute';
import type { ValuePath, StoredValue } from './stored';
import { anywhere, type SchemaNode } from './node';

/** Whether the attribute, or one inside it, has a `set`. */
export const usesSet = anywhere(({ keywords }) => keywords.set !== undefined);

/** Whether the attribute, or one inside it, has a `set` or `validate`. */
export const usesFunctions = anywhere(({ keywords }) => keywords.set !== undefined || keywords.validate !== undefined);

/** Applies each `set`, the outer ones first; undefined where one takes the value away. */
export async function modify(node: SchemaNode, value: StoredValue): Promise<StoredValue | undefined> {
  const own = node.keywords.set === undefined ? value : ((await node.keywords.set(value)) as StoredValue | undefined);
  if (node.properties.size > 0 && isObject(own)) {
    for (const [name, member] of node.properties) {
      const inner = own[name];
      if (inner !== undefined && inner !== null && usesSet(member)) {
        // One that is undefined is not stored.
        own[name] = (await modify(member, inner)) as StoredValue;
      }
    }
  } else if (node.kind === 'array' && Array.isArray(own) && usesSet(node.element!)) {
    const elements = await Promise.all(
      own.map(async (inner) => (inner === null ? null : modify(node.element!, inner))),
    );
    return elements as StoredValue[];
  }
  return own;
}

/** Finds every fault of a value as it would be stored. */
export async function inspect(
  node: SchemaNode,
  value: StoredValue | undefined,
  at: ValuePath,
  faults: Faults,
): Promise<void> {
  await inspectOne(node, value, at, faults);
  if (isObject(value)) {
    for (const [name, member] of node.properties) {
      await inspect(member, value[name], [...at, name], faults);
    }
  } else if (node.kind === 'array' && Array.isArray(value)) {
    for (const [index, element] of value.entries()) {
      await inspect(node.element!, element, [...at, index], faults);
    }
  }
}

/** Finds the faults of a value itself, without those of what is in it. */
async function inspectOne(
  node: SchemaNode,
  value: StoredValue | undefined,
  at: ValuePath,
  faults: Faults,
): Promise<void> {
  requireValue(node, value, at, faults);
  if (value === undefined || value === null) {
    return;
  }
  const { keywords } = node;
  const own = [
    keywords.validate === undefined ? undefined : await check(keywords.validate, value),
    // Without `set` and `default` the JSON Schema has it checked.
    keywords.enum !== undefined && !keywords.enum.includes(value as string)
      ? `Must be one of ${keywords.enum.map((allowed) => JSON.stringify(allowed)).join(', ')}.`
      : undefined,
    storageFault(value),
  ];
  for (const detail of own) {
    if (detail !== undefined) {
      faults.add(() => ({ detail, pointer: pointer(...at) }));
    }
  }
}

/** Finds the fault of a value that must be there and is not. */
export function requireValue(node: SchemaNode, value: StoredValue | undefined, at: ValuePath, faults: Faults): void {
  if (node.keywords.required === true && (value === undefined || value === null)) {
    faults.add(() => ({ detail: `"${at.at(-1)}" is required: add it.`, pointer: pointer(...at) }));
  }
}

async function check(
  validate: NonNullable<AttributeDefinition['validate']>,
  value: StoredValue,
): Promise<string | undefined> {
  if (validate instanceof RegExp) {
    // A global or sticky expression would otherwise remember where it stopped.
    validate.lastIndex = 0;
    return typeof value === 'string' && validate.test(value) ? undefined : `Must match the pattern ${validate.source}.`;
  }
  try {
    return (await validate(value))
      ? undefined
      : 'Does not pass the check of this attribute; its description says what it takes.';
  } catch (error) {
    // Dynamoose's documentation: a validator may throw instead of answering false.
    return error instanceof Error ? error.message : String(error);
  }
}

/** What a `set` or default may have made that DynamoDB does not hold, as a sentence. */
export function storageFault(value: StoredValue): string | undefined {
  if (value instanceof Set && value.size === 0) {
    return 'Must have at least 1 element.';
  }
  if (typeof value === 'number' && value !== 0 && !(Math.abs(value) >= 1e-130 && Math.abs(value) < 1e126)) {
    return 'Must be a number whose magnitude is between 1e-130 and 1e126, or 0.';
  }
  return undefined;
}

function isObject(value: StoredValue | undefined): value is { [name: string]: StoredValue } {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Set) &&
    !(value instanceof Uint8Array)
  );
}
