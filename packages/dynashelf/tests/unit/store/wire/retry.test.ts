// How long the pauses before repeats are.

import { openRetries, type Failure } from '../../../../src/store/client/https/retry';
import type { SendOptions } from '../../../../src/store/client/send';

async function pauses(failure: Failure, random: number): Promise<number[]> {
  const waited: number[] = [];
  jest.spyOn(Math, 'random').mockReturnValue(random);
  const retrying = openRetries(async (milliseconds) => waited.push(milliseconds));
  await retrying(async () => {
    throw Object.assign(new Error(), failure, { $metadata: { ...failure.$metadata } });
  }).catch(() => undefined);
  jest.restoreAllMocks();
  return waited;
}

test.each([
  ['what passes soon', { name: 'TimeoutError' }, [12, 25]],
  ['throttling', { name: 'ThrottlingException' }, [500, 1_000]],
  ['a closed connection that was kept', { name: 'TimeoutError', isStale: true }, []],
  ['what asks for more', { name: 'ThrottlingException', retryAfter: 700 }, [700, 1_000]],
  ['what asks for too much', { name: 'TimeoutError', retryAfter: 60_000 }, [5_012, 5_025]],
  ['a mistake of ours', { name: 'ValidationException' }, []],
] as [string, Failure, number[]][])('%s: half of the most, which doubles', async (_case, failure, expected) => {
  expect(await pauses(failure, 0.5)).toEqual(expected);
});

test('a signature that expired on the way, the function having been frozen, is made anew', async () => {
  expect(
    await pauses(
      {
        name: 'InvalidSignatureException',
        message: 'Signature expired: 20260101T000000Z is now earlier than 20260101T001000Z',
      },
      0.99,
    ),
  ).toHaveLength(2);
});

describe('a request', () => {
  beforeEach(() => void jest.spyOn(Math, 'random').mockReturnValue(0.5));
  afterEach(() => jest.restoreAllMocks());

  /** What comes of attempts that fail so one after another, and how long each had. */
  async function sent(failures: Failure[], options?: SendOptions, retrying = openRetries(async () => undefined)) {
    const timeouts: number[] = [];
    const left = [...failures];
    const outcome = await retrying<{ $metadata?: object }>(async (timeout) => {
      timeouts.push(timeout);
      const failure = left.shift();
      if (failure !== undefined) {
        throw Object.assign(new Error(), failure);
      }
      return {};
    }, options).catch((error: Failure & { mayBeDone?: boolean }) => error);
    return { outcome, timeouts };
  }

  const status = (httpStatusCode: number): Failure => ({ name: 'X', $metadata: { httpStatusCode } });

  test.each<[string, () => Failure]>([
    ...[429, 500, 502, 503, 504].map((code): [string, () => Failure] => [String(code), () => status(code)]),
    ...['EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN'].map((code): [string, () => Failure] => [
      code,
      () => ({ code }),
    ]),
    ...['TimeoutError', 'RequestTimeout', 'RequestTimeoutException'].map((name): [string, () => Failure] => [
      name,
      () => ({ name }),
    ]),
    ...[
      'LimitExceededException',
      'PriorRequestNotComplete',
      'ProvisionedThroughputExceededException',
      'RequestLimitExceeded',
      'RequestThrottled',
      'RequestThrottledException',
      'SlowDown',
      'ThrottledException',
      'Throttling',
      'ThrottlingException',
      'TooManyRequestsException',
      'TransactionInProgressException',
    ].map((name): [string, () => Failure] => [name, () => ({ name })]),
    ['a corrected clock', () => ({ name: 'X', $metadata: { clockSkewCorrected: true } })],
  ])('is sent again after %s', async (_what, failure) => {
    const { outcome, timeouts } = await sent([failure()]);
    expect(timeouts).toEqual([4_000, 4_000]);
    expect(outcome.$metadata).toMatchObject({ attempts: 2 });
  });

  test.each<[string, Failure]>([
    ['400', status(400)],
    ['501', status(501)],
    ['a wrong signature', { name: 'InvalidSignatureException', message: 'does not match' }],
    ['an expired signature by another name', { name: 'X', message: 'Signature expired' }],
    ['a clock that was not corrected', { name: 'X', $metadata: { clockSkewCorrected: false } }],
    ['an error without anything', {}],
  ])('is not sent again after %s', async (_what, failure) => {
    const { outcome, timeouts } = await sent([failure]);
    expect(timeouts).toHaveLength(1);
    expect(outcome.$metadata).toMatchObject({ attempts: 1, totalRetryDelay: 0 });
  });

  test('is sent three times, and says so and how long it waited', async () => {
    const { outcome, timeouts } = await sent([status(500), status(500), status(500)]);
    expect(timeouts).toHaveLength(3);
    expect(outcome.$metadata).toEqual({ httpStatusCode: 500, attempts: 3, totalRetryDelay: 37 });
    expect((await sent([status(500)])).outcome.$metadata).toEqual({ attempts: 2, totalRetryDelay: 12 });
  });

  test('is in doubt where an attempt before left doubt', async () => {
    expect((await sent([status(500), status(400)])).outcome).toMatchObject({ mayBeDone: true });
    expect((await sent([{ code: 'ENOTFOUND' }, status(400)])).outcome).not.toHaveProperty('mayBeDone');
  });

  test('that may take effect once is sent again only where no attempt left doubt', async () => {
    expect((await sent([status(500)], { once: true })).timeouts).toHaveLength(1);
    expect((await sent([{ code: 'ENOTFOUND' }], { once: true })).timeouts).toHaveLength(2);
  });

  test('has no more time than there is, and none is begun after a pause beyond it', async () => {
    jest.spyOn(Date, 'now').mockReturnValue(1_000);
    expect((await sent([], { deadline: 1_000 })).outcome).toMatchObject({ code: 'ETIME' });
    expect((await sent([], { deadline: 1_000 })).timeouts).toEqual([]);
    expect((await sent([status(500)], { deadline: 1_013 })).timeouts).toEqual([13, 13]);
    expect((await sent([status(500)], { deadline: 1_012 })).timeouts).toEqual([12]);
  });

  test('is sent once when the quota is used up, which successes refill', async () => {
    const retrying = openRetries(async () => undefined);
    const failing = [status(500), status(500), status(500)];
    // Each takes twice 14 of 500.
    for (let count = 0; count < 17; count++) {
      expect((await sent(failing, {}, retrying)).timeouts).toHaveLength(3);
    }
    expect((await sent(failing, {}, retrying)).timeouts).toHaveLength(2);
    expect((await sent(failing, {}, retrying)).timeouts).toHaveLength(1);
    // Throttling costs less: 10 are left.
    const throttling = { name: 'Throttling' };
    expect((await sent([throttling, throttling, throttling], {}, retrying)).timeouts).toHaveLength(3);
    expect((await sent([throttling], {}, retrying)).timeouts).toHaveLength(1);
    for (let count = 0; count < 14; count++) {
      await sent([], {}, retrying);
    }
    expect((await sent(failing, {}, retrying)).timeouts).toHaveLength(2);
  });
});
