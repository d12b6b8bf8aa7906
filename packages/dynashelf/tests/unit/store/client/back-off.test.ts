// Waiting for others: how long, and what is said when there is no time left to.

import timers from 'node:timers/promises';

import { backOff, retryOnTransactionConflict } from '../../../../src/store/client/back-off';
import type { Send } from '../../../../src/store/client/send';

const paused: number[] = [];

let now = 0;

beforeEach(() => {
  now = 1_000_000;
  paused.length = 0;
  jest.spyOn(timers, 'setTimeout').mockImplementation(async (delay) => void paused.push(delay!));
  jest.spyOn(Date, 'now').mockImplementation(() => now);
  jest.spyOn(Math, 'random').mockReturnValue(0.5);
});
afterEach(() => jest.restoreAllMocks());

test('a pause is half of 20 ms on average, doubles, and ends at half a second', async () => {
  for (let attempt = 0; attempt < 8; attempt++) {
    await backOff(attempt, Infinity);
  }
  expect(paused).toEqual([10, 20, 40, 80, 160, 320, 500, 500]);
});

test('a pause that ends at the deadline is waited for, a longer one is a conflict', async () => {
  await backOff(0, now + 10);
  expect(paused).toEqual([10]);
  await expect(backOff(0, now + 9)).rejects.toMatchObject({
    type: 'conflict',
    more: { headers: { 'Retry-After': '1' } },
  });
  await expect(backOff(0, now + 9, true)).rejects.toMatchObject({ type: 'unavailable' });
  expect(paused).toHaveLength(1);
});

/** What a request gives, or throws, whose attempts fail so one after another. */
async function sent(errors: object[], deadline = Infinity): Promise<unknown> {
  const left = [...errors];
  const send = jest.fn(async () => {
    const error = left.shift();
    if (error !== undefined) {
      throw error as Error;
    }
    return 'done';
  });
  const outcome = await retryOnTransactionConflict(send as unknown as Send, deadline)('GetItem', 'input' as never, {
    once: true,
  }).catch((error: unknown) => error);
  expect(send).toHaveBeenCalledWith('GetItem', 'input', { once: true });
  return outcome;
}

const conflict = () => ({ name: 'TransactionConflictException' });

test('a request waits for transactions on its item, longer each time', async () => {
  expect(await sent([])).toBe('done');
  expect(await sent([conflict(), conflict()])).toBe('done');
  expect(paused).toEqual([10, 20]);
});

test('another error ends it, as it is', async () => {
  const error = { name: 'ValidationException' };
  expect(await sent([conflict(), error])).toBe(error);
  expect(error).toEqual({ name: 'ValidationException' });
});

test('where an attempt may have been carried out, a failed condition is in doubt', async () => {
  const failed = { name: 'ConditionalCheckFailedException' };
  expect(await sent([{ ...conflict(), mayBeDone: true }, failed])).toBe(failed);
  expect(failed).toMatchObject({ mayBeDone: true });
  const certain = { name: 'ConditionalCheckFailedException' };
  expect(await sent([conflict(), certain])).toEqual({ name: 'ConditionalCheckFailedException' });
});

test('the doubt stays through later conflicts, and to the end of the time', async () => {
  const failed = { name: 'ConditionalCheckFailedException' };
  expect(await sent([{ ...conflict(), mayBeDone: true }, conflict(), failed])).toMatchObject({ mayBeDone: true });
  expect(await sent([{ ...conflict(), mayBeDone: true }], now)).toMatchObject({ type: 'unavailable' });
  expect(await sent([conflict()], now)).toMatchObject({ type: 'conflict' });
});

test('a problem in doubt says that nobody knows; another error stays', async () => {
  const { throttled } = jest.requireActual<typeof import('../../../../src/store/client/failure')>(
    '../../../../src/store/client/failure',
  );
  expect(await sent([{ ...conflict(), mayBeDone: true }, throttled()])).toMatchObject({
    type: 'unavailable',
    mayBeDone: true,
  });
  const bug = new TypeError('x');
  expect(await sent([{ ...conflict(), mayBeDone: true }, bug])).toBe(bug);
});
