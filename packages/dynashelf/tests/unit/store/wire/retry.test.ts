// How long the pauses before repeats are.

import { openRetries, type Failure } from '../../../../src/store/client/https/retry';

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
