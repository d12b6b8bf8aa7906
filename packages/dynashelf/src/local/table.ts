// The table, made in a local database: what is tried here is what is deployed.

import {
  type AttributeDefinition,
  type CreateTableCommandInput,
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  type KeySchemaElement,
  type Projection,
  ResourceNotFoundException,
  type TableDescription,
  UpdateTableCommand,
  waitUntilTableExists,
  waitUntilTableNotExists,
} from '@aws-sdk/client-dynamodb';

import type { TableDefinition } from '../serverless/table';
import { Failure, messageOf } from './failure';

/** Makes the table unless it is there; fails where the one that is there has other keys or indexes. */
export async function ensureTable(
  client: DynamoDBClient,
  name: string,
  definition: TableDefinition,
  remedy: string,
): Promise<'created' | 'found'> {
  const present = await describe(client, name);
  if (present === undefined) {
    await create(client, name, definition);
    return 'created';
  }
  const difference = firstDifference(definition, present);
  if (difference !== undefined) {
    throw new Failure(`The local table ${name} is not the one that is now declared (${difference}): ${remedy}`);
  }
  return 'found';
}

/** Makes the table anew, empty. */
export async function recreateTable(client: DynamoDBClient, name: string, definition: TableDefinition): Promise<void> {
  try {
    await client.send(new DeleteTableCommand({ TableName: name }));
    await waitUntilTableNotExists(quickly(client), { TableName: name });
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException)) {
      throw error;
    }
  }
  await create(client, name, definition);
}

/**
 * Gives the table a stream, unless it has one: what was written before is not in it.
 * @throws Error where the engine has no streams
 */
export async function ensureStream(client: DynamoDBClient, name: string): Promise<void> {
  const present = await describe(client, name);
  if (present?.StreamSpecification?.StreamEnabled !== true) {
    await client.send(
      new UpdateTableCommand({
        TableName: name,
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
      }),
    );
    await waitUntilTableExists(quickly(client), { TableName: name });
  }
}

/** The first respect in which a table differs from its definition, in words. */
export function firstDifference(definition: TableDefinition, present: TableDescription): string | undefined {
  const types = (attributes: AttributeDefinition[] = []): Map<string | undefined, string | undefined> =>
    new Map(attributes.map((attribute) => [attribute.AttributeName, attribute.AttributeType]));
  const wantedTypes = types(definition.AttributeDefinitions);
  const presentTypes = types(present.AttributeDefinitions);
  const key = (schema: KeySchemaElement[] = [], typeOf: typeof wantedTypes): string =>
    schema
      .map(({ AttributeName, KeyType }) => `${KeyType} ${AttributeName} ${typeOf.get(AttributeName)}`)
      .sort()
      .join();

  if (key(definition.KeySchema, wantedTypes) !== key(present.KeySchema, presentTypes)) {
    return 'its key differs';
  }
  const presentIndexes = new Map((present.GlobalSecondaryIndexes ?? []).map((index) => [index.IndexName, index]));
  for (const wanted of definition.GlobalSecondaryIndexes) {
    const index = presentIndexes.get(wanted.IndexName);
    if (index === undefined) {
      return `it lacks the index ${wanted.IndexName}`;
    }
    if (key(wanted.KeySchema, wantedTypes) !== key(index.KeySchema, presentTypes)) {
      return `the key of its index ${wanted.IndexName} differs`;
    }
    if (projection(wanted) !== projection(index)) {
      return `the projection of its index ${wanted.IndexName} differs`;
    }
    presentIndexes.delete(wanted.IndexName);
  }
  const [surplus] = presentIndexes.keys();
  return surplus === undefined ? undefined : `it has an index ${surplus} too many`;
}

function projection({ Projection }: { Projection?: Projection | undefined }): string {
  return [Projection?.ProjectionType, ...(Projection?.NonKeyAttributes ?? []).toSorted()].join();
}

async function describe(client: DynamoDBClient, name: string): Promise<TableDescription | undefined> {
  try {
    return (await client.send(new DescribeTableCommand({ TableName: name }))).Table;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) {
      return undefined;
    }
    throw new Failure(
      `The database could not be asked for the table ${name} (${messageOf(error)}): check that DYNAMODB_ENDPOINT, if set, names a DynamoDB engine.`,
    );
  }
}

async function create(client: DynamoDBClient, name: string, definition: TableDefinition): Promise<void> {
  const input: CreateTableCommandInput = { ...definition, TableName: name, BillingMode: 'PAY_PER_REQUEST' };
  let created: TableDescription | undefined;
  try {
    created = (await client.send(new CreateTableCommand(input))).TableDescription;
  } catch (error) {
    throw new Failure(
      `The table was refused by the database (${messageOf(error)}): check that DYNAMODB_ENDPOINT, if set, names a DynamoDB engine.`,
    );
  }
  // Local engines answer ACTIVE at once.
  if (created?.TableStatus !== 'ACTIVE') {
    await waitUntilTableExists(quickly(client), { TableName: name });
  }
}

function quickly(client: DynamoDBClient): {
  client: DynamoDBClient;
  maxWaitTime: number;
  minDelay: number;
  maxDelay: number;
} {
  return { client, maxWaitTime: 60, minDelay: 1, maxDelay: 2 };
}
