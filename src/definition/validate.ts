// A request body checked against the JSON Schema of its resource: every fault, as sentences.
import { Validator } from '@cfworker/json-schema';
import { pointer, type Fault } from '../problem';
import type { JsonObject } from './item';
import { BASE64, requestSchema, type JsonSchema } from './json-schema';
import { didYouMean } from './nearest';
import { isReadOnly, type Node } from './node';
import { ID_PATTERN } from './relation';
import type { Resource } from './resource';

type Location = readonly (string | number)[];

/** The faults of what a client would write, such as {@link writable} returns. */
export function findFaults(resource: Pick<Resource, 'name' | 'attributes'>, body: JsonObject): Fault[] {
  const { validator, schema } = compiled(resource.attributes);
  const { errors } = validator.validate(body);
  const faults = errors.flatMap((error) => {
    const limit = resolve(schema, parse(error.keywordLocation));
    const at = parse(error.instanceLocation);
    if (error.keyword === 'required') {
      return missing(at, limit as string[], resolve(body, at) as JsonObject);
    }
    if (error.keyword === 'false') {
      return [unknownAttribute(resource, schema, at)];
    }
    const sentence = SENTENCES[error.keyword];
    return sentence === undefined ? [] : [{ detail: sentence(limit as never), pointer: pointer(...at) }];
  });
  return distinct(faults);
}

/** The part of a body that its sender may set: without read-only attributes and the system's own. */
export function writable(attributes: ReadonlyMap<string, Node>, body: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(body).filter(([name]) => {
    const node = attributes.get(name);
    return node === undefined ? !SYSTEM.has(name) : !isReadOnly(node);
  }));
}

const SYSTEM = new Set(['id', 'version', 'createdAt', 'updatedAt']);

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
  uniqueItems: () => 'Must not hold an element twice.',
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

const cache = new WeakMap<ReadonlyMap<string, Node>, { validator: Validator; schema: JsonSchema }>();

function compiled(attributes: ReadonlyMap<string, Node>): { validator: Validator; schema: JsonSchema } {
  let entry = cache.get(attributes);
  if (entry === undefined) {
    const schema = requestSchema(attributes);
    // Not stopping at the first fault: a client learns of all of them at once.
    entry = { validator: new Validator(schema, '2020-12', false), schema };
    cache.set(attributes, entry);
  }
  return entry;
}

function missing(at: Location, required: string[], object: JsonObject): Fault[] {
  return required
    .filter((name) => !Object.hasOwn(object, name))
    .map((name) => ({ detail: `"${name}" is required: add it.`, pointer: pointer(...at, name) }));
}

function unknownAttribute(resource: Pick<Resource, 'name'>, schema: JsonSchema, at: Location): Fault {
  const name = String(at.at(-1));
  const known = siblings(schema, at.slice(0, -1));
  return { detail: `"${name}" is not an attribute of ${resource.name}: remove it.${didYouMean(name, known)}`, pointer: pointer(...at) };
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

function distinct(faults: Fault[]): Fault[] {
  const seen = new Map(faults.map((fault) => [JSON.stringify(fault), fault]));
  return [...seen.values()];
}

function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? '' : 's'}`;
}
