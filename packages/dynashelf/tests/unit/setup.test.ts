// The ground that other tests stand on: a database of the run's own, an empty table, and the proxy before it.

import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';

import { errorReply, type Proxy, startProxy } from '../setup/proxy';
import { tableName, useTable } from '../../src/testing/table';

useTable();

let proxy: Proxy;
let client: DynamoDBClient;

beforeAll(async () => {
  proxy = await startProxy();
  client = new DynamoDBClient({ endpoint: proxy.endpoint, maxAttempts: 1 });
});
afterEach(() => proxy.clear());
afterAll(async () => {
  client.destroy();
  await proxy.stop();
});

const key = { pk: { S: 'setup' }, sk: { S: '1' } };
const put = async (): Promise<unknown> => client.send(new PutItemCommand({ TableName: tableName(), Item: key }));
const get = async () => (await client.send(new GetItemCommand({ TableName: tableName(), Key: key }))).Item;

test('the proxy records operations with what went in and what came out', async () => {
  await put();
  await get();
  expect(proxy.requests).toEqual([
    { operation: 'PutItem', input: { TableName: tableName(), Item: key }, output: {} },
    { operation: 'GetItem', input: { TableName: tableName(), Key: key }, output: { Item: key } },
  ]);
});

test('an intercept refuses a request with an error of its choice', async () => {
  proxy.intercept = async () => errorReply('ProvisionedThroughputExceededException', 'Slower, please.');
  await expect(put()).rejects.toMatchObject({
    name: 'ProvisionedThroughputExceededException',
    message: 'Slower, please.',
  });
});

test('an intercept loses the answer to a request that was carried out', async () => {
  const other = { pk: { S: 'setup' }, sk: { S: '2' } };
  proxy.intercept = async (_request, forward) => {
    await forward();
    return 'disconnect';
  };
  await expect(client.send(new PutItemCommand({ TableName: tableName(), Item: other }))).rejects.toThrow();
  proxy.clear();
  const { Item } = await client.send(new GetItemCommand({ TableName: tableName(), Key: other }));
  expect(Item).toEqual(other);
});

describe('a file whose table another file used before', () => {
  useTable();

  test('begins with an empty one', async () => {
    expect(await get()).toBeUndefined();
  });
});
