// A request to DynamoDB ends by its deadline, its attempts and the pauses between them included: on either way to it.

import { isOutcomeUnknown, toProblem } from '../../../src/store/client/failure';
import { connect as connectBySdk } from '../../../src/store/client/sdk';
import { connect as connectByWire } from '../../../src/store/client/https';
import { startWireServer, type WireServer } from '../../setup/wire-server';

const GET = { TableName: 't', Key: {} };
let server: WireServer;

beforeAll(async () => {
  server = await startWireServer();
  process.env.AWS_ENDPOINT_URL_DYNAMODB = server.endpoint;
});
beforeEach(() => void jest.spyOn(console, 'error').mockImplementation(() => undefined));
afterEach(() => jest.restoreAllMocks());
afterAll(() => server.stop());

/**
 * What a request that fails is to the client, how long it took in milliseconds, and whether it may have been carried
 * out.
 */
async function failing(
  connect: typeof connectByWire,
  left: number,
): Promise<{ status: number; took: number; inDoubt: boolean }> {
  const start = Date.now();
  const error = await connect()('GetItem', GET, { deadline: start + left }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return {
    status: (toProblem(error) as { status: number }).status,
    took: Date.now() - start,
    inDoubt: isOutcomeUnknown(error),
  };
}

describe.each([
  ['the SDK', connectBySdk],
  ['the wire', connectByWire],
] as const)('by %s', (_way, connect) => {
  test('an attempt that is not answered ends at the deadline, with 503 and in doubt', async () => {
    server.expect(() => 'silence');
    const { status, took, inDoubt } = await failing(connect, 1_000);
    // One attempt waits 4 s for an answer.
    expect([status, took < 3_500, inDoubt]).toEqual([503, true, true]);
  });

  test('a pause that would go beyond the deadline is not begun, or not waited for', async () => {
    jest.spyOn(Math, 'random').mockReturnValue(0.99);
    server.expect(() => ({ status: 400, body: '{"__type":"ThrottlingException"}' }));
    server.arrivals.length = 0;
    await failing(connect, 300);
    expect(server.arrivals.length).toBeLessThanOrEqual(1);
  });

  test('nothing is sent when the deadline is over: 503, and no doubt', async () => {
    server.expect(() => ({}));
    server.arrivals.length = 0;
    const { status, inDoubt } = await failing(connect, 0);
    expect([status, inDoubt, server.arrivals.length]).toEqual([503, false, 0]);
  });
});
