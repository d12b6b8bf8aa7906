// The table as a local engine takes it, and what is said where another one is there.

import { DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';

import { ensureTable, firstDifference } from '../../../src/local/table';
import { tableDefinition, type TableDefinition } from '../../../src/serverless/table';

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
    {
      IndexName: 'gsi1',
      KeySchema: [{ AttributeName: 'gsi1pk', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'ALL' },
    },
  ],
};

test('has nothing that CreateTable refuses', () => {
  const made = tableDefinition();
  expect(Object.keys(made).sort()).toEqual(['AttributeDefinitions', 'GlobalSecondaryIndexes', 'KeySchema']);
  expect(made.KeySchema).toEqual(definition.KeySchema);
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
  expect(firstDifference({ ...definition, GlobalSecondaryIndexes: [] }, definition)).toBe(
    'it has an index gsi1 too many',
  );
  const keysOnly =
    definition.GlobalSecondaryIndexes?.map((index) => ({
      ...index,
      Projection: { ProjectionType: 'KEYS_ONLY' as const },
    })) ?? [];
  expect(firstDifference({ ...definition, GlobalSecondaryIndexes: keysOnly }, definition)).toBe(
    'the projection of its index gsi1 differs',
  );
});

test('a table is made once, one that the database refuses is said, and so is one that differs from what is there', async () => {
  const client = new DynamoDBClient({});
  const name = `${process.env['TABLE_NAME']}-ensured`;
  try {
    await expect(
      ensureTable(
        client,
        name,
        { ...definition, AttributeDefinitions: definition.AttributeDefinitions.slice(0, 2) },
        'start anew.',
      ),
    ).rejects.toThrow(
      /^The table was refused by the database \(.*\): check that DYNAMODB_ENDPOINT, if set, names a DynamoDB engine\.$/,
    );
    expect(await ensureTable(client, name, definition, 'start anew.')).toBe('created');
    expect(await ensureTable(client, name, definition, 'start anew.')).toBe('found');
    await expect(
      ensureTable(client, name, { ...definition, GlobalSecondaryIndexes: [] }, 'start anew.'),
    ).rejects.toThrow(
      `The local table ${name} is not the one that is now declared (it has an index gsi1 too many): start anew.`,
    );
  } finally {
    await client.send(new DeleteTableCommand({ TableName: name }));
    client.destroy();
  }
});
