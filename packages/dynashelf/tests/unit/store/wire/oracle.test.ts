// The transport without the SDK does what the SDK does: the same requests, the same outputs, the same errors, the same
// repeats.

import fc from 'fast-check';

import { connect as connectBySdk } from '../../../../src/store/client/sdk';
import type { Operations, Send } from '../../../../src/store/client/send';
import type { AttributeMap } from '../../../../src/store/layout/value';
import { connect as connectByWire } from '../../../../src/store/client/https';
import { verifiedSignature } from '../../../setup/sigv4';
import { startWireServer, type Answered, type WireServer } from '../../../setup/wire-server';
import { runs } from '../../../setup/runs';

let server: WireServer;
let ways: Record<'sdk' | 'wire', Send>;

beforeAll(async () => {
  server = await startWireServer();
  process.env.AWS_ENDPOINT_URL_DYNAMODB = server.endpoint;
  process.env.AWS_SESSION_TOKEN = 'a session token';
});
beforeEach(() => {
  ways = { sdk: connectBySdk(), wire: connectByWire() }; // each with all of its quota of repeats
  jest.spyOn(Math, 'random').mockReturnValue(0); // no pauses
});
afterEach(() => jest.restoreAllMocks());
afterAll(() => server.stop());

/** One call by each way, with what arrived, and what it gave or threw. */
async function both<O extends keyof Operations>(
  operation: O,
  input: Operations[O]['input'],
  script: (number: number) => Answered | 'disconnect',
): Promise<Record<'sdk' | 'wire', Outcome>> {
  const call = async (way: Send): Promise<Outcome> => {
    server.expect((_arrival, number) => script(number));
    const [outcome] = await Promise.allSettled([way(operation, input)]);
    return {
      bodies: server.arrivals.map(({ body }) => JSON.parse(body) as unknown),
      ...(outcome.status === 'fulfilled' ? outputOf(outcome.value) : errorOf(outcome.reason)),
    };
  };
  return { sdk: await call(ways.sdk), wire: await call(ways.wire) };
}

interface Outcome {
  readonly bodies: unknown[];
  readonly output?: unknown;
  readonly error?: unknown;
}

interface Metadata {
  readonly httpStatusCode?: number;
  readonly requestId?: string;
  readonly attempts?: number;
}

function outputOf({ $metadata, ...output }: object & { $metadata: Metadata }): Omit<Outcome, 'bodies'> {
  return { output: { ...output, ...metadataOf($metadata) } };
}

function errorOf(reason: unknown): Omit<Outcome, 'bodies'> {
  const { name, code, message, mayBeDone, Item, CancellationReasons, $metadata } = reason as Record<string, unknown> & {
    $metadata: Metadata;
  };
  return { error: { name, code, message, mayBeDone, Item, CancellationReasons, ...metadataOf($metadata) } };
}

function metadataOf({ httpStatusCode, requestId, attempts }: Metadata): object {
  return { httpStatusCode, requestId, attempts };
}

async function expectSame<O extends keyof Operations>(
  operation: O,
  input: Operations[O]['input'],
  script: (number: number) => Answered | 'disconnect',
): Promise<Outcome> {
  const { sdk, wire } = await both(operation, input, script);
  expect(wire).toEqual(sdk);
  return wire;
}

// Whatever DynamoDB holds. As names some that look like types, and one that an assignment would swallow.
const bytes = fc.uint8Array({ maxLength: 8 });
const name = fc.oneof(
  fc.constantFrom('B', 'BS', 'L', 'M', 'S', 'NULL'),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 }).filter((text) => text !== '__proto__'),
);
const number = fc.oneof(
  fc.integer().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.constant('1E+125'),
);
const value = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({ S: fc.string({ unit: 'binary' }) }),
    fc.record({ N: number }),
    fc.record({ BOOL: fc.boolean() }),
    fc.record({ NULL: fc.constant(true) }),
    fc.record({ B: bytes }),
    fc.record({ SS: fc.array(fc.string(), { minLength: 1, maxLength: 3 }) }),
    fc.record({ NS: fc.array(number, { minLength: 1, maxLength: 3 }) }),
    fc.record({ BS: fc.array(bytes, { minLength: 1, maxLength: 3 }) }),
    fc.record({ L: fc.array(tie('value'), { maxLength: 4 }) }),
    fc.record({ M: fc.dictionary(name, tie('value'), { maxKeys: 4 }) }),
  ),
})).value as fc.Arbitrary<AttributeMap[string]>;
const map = fc.dictionary(name, value, { maxKeys: 5 });

/** A map as DynamoDB writes it. */
function written(one: unknown): string {
  return JSON.stringify(one, (_key, inner: unknown) =>
    inner instanceof Uint8Array ? Buffer.from(inner).toString('base64') : inner,
  );
}

describe('generated values', () => {
  test('are sent in the same bodies', async () => {
    await fc.assert(
      fc.asyncProperty(map, map, map, async (item, key, values) => {
        const TableName = 't';
        const condition = {
          ConditionExpression: 'a = :b',
          ExpressionAttributeNames: { '#a': 'a' },
          ExpressionAttributeValues: values,
        };
        const [{ bodies }] = [
          await expectSame(
            'PutItem',
            { TableName, Item: item, ...condition, ReturnConsumedCapacity: 'TOTAL' },
            () => ({}),
          ),
        ];
        expect(bodies).toEqual([
          {
            TableName,
            Item: JSON.parse(written(item)),
            ...condition,
            ExpressionAttributeValues: JSON.parse(written(values)),
            ReturnConsumedCapacity: 'TOTAL',
          },
        ]);
        await expectSame('GetItem', { TableName, Key: key, ConsistentRead: true }, () => ({}));
        await expectSame('DeleteItem', { TableName, Key: key, ...condition }, () => ({}));
        await expectSame(
          'UpdateItem',
          { TableName, Key: key, UpdateExpression: 'SET a = :a', ...condition },
          () => ({}),
        );
        await expectSame(
          'Query',
          {
            TableName,
            KeyConditionExpression: 'a = :a',
            ExclusiveStartKey: key,
            ExpressionAttributeValues: values,
            Limit: 3,
            ScanIndexForward: false,
          },
          () => ({}),
        );
        await expectSame(
          'BatchGetItem',
          { RequestItems: { t: { Keys: [key, item], ConsistentRead: true } } },
          () => ({}),
        );
        await expectSame(
          'TransactWriteItems',
          {
            ClientRequestToken: 'token',
            TransactItems: [
              { Put: { TableName, Item: item, ...condition } },
              { ConditionCheck: { TableName, Key: key, ...condition } },
              { Update: { TableName, Key: key, UpdateExpression: 'x', ...condition } },
            ],
          },
          () => ({}),
        );
      }),
      { numRuns: runs(10) },
    );
  });

  test('are read the same', async () => {
    await fc.assert(
      fc.asyncProperty(map, map, fc.array(map, { maxLength: 3 }), async (one, key, several) => {
        const answering = (output: object): [() => Answered] => [
          () => ({ body: written(output), headers: { 'x-amzn-requestid': 'an-id' } }),
        ];
        const ConsumedCapacity = { TableName: 't', CapacityUnits: 0.5 };
        expect(
          (await expectSame('GetItem', { TableName: 't', Key: {} }, ...answering({ Item: one, ConsumedCapacity })))
            .output,
        ).toMatchObject({ Item: one, ConsumedCapacity, requestId: 'an-id', attempts: 1, httpStatusCode: 200 });
        expect(
          (
            await expectSame(
              'Query',
              { TableName: 't' },
              ...answering({ Items: several, Count: 3, ScannedCount: 4, LastEvaluatedKey: key }),
            )
          ).output,
        ).toMatchObject({ Items: several, LastEvaluatedKey: key });
        await expectSame('UpdateItem', { TableName: 't', Key: {} }, ...answering({ Attributes: one }));
        await expectSame('DeleteItem', { TableName: 't', Key: {} }, ...answering({ Attributes: one }));
        await expectSame(
          'BatchGetItem',
          { RequestItems: {} },
          ...answering({
            Responses: { t: several },
            UnprocessedKeys: { t: { Keys: [key, ...several], ConsistentRead: true } },
          }),
        );
      }),
      { numRuns: runs(16) },
    );
  });

  test('come with refusals the same', async () => {
    await fc.assert(
      fc.asyncProperty(map, fc.array(map, { maxLength: 3 }), async (one, several) => {
        const refusing = (type: string, more: object): [() => Answered] => [
          () => ({
            status: 400,
            body: written({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, ...more }),
            headers: { 'x-amzn-requestid': 'an-id' },
          }),
        ];
        expect(
          (
            await expectSame(
              'PutItem',
              { TableName: 't', Item: {} },
              ...refusing('ConditionalCheckFailedException', { message: 'The conditional request failed', Item: one }),
            )
          ).error,
        ).toMatchObject({ name: 'ConditionalCheckFailedException', Item: one, attempts: 1 });
        const CancellationReasons = several.map((Item) => ({
          Code: 'ConditionalCheckFailed',
          Message: 'It failed',
          Item,
        }));
        await expectSame(
          'TransactWriteItems',
          { TransactItems: [], ClientRequestToken: 'token' },
          ...refusing('TransactionCanceledException', { Message: 'Cancelled', CancellationReasons }),
        );
      }),
      { numRuns: runs(10) },
    );
  });
});

describe('what goes wrong', () => {
  const NAMES = [
    'AccessDeniedException',
    'ConditionalCheckFailedException',
    'IdempotentParameterMismatchException',
    'IncompleteSignatureException',
    'InternalServerError',
    'InvalidSignatureException',
    'ItemCollectionSizeLimitExceededException',
    'LimitExceededException',
    'MissingAuthenticationTokenException',
    'ProvisionedThroughputExceededException',
    'RequestLimitExceeded',
    'RequestTimeout',
    'ResourceNotFoundException',
    'ServiceUnavailable',
    'SlowDown',
    'ThrottlingException',
    'TooManyRequestsException',
    'TransactionCanceledException',
    'TransactionConflictException',
    'TransactionInProgressException',
    'UnrecognizedClientException',
    'ValidationException',
    'SomethingNew',
  ];
  const error = (name: string, status: number): Answered => ({
    status,
    body: JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: `It is ${name}.` }),
  });

  test.each(NAMES)('%s is repeated as often, and thrown the same, with whatever status', async (name) => {
    for (const status of [400, 429, 500, 503]) {
      await expectSame('GetItem', { TableName: 't', Key: {} }, () => error(name, status));
      await expectSame('GetItem', { TableName: 't', Key: {} }, (number) => (number === 0 ? error(name, status) : {}));
    }
  });

  test('the quota of repeats is used up by as many failures, and restored by as many successes', async () => {
    for (const name of ['ThrottlingException', 'InternalServerError']) {
      for (let failures = 0; failures < 60; failures++) {
        await expectSame('GetItem', { TableName: 't', Key: {} }, () => error(name, 400));
      }
      for (let successes = 0; successes < 9; successes++) {
        await expectSame('GetItem', { TableName: 't', Key: {} }, () => ({}));
      }
      await expectSame('GetItem', { TableName: 't', Key: {} }, (number) => (number === 0 ? error(name, 500) : {}));
      await expectSame('GetItem', { TableName: 't', Key: {} }, () => error(name, 400));
    }
  });

  test.each([501, 502, 504, 505, 404])('a nameless %i is repeated as often', async (status) => {
    const { sdk, wire } = await both('GetItem', { TableName: 't', Key: {} }, () => ({ status, body: '{}' }));
    expect(wire.bodies).toHaveLength(sdk.bodies.length);
  });

  test('a page of HTML with 503, as a broken proxy sends it, is a service that is unavailable', async () => {
    const { wire } = await both('GetItem', { TableName: 't', Key: {} }, () => ({ status: 503, body: '<html>' }));
    expect(wire.error).toMatchObject({ name: 'ServiceUnavailable', attempts: 3 });
  });

  test.each([
    ['a request lost once', (number: number) => (number === 0 ? 'disconnect' : {})],
    ['every request lost', () => 'disconnect'],
  ] as [string, (number: number) => Answered | 'disconnect'][])('%s', async (_case, script) => {
    const { error: thrown, bodies } = await expectSame('GetItem', { TableName: 't', Key: {} }, script);
    expect([bodies.length, thrown]).toEqual(
      _case.startsWith('every')
        ? [3, expect.objectContaining({ name: 'TimeoutError', code: 'ECONNRESET', attempts: 3 })]
        : [2, undefined],
    );
  });

  test('a token is made for a transaction that has none, and is the same at every attempt', async () => {
    const { sdk, wire } = await both('TransactWriteItems', { TransactItems: [] }, (number) =>
      number < 2 ? 'disconnect' : {},
    );
    for (const { bodies } of [sdk, wire]) {
      expect(bodies).toEqual(
        Array.from({ length: 3 }, () => ({
          TransactItems: [],
          ClientRequestToken: expect.stringMatching(/^[0-9a-f-]{36}$/),
        })),
      );
      expect(new Set(bodies.map((body) => JSON.stringify(body))).size).toBe(1);
    }
  });

  test.each([-20, 20])(
    'a clock that is %i minutes away is found out and corrected, for later requests too',
    async (minutes) => {
      const offset = minutes * 60_000;
      for (const way of Object.values(ways)) {
        const attempts: number[] = [];
        server.expect(({ headers }) => {
          const signed = Date.parse(
            String(headers['x-amz-date']).replace(/(....)(..)(..)T(..)(..)(..)Z/, '$1-$2-$3T$4:$5:$6Z'),
          );
          const now = Date.now() + offset;
          const date = new Date(now).toUTCString();
          return Math.abs(signed - now) < 300_000
            ? { headers: { date } }
            : { ...error('InvalidSignatureException', 400), headers: { date } };
        });
        for (const key of ['a', 'b']) {
          attempts.push((await way('GetItem', { TableName: 't', Key: { key: { S: key } } })).$metadata.attempts!);
        }
        expect(attempts).toEqual([2, 1]);
      }
    },
  );
});

test('every request is signed as AWS checks it, with the session token', async () => {
  for (const way of Object.values(ways)) {
    server.expect(() => ({}));
    await way('PutItem', { TableName: 't', Item: { a: { S: 'ünïcödé 💡' } } });
    const [{ headers, body } = { headers: {}, body: '' }] = server.arrivals;
    expect(headers).toMatchObject({
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'DynamoDB_20120810.PutItem',
      'x-amz-security-token': 'a session token',
    });
    const { given, computed, signedHeaders } = verifiedSignature(headers, body, 'test');
    expect(given).toBe(computed);
    expect(signedHeaders).toEqual(
      expect.arrayContaining(['host', 'x-amz-date', 'x-amz-security-token', 'x-amz-target']),
    );
  }
});
