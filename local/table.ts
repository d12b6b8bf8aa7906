// The table of serverless.yml, made in a local database: what is tried here is what is deployed.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import {
  type AttributeDefinition,
  type CreateTableCommandInput,
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  type GlobalSecondaryIndex,
  type KeySchemaElement,
  type Projection,
  ResourceNotFoundException,
  type TableDescription,
  waitUntilTableExists,
  waitUntilTableNotExists,
} from '@aws-sdk/client-dynamodb';
import { parseDocument } from 'yaml';

import { Failure, messageOf } from './failure';

/** What CreateTable takes of a CloudFormation table. The rest (PITR, TTL, tags, encryption …) no local engine has. */
export interface TableDefinition {
  AttributeDefinitions: AttributeDefinition[];
  KeySchema: KeySchemaElement[];
  GlobalSecondaryIndexes?: GlobalSecondaryIndex[];
}

/** Reads the resource `Table` of a directory's serverless.yml. */
export function readTableDefinition(directory: string): TableDefinition {
  const properties = tableProperties(readYaml(join(directory, 'serverless.yml')));
  for (const name of ['AttributeDefinitions', 'KeySchema'] as const) {
    if (!Array.isArray(properties[name])) broken(`lacks the list ${name}`);
  }
  const definition = {
    AttributeDefinitions: properties.AttributeDefinitions,
    KeySchema: properties.KeySchema,
    ...(properties.GlobalSecondaryIndexes === undefined ? {} : { GlobalSecondaryIndexes: pickIndexes(properties.GlobalSecondaryIndexes) }),
  } as TableDefinition;
  const unresolved = /"(?:\$\{[^"]*|Fn::\w+|Ref)"/.exec(JSON.stringify(definition))?.[0];
  if (unresolved !== undefined) broken(`has ${unresolved} in its keys or indexes, which only a deployment can resolve`);
  return definition;
}

/** Makes the table unless it is there; fails where the one that is there has other keys or indexes. */
export async function ensureTable(client: DynamoDBClient, name: string, definition: TableDefinition, remedy: string): Promise<'created' | 'found'> {
  const present = await describe(client, name);
  if (present === undefined) {
    await create(client, name, definition);
    return 'created';
  }
  const difference = firstDifference(definition, present);
  if (difference !== undefined) {
    throw new Failure(`The local table ${name} is not the one that serverless.yml now declares (${difference}): ${remedy}`);
  }
  return 'found';
}

/** Makes the table anew, empty. */
export async function recreateTable(client: DynamoDBClient, name: string, definition: TableDefinition): Promise<void> {
  try {
    await client.send(new DeleteTableCommand({ TableName: name }));
    await waitUntilTableNotExists(quickly(client), { TableName: name });
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException)) throw error;
  }
  await create(client, name, definition);
}

/** The first respect in which a table differs from its definition, in words. */
export function firstDifference(definition: TableDefinition, present: TableDescription): string | undefined {
  const types = (attributes: AttributeDefinition[] = []): Map<string | undefined, string | undefined> =>
    new Map(attributes.map((attribute) => [attribute.AttributeName, attribute.AttributeType]));
  const wantedTypes = types(definition.AttributeDefinitions);
  const presentTypes = types(present.AttributeDefinitions);
  const key = (schema: KeySchemaElement[] = [], typeOf: typeof wantedTypes): string =>
    schema.map(({ AttributeName, KeyType }) => `${KeyType} ${AttributeName} ${typeOf.get(AttributeName)}`).sort().join();

  if (key(definition.KeySchema, wantedTypes) !== key(present.KeySchema, presentTypes)) return 'its key differs';
  const presentIndexes = new Map((present.GlobalSecondaryIndexes ?? []).map((index) => [index.IndexName, index]));
  for (const wanted of definition.GlobalSecondaryIndexes ?? []) {
    const index = presentIndexes.get(wanted.IndexName);
    if (index === undefined) return `it lacks the index ${wanted.IndexName}`;
    if (key(wanted.KeySchema, wantedTypes) !== key(index.KeySchema, presentTypes)) return `the key of its index ${wanted.IndexName} differs`;
    if (projection(wanted) !== projection(index)) return `the projection of its index ${wanted.IndexName} differs`;
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
    if (error instanceof ResourceNotFoundException) return undefined;
    throw new Failure(`The database could not be asked for the table ${name} (${messageOf(error)}): check that DYNAMODB_ENDPOINT, if set, names a DynamoDB engine.`);
  }
}

async function create(client: DynamoDBClient, name: string, definition: TableDefinition): Promise<void> {
  const input: CreateTableCommandInput = { ...definition, TableName: name, BillingMode: 'PAY_PER_REQUEST' };
  let created: TableDescription | undefined;
  try {
    created = (await client.send(new CreateTableCommand(input))).TableDescription;
  } catch (error) {
    broken(`was refused by the database (${messageOf(error)})`);
  }
  // Local engines answer ACTIVE at once.
  if (created?.TableStatus !== 'ACTIVE') await waitUntilTableExists(quickly(client), { TableName: name });
}

function quickly(client: DynamoDBClient): { client: DynamoDBClient; maxWaitTime: number; minDelay: number; maxDelay: number } {
  return { client, maxWaitTime: 60, minDelay: 1, maxDelay: 2 };
}

function readYaml(path: string): unknown {
  let text;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw new Failure('There is no serverless.yml here: run this in the directory that holds it.');
  }
  const document = parseDocument(text, { logLevel: 'error' });
  const [error] = document.errors;
  if (error) {
    const [reason = ''] = error.message.split('\n');
    throw new Failure(`serverless.yml is not valid YAML (${reason.replace(/:$/, '')}): correct it and start again.`);
  }
  return document.toJS();
}

function tableProperties(root: unknown): Record<string, unknown> {
  let found = root;
  for (const name of ['resources', 'Resources', 'Table']) found = isObject(found) ? found[name] : undefined;
  if (!isObject(found) || found.Type !== 'AWS::DynamoDB::Table' || !isObject(found.Properties)) {
    broken('is missing (it is a resource of type AWS::DynamoDB::Table with Properties)');
  }
  return found.Properties;
}

function pickIndexes(indexes: unknown): Pick<GlobalSecondaryIndex, 'IndexName' | 'KeySchema' | 'Projection'>[] {
  if (!Array.isArray(indexes)) broken('has GlobalSecondaryIndexes that are not a list');
  return indexes.map(({ IndexName, KeySchema, Projection }: GlobalSecondaryIndex) => ({ IndexName, KeySchema, Projection }));
}

function broken(how: string): never {
  throw new Failure(`The table in serverless.yml, resources.Resources.Table, ${how}: correct it and start again.`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
