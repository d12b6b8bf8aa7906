// A request body checked against the JSON Schema of its resource: every fault, as sentences.
import { Validator, type OutputUnit } from '@cfworker/json-schema';
import { gatherFaults, MOST_FAULTS, pointer, type Fault, type Faults } from '../problem';
import type { Json, JsonObject } from '../definition/item';
import { BASE64, requestSchema, type JsonSchema } from './json-schema';
import { didYouMean } from '../definition/nearest';
import { isReadOnly, type Node } from './node';
import { ID_PATTERN } from '../definition/relation';
import { SYSTEM_ATTRIBUTES } from '../definition/reserved';
import { quickCheck, quickCheckOfChanges, type QuickCheck } from './quick-check';
import type { Resource } from '../definition/resource';
import { findRepetitions } from './uniqueness';

type Location = readonly (string | number)[];

/** The faults of a body, and the attributes that have any, be they named or not. */
export interface BodyFaults extends Faults {
  /** Among them the empty text, for the body as a whole. */
  readonly attributes: ReadonlySet<string>;
}

/**
 * The faults of what a client would write, such as {@link writable} returns.
 * @param counts whether the faults of an attribute count; all do without it
 */
export function findFaults(resource: Pick<Resource, 'name' | 'attributes'>, body: JsonObject, counts: (attribute: string) => boolean = () => true): BodyFaults {
  const attributes = new Set<string>();
  const faults = Object.assign(gatherFaults(), { attributes });
  const { isValid, whole, brief, schema, mostChecked } = compiled(resource.attributes);
  if (isValid(body)) {
    return faults;
  }
  const note = (at: Location, detail: () => string): void => {
    const attribute = String(at[0] ?? '');
    if (counts(attribute)) {
      attributes.add(attribute);
      faults.add(() => ({ detail: detail(), pointer: pointer(...at) }));
    }
  };
  const told = new Set<string>();
  for (const { keyword, keywordLocation, instanceLocation } of isLarge(body, mostChecked) ? briefErrors(brief, schema, body) : whole.validate(body).errors) {
    const sentence = SENTENCES[keyword];
    // An object without several attributes has an error for each, and each of these tells of all.
    if ((sentence === undefined && keyword !== 'required' && keyword !== 'false') || told.has(`${keyword}${instanceLocation}`)) {
      continue;
    }
    told.add(`${keyword}${instanceLocation}`);
    const at = parse(instanceLocation);
    if (keyword === 'required') {
      const object = resolve(body, at) as JsonObject;
      for (const name of (resolve(schema, parse(keywordLocation)) as string[]).filter((required) => !Object.hasOwn(object, required))) {
        note([...at, name], () => `"${name}" is required: add it.`);
      }
    } else {
      note(at, () => sentence === undefined ? unknownAttribute(resource, schema, at, faults) : sentence(resolve(schema, parse(keywordLocation)) as never));
    }
  }
  for (const [name, node] of resource.attributes) {
    const before = faults.count;
    if (Object.hasOwn(body, name) && counts(name)) {
      findRepetitions(node, body[name], [name], faults);
    }
    if (faults.count > before) {
      attributes.add(name);
    }
  }
  return faults;
}

/**
 * Whether changes of attributes are surely valid, such as {@link writable} returns of a merge patch: null takes an attribute away.
 * What this does not know, {@link findFaults} does.
 */
export function areValidChanges({ attributes }: Pick<Resource, 'attributes'>, changes: JsonObject): boolean {
  return compiled(attributes).areValidChanges(changes);
}

/** The attribute that a fault is about; empty where it is about the whole. */
export function attributeOf(fault: Fault): string {
  return 'pointer' in fault ? decodeURIComponent(fault.pointer.split('/')[1] ?? '') : '';
}

/** The part of a body that its sender may set: without read-only attributes, the system's own, and those ignored of this sender. */
export function writable(attributes: ReadonlyMap<string, Node>, body: JsonObject, ignored: ReadonlySet<string> = new Set()): JsonObject {
  const isWritable = (name: string): boolean => {
    const node = attributes.get(name);
    return node === undefined ? !SYSTEM_ATTRIBUTES.includes(name) : !isReadOnly(node) && !ignored.has(name);
  };
  // Most bodies hold nothing else.
  return Object.keys(body).every(isWritable) ? body : Object.fromEntries(Object.entries(body).filter(([name]) => isWritable(name)));
}

const SENTENCES: Record<string, ((limit: never) => string) | undefined> = {
  type: (type: string) => `Must be ${type === 'integer' || type === 'object' || type === 'array' ? 'an' : 'a'} ${type}.`,
  enum: (values: unknown[]) => `Must be one of ${values.map((value) => JSON.stringify(value)).join(', ')}.`,
  format: (format: string) => `Must be a valid ${format}${FORMAT_EXAMPLES[format] ?? ''}.`,
  pattern: (pattern: string) => PATTERNS[pattern] ?? `Must match the pattern ${pattern}.`,
  minLength: (least: number) => `Must have at least ${count(least, 'character')}.`,
  maxLength: (most: number) => `Must have at most ${count(most, 'character')}.`,
  minimum: (least: number) => `Must be at least ${least}.`,
  maximum: (most: number) => `Must be at most ${most}.`,
  exclusiveMinimum: (least: number) => `Must be more than ${least}.`,
  exclusiveMaximum: (most: number) => `Must be less than ${most}.`,
  multipleOf: (factor: number) => `Must be a multiple of ${factor}.`,
  minItems: (least: number) => `Must have at least ${count(least, 'element')}.`,
  maxItems: (most: number) => `Must have at most ${count(most, 'element')}.`,
};

/** What the patterns of this project stand for. */
const PATTERNS: Record<string, string> = {
  [BASE64]: 'Must be base64 text, with padding (RFC 4648 §4).',
  [ID_PATTERN]: 'Must be the id of an item: 1 to 128 characters of A-Z a-z 0-9 . _ ~ -.',
};

const FORMAT_EXAMPLES: Record<string, string> = {
  date: ', such as 2026-03-31',
  'date-time': ' with its time zone, such as 2026-03-31T12:00:00Z',
  time: ' with its time zone, such as 12:00:00Z',
  duration: ', such as P3DT12H',
};

/** The checks of a schema: `whole` finds every fault, `brief` stops at one. */
interface Compiled {
  readonly isValid: QuickCheck;
  readonly areValidChanges: QuickCheck;
  readonly whole: Validator;
  readonly brief: Validator;
  readonly schema: JsonSchema;
  /** How many values of a body are checked for every fault. */
  readonly mostChecked: number;
}

const cache = new WeakMap<ReadonlyMap<string, Node>, Compiled>();

function compiled(attributes: ReadonlyMap<string, Node>): Compiled {
  let entry = cache.get(attributes);
  if (entry === undefined) {
    const plain = requestSchema(attributes);
    const schema = hardened(plain);
    const { required: _, ...known } = withoutStrictness(schema);
    // Not stopping at the first fault: a client learns of all of them at once.
    entry = { isValid: quickCheck(plain), areValidChanges: quickCheckOfChanges(plain), whole: new Validator(schema, '2020-12', false), brief: new Validator(known, '2020-12', true), schema, mostChecked: Math.min(MOST_CHECKED, Math.floor(MOST_REPEATED / longestChoice(plain))) };
    cache.set(attributes, entry);
  }
  return entry;
}

/** A schema that takes the same, but for what is too dear to be left to the validator, or found at any depth elsewhere. */
function hardened({ uniqueItems: _, propertyNames: __, pattern, format, ...schema }: JsonSchema): JsonSchema {
  const text = { ...(pattern !== undefined && { pattern }), ...(format !== undefined && { format }) };
  return {
    ...schema,
    // A text beyond its length is not looked at further: what a pattern costs is judged by `maxLength`.
    ...(schema['maxLength'] === undefined ? text : { if: { maxLength: schema['maxLength'] }, then: text }),
    ...(schema.properties !== undefined && { properties: Object.fromEntries(Object.entries(schema.properties).map(([name, inner]) => [name, hardened(inner)])) }),
    ...(schema.items !== undefined && { items: hardened(schema.items) }),
  };
}

/** More values than this are not checked for every fault: the validator copies its list of faults at each level, on the stack. */
const MOST_CHECKED = 10_000;

/** Characters of allowed values that may be repeated: the validator writes all of an enum with each value that is none of them. */
const MOST_REPEATED = 10_000_000;

/** The longest list of allowed values in a schema, in characters of JSON. */
function longestChoice({ enum: values, properties = {}, items }: JsonSchema): number {
  return Math.max(1, values === undefined ? 0 : JSON.stringify(values).length, ...Object.values(properties).map(longestChoice), items === undefined ? 0 : longestChoice(items));
}

function isLarge(body: JsonObject, most: number): boolean {
  let left = most;
  const fits = (value: Json): boolean => --left > 0 && (typeof value !== 'object' || value === null || (Array.isArray(value) ? value : Object.values(value)).every(fits));
  return !fits(body);
}

/** A schema that lets unknown members pass: the validator does not stop at the first of them. */
function withoutStrictness({ additionalProperties: _, ...schema }: JsonSchema): JsonSchema {
  return {
    ...schema,
    ...(schema.properties !== undefined && { properties: Object.fromEntries(Object.entries(schema.properties).map(([name, inner]) => [name, withoutStrictness(inner)])) }),
    ...(schema.items !== undefined && { items: withoutStrictness(schema.items) }),
  };
}

/** A fault or two of each attribute that has any. */
function briefErrors(brief: Validator, schema: JsonSchema, body: JsonObject): OutputUnit[] {
  const properties = schema.properties!;
  const error = (keyword: string, ...at: Location): OutputUnit => ({ keyword, keywordLocation: `#/${keyword}`, instanceLocation: pointer(...at), error: '' });
  const unknown = Object.keys(body).filter((name) => !Object.hasOwn(properties, name)).slice(0, MOST_FAULTS);
  const absent = (schema.required ?? []).some((name) => !Object.hasOwn(body, name));
  return [
    ...(absent ? [error('required')] : []),
    ...unknown.map((name) => error('false', name)),
    ...Object.keys(properties).filter((name) => Object.hasOwn(body, name)).flatMap((name) => {
      const inside = firstUnknown(properties[name]!, body[name]!, [name]);
      return [...brief.validate({ [name]: body[name] }).errors, ...(inside === undefined ? [] : [error('false', ...inside)])];
    }),
  ];
}

/** The first member that no schema knows, inside of a value. */
function firstUnknown({ properties, items }: JsonSchema, value: Json, at: Location): Location | undefined {
  if (typeof value !== 'object' || value === null) {
    return undefined;
  }
  for (const [name, inner] of Object.entries(value)) {
    const place = [...at, name];
    const schema = Array.isArray(value) ? items : properties === undefined ? undefined : Object.hasOwn(properties, name) ? properties[name] : null;
    const found = schema === null ? place : schema && firstUnknown(schema, inner, place);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}

function unknownAttribute(resource: Pick<Resource, 'name'>, schema: JsonSchema, at: Location, faults: Faults): string {
  const name = String(at.at(-1));
  return `"${name}" is not an attribute of ${resource.name}: remove it.${didYouMean(name, siblings(schema, at.slice(0, -1)), faults)}`;
}

/** The names that an object at a place may have. */
function siblings(schema: JsonSchema, at: Location): string[] {
  const inner = at.reduce<JsonSchema | undefined>((outer, part) => outer?.properties?.[part] ?? outer?.items, schema);
  return Object.keys(inner?.properties ?? {});
}

/** A URI fragment (RFC 6901 §6) as its parts. */
function parse(fragment: string): string[] {
  return fragment.split('/').slice(1).map((part) => decodeURIComponent(part).replace(/~1/g, '/').replace(/~0/g, '~'));
}

function resolve(document: unknown, at: Location): unknown {
  return at.reduce((inner, part) => (inner as Record<string, unknown> | undefined)?.[part], document);
}

function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? '' : 's'}`;
}
