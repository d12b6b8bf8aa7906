// A resource file's schema as Dynamoose takes it.
import * as dynamoose from 'dynamoose';
import type { AttributeDefinition, SchemaDefinition } from '../../values/attribute';
import { PARTITION_KEY, SORT_KEY } from '../layout/table';

/** Some attributes as a Dynamoose schema of the table, with what the store keeps beside them. */
export function dynamooseSchema(
  schema: SchemaDefinition,
  kept: Readonly<Record<string, unknown>> = {},
): InstanceType<typeof dynamoose.Schema> {
  return new dynamoose.Schema({
    [PARTITION_KEY]: { type: String, hashKey: true },
    [SORT_KEY]: { type: String, rangeKey: true },
    ...kept,
    ...definition(schema),
  });
}

/** A model that never looks at its table, nor changes it, by itself. */
export function dynamooseModel(
  name: string,
  tableName: string,
  schema: InstanceType<typeof dynamoose.Schema>,
): ReturnType<typeof dynamoose.model> {
  const model = dynamoose.model(name, schema);
  new dynamoose.Table(tableName, [model], { create: false, update: false, waitForActive: false, initialize: false });
  return model;
}

/** All keywords are Dynamoose's own or left alone by it; `'any'` is its ANY. */
function definition(schema: SchemaDefinition): SchemaDefinition {
  return Object.fromEntries<unknown>(
    Object.entries(schema).map(([name, attribute]) => [
      name,
      typeof attribute === 'object' && 'type' in attribute ? { ...attribute, ...altered(attribute) } : attribute,
    ]),
  ) as SchemaDefinition;
}

function altered({ schema, default: given, validate }: AttributeDefinition): Record<string, unknown> {
  return {
    ...(schema !== undefined && { schema: inner(schema) }),
    // Items would write into one that they share.
    ...((Array.isArray(given) || isPlainObject(given)) && { default: () => copy(given) }),
    // It would remember where it stopped, and refuse every second value.
    ...(validate instanceof RegExp && { validate: new RegExp(validate.source, validate.flags.replace(/[gy]/g, '')) }),
  };
}

function inner(schema: unknown): unknown {
  if (schema === 'any') {
    return dynamoose.type.ANY;
  }
  if (Array.isArray(schema)) {
    return Object.values(definition({ element: schema[0] as SchemaDefinition[string] }));
  }
  return definition(schema as SchemaDefinition);
}

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && value.constructor === Object;
}

/** A copy of the objects and arrays of a default; a clone would make another class of a Buffer. */
function copy(value: unknown): unknown {
  return Array.isArray(value)
    ? value.map(copy)
    : isPlainObject(value)
      ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, copy(inner)]))
      : value;
}
