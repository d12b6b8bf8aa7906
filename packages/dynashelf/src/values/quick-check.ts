// Whether a value is surely valid, by code compiled from its JSON Schema: most requests are, and need no validator,
// which interprets the schema and says what is wrong. What is not known here is left to it; a property test holds the
// two together.
import type { AttributeDefinition } from '../definition/attribute';
import { formatCheck } from './formats';
import { isObject, type Json, type JsonObject } from '../definition/item';
import type { JsonSchema } from './json-schema';

/** Says true of nothing that is not valid. */
export type QuickCheck = (value: Json) => boolean;

/** The words that are known; those that only describe are true of everything. */
const KNOWN = new Set([
  'type',
  'properties',
  'required',
  'additionalProperties',
  'items',
  'minLength',
  'maxLength',
  'pattern',
  'format',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'minItems',
  'maxItems',
  'enum',
  'title',
  'description',
  'examples',
  'deprecated',
  'contentEncoding',
]);

/** Compiles a schema; one with a word that is not known says true of nothing. */
export function quickCheck(schema: JsonSchema): QuickCheck {
  if (!Object.keys(schema).every((word) => KNOWN.has(word))) {
    return () => false;
  }
  const { enum: values } = schema as { enum?: Json[] };
  const ofType = byType(schema);
  return values === undefined ? ofType : (value) => values.includes(value) && ofType(value);
}

/** The words of an object whose changes can be checked. */
const OBJECT = new Set(['type', 'properties', 'required', 'additionalProperties']);

/**
 * Compiles an object's schema for changes of it: only the members that are named count, and null takes away one that
 * need not be there.
 * It says true of nothing that could make a valid object invalid.
 */
export function quickCheckOfChanges(schema: JsonSchema): QuickCheck {
  const { properties = {}, required = [] } = schema;
  if (schema.additionalProperties !== false || !Object.keys(schema).every((word) => OBJECT.has(word))) {
    return () => false;
  }
  const orNull =
    (isValid: QuickCheck): QuickCheck =>
    (value) =>
      value === null || isValid(value);
  return membersCheck(
    new Map(
      Object.entries(properties).map(([name, inner]) => [
        name,
        required.includes(name) ? quickCheck(inner) : orNull(quickCheck(inner)),
      ]),
    ),
  );
}

function byType(schema: JsonSchema): QuickCheck {
  switch (schema.type) {
    case 'string':
      return stringCheck(schema as TextWords);
    case 'number':
      return numberCheck(schema as NumberWords, Number.isFinite);
    case 'integer':
      return numberCheck(schema as NumberWords, Number.isInteger);
    case 'boolean':
      return (value) => typeof value === 'boolean';
    case 'array':
      return arrayCheck(schema);
    case 'object':
      return schema.additionalProperties === false ? objectCheck(schema) : () => false;
    default:
      return () => false;
  }
}

type TextWords = Pick<AttributeDefinition, 'minLength' | 'maxLength' | 'pattern' | 'format'>;
type NumberWords = Pick<AttributeDefinition, 'minimum' | 'maximum' | 'exclusiveMinimum' | 'exclusiveMaximum'>;

function stringCheck({ minLength = 0, maxLength = Infinity, pattern, format }: TextWords): QuickCheck {
  const expression = pattern === undefined ? undefined : new RegExp(pattern, 'u');
  const isOfFormat = format === undefined ? undefined : formatCheck(format);
  if (format !== undefined && isOfFormat === undefined) {
    return () => false;
  }
  // A code point has one or two units, so that these lengths are enough and few enough.
  return (value) =>
    typeof value === 'string' &&
    value.length >= 2 * minLength - 1 &&
    value.length <= maxLength &&
    (expression === undefined || expression.test(value)) &&
    (isOfFormat === undefined || isOfFormat(value));
}

function numberCheck(
  { minimum = -Infinity, maximum = Infinity, exclusiveMinimum = -Infinity, exclusiveMaximum = Infinity }: NumberWords,
  isOfType: (value: unknown) => boolean,
): QuickCheck {
  return (value) =>
    isOfType(value) &&
    (value as number) >= minimum &&
    (value as number) <= maximum &&
    (value as number) > exclusiveMinimum &&
    (value as number) < exclusiveMaximum;
}

function arrayCheck({
  items,
  minItems = 0,
  maxItems = Infinity,
}: {
  items?: JsonSchema;
  minItems?: number;
  maxItems?: number;
}): QuickCheck {
  const element = items === undefined ? () => false : quickCheck(items);
  return (value) =>
    Array.isArray(value) && value.length >= minItems && value.length <= maxItems && value.every(element);
}

function objectCheck({ properties = {}, required = [] }: JsonSchema): QuickCheck {
  const areValid = membersCheck(
    new Map(Object.entries(properties).map(([name, schema]) => [name, quickCheck(schema)])),
  );
  return (value) => areValid(value) && required.every((name) => Object.hasOwn(value as JsonObject, name));
}

function membersCheck(members: ReadonlyMap<string, QuickCheck>): QuickCheck {
  return (value) => {
    if (!isObject(value)) {
      return false;
    }
    for (const name of Object.keys(value)) {
      const member = members.get(name);
      if (member === undefined || !member(value[name]!)) {
        return false;
      }
    }
    return true;
  };
}
