// The table of serverless.yml as a local engine takes it, and what is said when it is no good.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';

import { ensureTable, firstDifference, readTableDefinition, type TableDefinition } from '../../../local/table';

const PROJECT = join(__dirname, '..', '..', '..');

const definition: TableDefinition = {
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'sk', AttributeType: 'S' },
    { AttributeName: 'gsi1pk', AttributeType: 'S' },
  ],
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  GlobalSecondaryIndexes: [
    { IndexName: 'gsi1', KeySchema: [{ AttributeName: 'gsi1pk', KeyType: 'HASH' }], Projection: { ProjectionType: 'ALL' } },
  ],
};

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'table-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

test("serverless.yml's table is read with nothing that CreateTable refuses", () => {
  const read = readTableDefinition(PROJECT);
  expect(Object.keys(read).sort()).toEqual(['AttributeDefinitions', 'GlobalSecondaryIndexes', 'KeySchema']);
  expect(read.KeySchema).toEqual(definition.KeySchema);
});

test.each([
  ['no file', undefined, /^There is no serverless\.yml here: /],
  ['bad YAML', 'a: [1', /^serverless\.yml is not valid YAML \(.* at line 1, column \d+\): correct it and start again\.$/],
  ['no table', 'service: x', /^The table in serverless\.yml, resources\.Resources\.Table, is missing .*: correct it and start again\.$/],
  ['another type', table({ Type: 'AWS::S3::Bucket', Properties: {} }), /is missing/],
  ['no keys', table({ Type: 'AWS::DynamoDB::Table', Properties: { AttributeDefinitions: [] } }), /lacks the list KeySchema/],
  [
    'indexes of another shape',
    table({ Type: 'AWS::DynamoDB::Table', Properties: { ...definition, GlobalSecondaryIndexes: { a: 1 } } }),
    /GlobalSecondaryIndexes that are not a list/,
  ],
  [
    'a key that only AWS can resolve',
    table({ Type: 'AWS::DynamoDB::Table', Properties: { ...definition, KeySchema: [{ AttributeName: { Ref: 'Key' } }] } }),
    /which only a deployment can resolve/,
  ],
])('%s is one sentence that says what to do', (_case, yaml, sentence) => {
  if (yaml !== undefined) writeFileSync(join(directory, 'serverless.yml'), yaml);
  expect(() => readTableDefinition(directory)).toThrow(sentence);
});

test.each<[string, TableDefinition, string | undefined]>([
  ['the same', definition, undefined],
  ['another order', { ...definition, AttributeDefinitions: definition.AttributeDefinitions.toReversed() }, undefined],
  ['another key', { ...definition, KeySchema: definition.KeySchema.slice(0, 1) }, 'its key differs'],
  ['fewer indexes', { ...definition, GlobalSecondaryIndexes: [] }, 'it lacks the index gsi1'],
])('a present table with %s', (_case, present, difference) => {
  expect(firstDifference(definition, present)).toBe(difference);
});

test('a present table with an index too many, or another projection', () => {
  expect(firstDifference({ ...definition, GlobalSecondaryIndexes: [] }, definition)).toBe('it has an index gsi1 too many');
  const keysOnly = definition.GlobalSecondaryIndexes?.map((index) => ({ ...index, Projection: { ProjectionType: 'KEYS_ONLY' as const } })) ?? [];
  expect(firstDifference({ ...definition, GlobalSecondaryIndexes: keysOnly }, definition)).toBe('the projection of its index gsi1 differs');
});

test('a table is made once, one that the database refuses is said, and so is one that differs from what is there', async () => {
  const client = new DynamoDBClient({});
  const name = `${process.env['TABLE_NAME']}-ensured`;
  try {
    await expect(ensureTable(client, name, { ...definition, AttributeDefinitions: definition.AttributeDefinitions.slice(0, 2) }, 'start anew.')).rejects.toThrow(
      /^The table in serverless\.yml, resources\.Resources\.Table, was refused by the database \(.*\): correct it and start again\.$/,
    );
    expect(await ensureTable(client, name, definition, 'start anew.')).toBe('created');
    expect(await ensureTable(client, name, definition, 'start anew.')).toBe('found');
    await expect(ensureTable(client, name, { ...definition, GlobalSecondaryIndexes: [] }, 'start anew.')).rejects.toThrow(
      `The local table ${name} is not the one that serverless.yml now declares (it has an index gsi1 too many): start anew.`,
    );
  } finally {
    await client.send(new DeleteTableCommand({ TableName: name }));
    client.destroy();
  }
});

function table(resource: unknown): string {
  return JSON.stringify({ resources: { Resources: { Table: resource } } }); // JSON is YAML
}
