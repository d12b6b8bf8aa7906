// The checks of a request body, compiled from the JSON Schema of its resource: a quick one, and a validator that says
// what is wrong.
import { Validator, type OutputUnit } from '@cfworker/json-schema';
import type { Place } from './convert';
import type { Json, JsonObject } from '../definition/item';
import { MOST_FAULTS, pointer } from '../problem';
import { requestSchema, type JsonSchema } from './json-schema';
import type { Node } from './node';
import { quickCheck, quickCheckOfChanges, type QuickCheck } from './quick-check';

/** The checks of a schema. */
export interface Checks {
  readonly isValid: QuickCheck;
  readonly areValidChanges: QuickCheck;
  /** The errors of a body: every one; of one that is very large, one or two of each attribute. */
  readonly findErrors: (body: JsonObject) => Found;
}

/** What is wrong with a body, in the words of the validator. */
export interface Found {
  readonly errors: readonly OutputUnit[];
  /** The schema that they speak of. */
  readonly schema: JsonSchema;
}

const cache = new WeakMap<ReadonlyMap<string, Node>, Checks>();

/** The checks of a request body, compiled once. */
export function checksOf(attributes: ReadonlyMap<string, Node>): Checks {
  let checks = cache.get(attributes);
  if (checks === undefined) {
    const plain = requestSchema(attributes);
    // Most bodies are valid, and a function that has just started need not prepare for others.
    let findErrors: Checks['findErrors'] | undefined;
    checks = {
      isValid: quickCheck(plain),
      areValidChanges: quickCheckOfChanges(plain),
      findErrors: (body) => (findErrors ??= openValidators(plain))(body),
    };
    cache.set(attributes, checks);
  }
  return checks;
}

function openValidators(plain: JsonSchema): Checks['findErrors'] {
  const schema = hardened(plain);
  const { required: _, ...known } = withoutStrictness(schema);
  // Not stopping at the first fault: a client learns of all of them at once.
  const whole = new Validator(schema, '2020-12', false);
  const brief = new Validator(known, '2020-12', true);
  const mostChecked = Math.min(MOST_CHECKED, Math.floor(MOST_REPEATED / longestChoice(plain)));
  return (body) => ({
    schema,
    errors: isLarge(body, mostChecked) ? briefErrors(brief, schema, body) : whole.validate(body).errors,
  });
}

/**
 * A schema that takes the same, but for what is too dear to be left to the validator, or found at any depth elsewhere.
 */
function hardened({ uniqueItems: _, propertyNames: __, pattern, format, ...schema }: JsonSchema): JsonSchema {
  const text = { ...(pattern !== undefined && { pattern }), ...(format !== undefined && { format }) };
  return {
    ...schema,
    // A text beyond its length is not looked at further: what a pattern costs is judged by `maxLength`.
    ...(schema['maxLength'] === undefined ? text : { if: { maxLength: schema['maxLength'] }, then: text }),
    ...inside(schema, hardened),
  };
}

/** The schemas inside of a schema, each changed. */
function inside(
  { properties, items }: JsonSchema,
  change: (schema: JsonSchema) => JsonSchema,
): Pick<JsonSchema, 'properties' | 'items'> {
  return {
    ...(properties !== undefined && {
      properties: Object.fromEntries(Object.entries(properties).map(([name, inner]) => [name, change(inner)])),
    }),
    ...(items !== undefined && { items: change(items) }),
  };
}

/**
 * More values than this are not checked for every fault: the validator copies its list of faults at each level, on the
 * stack.
 */
const MOST_CHECKED = 10_000;

/**
 * Characters of allowed values that may be repeated: the validator writes all of an enum with each value that is none
 * of them.
 */
const MOST_REPEATED = 10_000_000;

/** The longest list of allowed values in a schema, in characters of JSON. */
function longestChoice({ enum: values, properties = {}, items }: JsonSchema): number {
  return Math.max(
    1,
    values === undefined ? 0 : JSON.stringify(values).length,
    ...Object.values(properties).map(longestChoice),
    items === undefined ? 0 : longestChoice(items),
  );
}

function isLarge(body: JsonObject, most: number): boolean {
  let left = most;
  const fits = (value: Json): boolean =>
    --left > 0 &&
    (typeof value !== 'object' || value === null || (Array.isArray(value) ? value : Object.values(value)).every(fits));
  return !fits(body);
}

/** A schema that lets unknown members pass: the validator does not stop at the first of them. */
function withoutStrictness({ additionalProperties: _, ...schema }: JsonSchema): JsonSchema {
  return { ...schema, ...inside(schema, withoutStrictness) };
}

/** A fault or two of each attribute that has any. */
function briefErrors(brief: Validator, schema: JsonSchema, body: JsonObject): OutputUnit[] {
  const properties = schema.properties!;
  const error = (keyword: string, ...at: Place): OutputUnit => ({
    keyword,
    keywordLocation: `#/${keyword}`,
    instanceLocation: pointer(...at),
    error: '',
  });
  const unknown = Object.keys(body)
    .filter((name) => !Object.hasOwn(properties, name))
    .slice(0, MOST_FAULTS);
  const absent = (schema.required ?? []).some((name) => !Object.hasOwn(body, name));
  return [
    ...(absent ? [error('required')] : []),
    ...unknown.map((name) => error('false', name)),
    ...Object.keys(properties)
      .filter((name) => Object.hasOwn(body, name))
      .flatMap((name) => {
        const inside = firstUnknown(properties[name]!, body[name]!, [name]);
        return [
          ...brief.validate({ [name]: body[name] }).errors,
          ...(inside === undefined ? [] : [error('false', ...inside)]),
        ];
      }),
  ];
}

/** The first member that no schema knows, inside of a value. */
function firstUnknown({ properties, items }: JsonSchema, value: Json, at: Place): Place | undefined {
  if (typeof value !== 'object' || value === null) {
    return undefined;
  }
  for (const [name, inner] of Object.entries(value)) {
    const place = [...at, name];
    const schema = Array.isArray(value)
      ? items
      : properties === undefined
        ? undefined
        : Object.hasOwn(properties, name)
          ? properties[name]
          : null;
    const found = schema === null ? place : schema && firstUnknown(schema, inner, place);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}
