// What a request may read, and how long: requests, bytes and time, each with its own end.

import { openBudget, type ReadBound } from '../../../../src/store/client/budget';
import type { Send } from '../../../../src/store/client/send';

let now = 0;

beforeEach(() => {
  now = 1_000_000;
  jest.spyOn(Date, 'now').mockImplementation(() => now);
});
afterEach(() => jest.restoreAllMocks());

const WIDE: ReadBound = { reads: 3, bytes: 100_000, deadline: 2_000_000 };

/** A budget of which each request is answered so, after some milliseconds. */
function budget(bound: Partial<ReadBound>, output: object = {}, took = 0) {
  const send = jest.fn(async () => {
    now += took;
    return output;
  });
  return { send, ...openBudget(send as unknown as Send, { ...WIDE, ...bound }) };
}

const QUERY = { TableName: 't' };

test('nothing is spent at first, whatever the bound is', () => {
  const { isSpent, spent, bound } = budget({ reads: 0, bytes: 0, deadline: 0 });
  expect(isSpent()).toBe(false);
  expect(spent).toEqual({ reads: 0, bytes: 0, keys: 0 });
  expect(bound).toEqual({ reads: 0, bytes: 0, deadline: 0 });
});

test('a request goes on as it is, with the longest answer that is taken', async () => {
  const { send, read } = budget({}, { Items: [] });
  expect(await read('Query', QUERY)).toEqual({ Items: [] });
  expect(send).toHaveBeenLastCalledWith('Query', QUERY, {});
  await read('Query', QUERY, 70);
  expect(send).toHaveBeenLastCalledWith('Query', QUERY, { mostBytes: 70 });
});

test('so many requests, and one more for each further partition', async () => {
  const { read, isSpent } = budget({ reads: 2 });
  await read('Query', QUERY);
  expect(isSpent()).toBe(false);
  await read('Query', QUERY);
  expect([isSpent(), isSpent(1), isSpent(2)]).toEqual([true, true, false]);
  await read('Query', QUERY);
  expect([isSpent(2), isSpent(3)]).toEqual([true, false]);
});

test.each<[string, 'Query' | 'GetItem' | 'BatchGetItem', object, object, number]>([
  [
    'a consistent query: 4 KB a unit',
    'Query',
    { ConsistentRead: true },
    { ConsumedCapacity: { CapacityUnits: 2 } },
    8192,
  ],
  ['another query: 8 KB', 'Query', {}, { ConsumedCapacity: { CapacityUnits: 2 } }, 16384],
  ['a read: 4 KB', 'GetItem', {}, { ConsumedCapacity: { CapacityUnits: 1 } }, 4096],
  ['several tables', 'BatchGetItem', {}, { ConsumedCapacity: [{ CapacityUnits: 1 }, { CapacityUnits: 2 }, {}] }, 12288],
  ['nothing said', 'Query', {}, {}, 0],
  [
    'a longer answer than its records',
    'GetItem',
    {},
    { ConsumedCapacity: { CapacityUnits: 1 }, $metadata: { bytes: 160_000 } },
    10_000,
  ],
  ['a shorter one', 'GetItem', {}, { ConsumedCapacity: { CapacityUnits: 1 }, $metadata: { bytes: 16 } }, 4096],
])('the bytes of %s', async (_what, operation, input, output, bytes) => {
  const { read, spent } = budget({}, output);
  await read(operation, input as never);
  expect(spent).toEqual({ reads: 1, bytes, keys: 0 });
});

test('what is full is spent, exactly at its end', async () => {
  const { read, isFull, isSpent } = budget({ bytes: 8192 }, { ConsumedCapacity: { CapacityUnits: 1 } });
  await read('GetItem', QUERY as never);
  expect([isFull(), isSpent()]).toEqual([false, false]);
  await read('GetItem', QUERY as never);
  expect([isFull(), isSpent()]).toEqual([true, true]);
});

test('no request is begun that would take longer than there is, by the slowest so far', async () => {
  const slow = budget({ deadline: 1_000_200 }, {}, 100);
  await slow.read('Query', QUERY);
  expect(slow.isSpent()).toBe(false);
  now += 1;
  expect(slow.isSpent()).toBe(true);
});

test('the slowest is kept', async () => {
  let took = 100;
  const send = async () => {
    now += took;
    return {};
  };
  const { read, isSpent } = openBudget(send as unknown as Send, { ...WIDE, deadline: 1_000_200 });
  await read('Query', QUERY);
  took = 1;
  await read('Query', QUERY);
  expect(isSpent()).toBe(true);
});

test('the time is over 20 ms before its end, as a timer can be early', () => {
  const { isOver } = budget({ deadline: 1_000_021 });
  expect(isOver()).toBe(false);
  now += 1;
  expect(isOver()).toBe(true);
});
