// The Dynamoose model of a resource on the app's table: it reads what handlers wrote, and writes what no rule depends
// on.
import type { Resource } from '../definition/resource';
import type { SchemaDefinition } from '../values/attribute';
import { dynamooseModel, dynamooseSchema } from '../store/conversion/schema';
import { recordKey } from '../store/layout/record';
import { PARTITION_KEY, SORT_KEY } from '../store/layout/table';
import { guardWrites } from './guard';
import type { ItemKey, ResourceModel } from './item';

/** What the store keeps of every item, and a model shows. */
const SYSTEM = { version: Number, createdAt: String, updatedAt: String };

/**
 * The Dynamoose model of a resource. It never looks at the table, nor changes it, by itself. Region, credentials and
 * endpoint come from the environment, as those of every client of the AWS SDK.
 * @param resources all resources of the app, since others may depend on this one
 * @param tableName the app's table; without it what `TABLE_NAME` says, as in the functions
 * @throws Error where no table is named, and where the resource is none of these
 */
export function modelOf<S extends SchemaDefinition>(
  resource: Resource<S>,
  resources: ReadonlyMap<string, Resource>,
  tableName: string | undefined = process.env['TABLE_NAME'],
): ResourceModel<Resource<S>> {
  if (tableName === undefined || tableName === '') {
    throw new Error('The environment variable TABLE_NAME is not set: set it, or give the name of the table.');
  }
  if (resources.get(resource.name) !== (resource as Resource)) {
    throw new Error(`${resource.name} is none of the resources: list it in src/resources/index.ts.`);
  }
  const model = dynamooseModel(resource.name, tableName, dynamooseSchema(resource.schema, SYSTEM));
  // With these settings it sends nothing.
  void model.table().initialize();
  guardWrites(model, resource, resources);
  return model as unknown as ResourceModel<Resource<S>>;
}

/** The key of an item, as its model takes it. */
export function keyOf(resource: Pick<Resource, 'name' | 'shards'>, id: string): ItemKey {
  const key = recordKey(resource, id);
  return { pk: key[PARTITION_KEY]!.S!, sk: key[SORT_KEY]!.S! };
}
