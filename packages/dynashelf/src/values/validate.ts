// A request body checked against the JSON Schema of its resource: every fault, as sentences.
import { gatherFaults, pointer, type Fault, type Faults } from '../problem';
import type { JsonObject } from '../definition/item';
import { checksOf } from './checks';
import type { Place } from './convert';
import { BASE64, type JsonSchema } from './json-schema';
import { didYouMean } from '../definition/nearest';
import { isReadOnly, type Node } from './node';
import { ID_PATTERN } from '../definition/relation';
import { SYSTEM_ATTRIBUTES } from '../definition/reserved';
import type { Resource } from '../definition/resource';
import { findRepetitions } from './uniqueness';

/** The faults of a body, and the attributes that have any, be they named or not. */
export interface BodyFaults extends Faults {
  /** Among them the empty text, for the body as a whole. */
  readonly attributes: ReadonlySet<string>;
}

/**
 * The faults of what a client would write, such as {@link writable} returns.
 * @param counts whether the faults of an attribute count; all do without it
 */
export function findFaults(
  resource: Pick<Resource, 'name' | 'attributes'>,
  body: JsonObject,
  counts: (attribute: string) => boolean = () => true,
): BodyFaults {
  const attributes = new Set<string>();
  const faults = Object.assign(gatherFaults(), { attributes });
  const { isValid, findErrors } = checksOf(resource.attributes);
  if (isValid(body)) {
    return faults;
  }
  const note = (at: Place, detail: () => string): void => {
    const attribute = String(at[0] ?? '');
    if (counts(attribute)) {
      attributes.add(attribute);
      faults.add(() => ({ detail: detail(), pointer: pointer(...at) }));
    }
  };
  const told = new Set<string>();
  const { errors, schema } = findErrors(body);
  for (const { keyword, keywordLocation, instanceLocation } of errors) {
    const sentence = SENTENCES[keyword];
    // An object without several attributes has an error for each, and each of these tells of all.
    if (
      (sentence === undefined && keyword !== 'required' && keyword !== 'false') ||
      told.has(`${keyword}${instanceLocation}`)
    ) {
      continue;
    }
    told.add(`${keyword}${instanceLocation}`);
    const at = parse(instanceLocation);
    if (keyword === 'required') {
      const object = resolve(body, at) as JsonObject;
      for (const name of (resolve(schema, parse(keywordLocation)) as string[]).filter(
        (required) => !Object.hasOwn(object, required),
      )) {
        note([...at, name], () => `"${name}" is required: add it.`);
      }
    } else {
      note(at, () =>
        sentence === undefined
          ? unknownAttribute(resource, schema, at, faults)
          : sentence(resolve(schema, parse(keywordLocation)) as never),
      );
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
 * Whether changes of attributes are surely valid, such as {@link writable} returns of a merge patch: null takes an
 * attribute away.
 * What this does not know, {@link findFaults} does.
 */
export function areValidChanges({ attributes }: Pick<Resource, 'attributes'>, changes: JsonObject): boolean {
  return checksOf(attributes).areValidChanges(changes);
}

/** The attribute that a fault is about; empty where it is about the whole. */
export function attributeOf(fault: Fault): string {
  return 'pointer' in fault ? decodeURIComponent(fault.pointer.split('/')[1] ?? '') : '';
}

/**
 * The part of a body that its sender may set: without read-only attributes, the system's own, and those ignored of this
 * sender.
 */
export function writable(
  attributes: ReadonlyMap<string, Node>,
  body: JsonObject,
  ignored: ReadonlySet<string> = new Set(),
): JsonObject {
  const isWritable = (name: string): boolean => {
    const node = attributes.get(name);
    return node === undefined ? !SYSTEM_ATTRIBUTES.includes(name) : !isReadOnly(node) && !ignored.has(name);
  };
  // Most bodies hold nothing else.
  return Object.keys(body).every(isWritable)
    ? body
    : Object.fromEntries(Object.entries(body).filter(([name]) => isWritable(name)));
}

const SENTENCES: Record<string, ((limit: never) => string) | undefined> = {
  type: (type: string) =>
    `Must be ${type === 'integer' || type === 'object' || type === 'array' ? 'an' : 'a'} ${type}.`,
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

function unknownAttribute(resource: Pick<Resource, 'name'>, schema: JsonSchema, at: Place, faults: Faults): string {
  const name = String(at.at(-1));
  return `"${name}" is not an attribute of ${resource.name}: remove it.${didYouMean(name, siblings(schema, at.slice(0, -1)), faults)}`;
}

/** The names that an object at a place may have. */
function siblings(schema: JsonSchema, at: Place): string[] {
  const inner = at.reduce<JsonSchema | undefined>((outer, part) => outer?.properties?.[part] ?? outer?.items, schema);
  return Object.keys(inner?.properties ?? {});
}

/** A URI fragment (RFC 6901 §6) as its parts. */
function parse(fragment: string): string[] {
  return fragment
    .split('/')
    .slice(1)
    .map((part) => decodeURIComponent(part).replace(/~1/g, '/').replace(/~0/g, '~'));
}

function resolve(document: unknown, at: Place): unknown {
  return at.reduce((inner, part) => (inner as Record<string, unknown> | undefined)?.[part], document);
}

function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? '' : 's'}`;
}
