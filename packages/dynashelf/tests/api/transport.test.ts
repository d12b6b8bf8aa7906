// Both ways to DynamoDB against the real engine: this file runs once on each, by the projects of jest.config.js.

import { connect } from '#connect';

import { tableName, useTable } from '../../src/testing/table';

useTable();

/** Which way this run takes, says jest.config.js. */
const { transport } = globalThis as typeof globalThis & { transport: string };

const bytes = new Uint8Array([0, 255, 127]);
const Key = { pk: { S: 'binary' }, sk: { S: '1' } };
const Item = {
  ...Key,
  B: { B: bytes },
  set: { BS: [new Uint8Array([1]), new Uint8Array([2])] },
  list: { L: [{ B: bytes }, { M: { BS: { B: bytes }, text: { S: '"B" 💡 \u2028' } } }] },
};

test('the way is the one that this run is for', () => {
  expect(require.resolve('#connect')).toMatch(transport === 'wire' ? /client\/https\.ts$/ : /client\/sdk\.ts$/);
});

describe('bytes anywhere in an item', () => {
  const send = connect();

  test('are written and read as they are', async () => {
    await send('PutItem', { TableName: tableName(), Item });
    expect((await send('GetItem', { TableName: tableName(), Key })).Item).toEqual(Item);
    expect(
      (
        await send('Query', {
          TableName: tableName(),
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': Key.pk },
        })
      ).Items,
    ).toEqual([Item]);
    const { Responses } = await send('BatchGetItem', { RequestItems: { [tableName()]: { Keys: [Key] } } });
    expect(Responses?.[tableName()]).toEqual([Item]);
  });

  test('are in the values of conditions, and come back with a refusal', async () => {
    const refused = {
      ConditionExpression: 'B = :b',
      ExpressionAttributeValues: { ':b': { B: new Uint8Array([9]) } },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
    };
    await expect(send('DeleteItem', { TableName: tableName(), Key, ...refused })).rejects.toMatchObject({
      name: 'ConditionalCheckFailedException',
      Item,
    });
    await expect(
      send('TransactWriteItems', { TransactItems: [{ Delete: { TableName: tableName(), Key, ...refused } }] }),
    ).rejects.toMatchObject({
      name: 'TransactionCanceledException',
      CancellationReasons: [{ Code: 'ConditionalCheckFailed', Item }],
    });
    const { Attributes } = await send('UpdateItem', {
      TableName: tableName(),
      Key,
      UpdateExpression: 'SET B = :b',
      ExpressionAttributeValues: { ':b': { B: new Uint8Array([9]) } },
      ReturnValues: 'ALL_OLD',
    });
    expect(Attributes).toEqual(Item);
  });
});
