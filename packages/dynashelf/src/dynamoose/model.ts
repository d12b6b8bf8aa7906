// The Dynamoose model of each resource, on the one table: the definition of what is stored, and the
// oracle that the compiled encoding and decoding are tested against.
import * as dynamoose from 'dynamoose';
import type { Resource } from '../definition/resource';
import type { SchemaDefinition } from '../values/attribute';
import { PARTITION_KEY, SORT_KEY, WRITERS_ATTRIBUTE } from '../store/layout/table';

/** The resource's schema as Dynamoose takes it, with the record's own attributes. */
export function schemaOf(resource: Pick<Resource, 'schema'>): InstanceType<typeof dynamoose.Schema> {
  return new dynamoose.Schema({
    [PARTITION_KEY]: { type: String, hashKey: true },
    [SORT_KEY]: { type: String, rangeKey: true },
    version: Number,
    createdAt: String,
    updatedAt: String,
    [WRITERS_ATTRIBUTE]: String,
    ...definition(resource.schema),
  });
}

/** The resource's model. It never looks at the table or changes it by itself. */
export function modelOf(
  resource: Pick<Resource, 'name' | 'schema'>,
  tableName: string,
): ReturnType<typeof dynamoose.model> {
  const model = dynamoose.model(resource.name, schemaOf(resource));
  new dynamoose.Table(tableName, [model], { create: false, update: false, waitForActive: false, initialize: false });
  return model;
}

/** `'any'` is Dynamoose's ANY; all other words are Dynamoose's own or left alone by it. */
function definition(schema: SchemaDefinition): SchemaDefinition {
  return Object.fromEntries(
    Object.entries(schema).map(([name, attribute]) => {
      if (typeof attribute !== 'object' || !('schema' in attribute)) {
        return [name, attribute];
      }
      return [name, { ...attribute, schema: inner(attribute.schema) }];
    }),
  ) as SchemaDefinition;
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
