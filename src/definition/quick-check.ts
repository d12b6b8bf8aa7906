// Whether a value is surely valid, by code compiled from its JSON Schema: most requests are, and need no validator, which
// interprets the schema and says what is wrong. What is not known here is left to it; a property test holds the two together.
import type { AttributeDefinition } from './attribute';
import { formatCheck } from './formats';
import type { Json } from './item';
import type { JsonSchema } from './json-schema';

/** Says true of nothing that is not valid. */
export type QuickCheck = (value: Json) => boolean;

/** The words that are known; those that only describe are true of everything. */
const KNOWN = new Set([
  'type', 'properties', 'required', 'additionalProperties', 'items', 'minLength', 'maxLength', 'pattern', 'format',
  'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'minItems', 'maxItems', 'enum',
  'title', 'description', 'examples', 'deprecated', 'contentEncoding',
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

function byType(schema: JsonSchema): QuickCheck {
  switch (schema.type) {
    case 'string': return stringCheck(schema as TextWords);
    case 'number': return numberCheck(schema as NumberWords, Number.isFinite);
    case 'integer': return numberCheck(schema as NumberWords, Number.isInteger);
    case 'boolean': return (value) => typeof value === 'boolean';
    case 'array': return arrayCheck(schema);
    case 'object': return schema.additionalProperties === false ? objectCheck(schema) : () => false;
    default: return () => false;
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
  return (value) => typeof value === 'string' && value.length >= 2 * minLength - 1 && value.length <= maxLength
    && (expression === undefined || expression.test(value)) && (isOfFormat === undefined || isOfFormat(value));
}

function numberCheck({ minimum = -Infinity, maximum = Infinity, exclusiveMinimum = -Infinity, exclusiveMaximum = Infinity }: NumberWords, isOfType: (value: unknown) => boolean): QuickCheck {
  return (value) => isOfType(value) && (value as number) >= minimum && (value as number) <= maximum && (value as number) > exclusiveMinimum && (value as number) < exclusiveMaximum;
}

function arrayCheck({ items, minItems = 0, maxItems = Infinity }: { items?: JsonSchema; minItems?: number; maxItems?: number }): QuickCheck {
  const element = items === undefined ? () => false : quickCheck(items);
  return (value) => Array.isArray(value) && value.length >= minItems && value.length <= maxItems && value.every(element);
}

function objectCheck({ properties = {}, required = [] }: JsonSchema): QuickCheck {
  const members = new Map(Object.entries(properties).map(([name, schema]) => [name, quickCheck(schema)]));
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return false;
    }
    for (const name of Object.keys(value)) {
      const member = members.get(name);
      if (member === undefined || !member((value)[name]!)) {
        return false;
      }
    }
    return required.every((name) => Object.hasOwn(value, name));
  };
}
