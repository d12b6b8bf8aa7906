// Transactions that DynamoDB cancels because others are under way, or throttles: tried again, and then told to the
// client.

import { createClient } from '../../src/testing/client';
import { useClock } from '../../src/testing/clock';
import { resources } from '../library/src/resources/index';
import { errorReply, type DatabaseReply, type DatabaseRequest, type Intercept } from '../setup/proxy';
import { useProxy } from '../setup/proxied';
import { race, statuses } from '../setup/race';
import { aBook } from '../setup/samples';
import { useTable } from '../../src/testing/table';

useTable();
const clock = useClock();
const database = useProxy({ resources });

/** Fewer than elsewhere, since each goes through the proxy, and often twice. */
const WRITERS = 20;

let logged: jest.SpyInstance;
beforeEach(() => {
  logged = jest.spyOn(console, 'error').mockImplementation(() => {});
});
afterEach(() => logged.mockRestore());

function isTransaction({ operation }: DatabaseRequest): boolean {
  return operation === 'TransactWriteItems';
}

/** The cancellation of a transaction by its first action. */
function cancelled({ input }: DatabaseRequest, code: string): DatabaseReply {
  const reasons = (input['TransactItems'] as unknown[]).map((_, index) =>
    index === 0 ? { Code: code, Message: code } : { Code: 'None' },
  );
  return errorReply('TransactionCanceledException', 'Transaction cancelled', 400, { CancellationReasons: reasons });
}

/** Does something to each transaction as long as a function says so. */
function disturb(
  reply: (request: DatabaseRequest) => DatabaseReply,
  until: (count: number) => boolean = () => false,
): Intercept {
  let count = 0;
  return async (request, forward) => (isTransaction(request) && !until(count++) ? reply(request) : forward());
}

let isbn = 9780000000000;
const WRITES: [string, () => Promise<[string, object]> | [string, object]][] = [
  ['POST', () => ['POST /books', aBook({ isbn: String(isbn++) })]],
  ['PUT', () => ['PUT /books/put', aBook({ isbn: String(isbn++) })]],
  [
    'PATCH',
    async () => {
      await database.ask('PUT /books/patch', { body: aBook() });
      return ['PATCH /books/patch', { isbn: String(isbn++) }];
    },
  ],
  [
    'DELETE',
    async () => {
      await database.ask('PUT /books/delete', { body: aBook({ isbn: String(isbn++) }) });
      return ['DELETE /books/delete', {}];
    },
  ],
  ['POST of an array', () => ['POST /books', [aBook(), aBook()]]],
  [
    'POST of a transaction',
    () => [
      'POST /transactions',
      {
        operations: [
          { method: 'POST', path: '/books', body: aBook() },
          { method: 'POST', path: '/books', body: aBook() },
        ],
      },
    ],
  ],
];

describe.each(WRITES)('%s', (_, make) => {
  test.each(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'])(
    'that meets %s twice is done',
    async (code) => {
      const [line, body] = await make();
      database.proxy.intercept = disturb(
        (request) => cancelled(request, code),
        (count) => count >= 2,
      );
      expect((await database.ask(line, { body })).status).toBeLessThan(300);
      database.proxy.intercept = undefined;
    },
  );

  test.each(['ThrottlingError', 'ProvisionedThroughputExceeded'])(
    'that meets %s again and again is 429 with Retry-After, after bounded attempts, nothing being done',
    async (code) => {
      const [line, body] = await make();
      database.proxy.clear();
      database.proxy.intercept = disturb((request) => cancelled(request, code));
      const answer = await database.ask(line, { body });
      expect([answer.status, answer.body.type]).toEqual([429, '/docs#throttled']);
      expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/);
      expect(database.proxy.requests.filter(isTransaction).length).toBeLessThanOrEqual(10);
      database.proxy.intercept = undefined;
      expect((await database.ask(line, { body })).status).toBeLessThan(300);
    },
  );

  test('that is throttled as a request is 429 with Retry-After', async () => {
    const [line, body] = await make();
    database.proxy.intercept = disturb(() => errorReply('ThrottlingException'));
    const answer = await database.ask(line, { body });
    expect([answer.status, answer.headers['retry-after']]).toEqual([429, expect.stringMatching(/^[1-9]\d*$/)]);
  });

  test('that has an If-Match, and whose response is lost, is done once', async () => {
    const [line, body] = await make();
    let lost = false;
    database.proxy.intercept = async (request, forward) => {
      const reply = await forward();
      if (isTransaction(request) && !lost) {
        lost = true;
        return 'disconnect';
      }
      return reply;
    };
    const answer = await database.ask(line, { body });
    expect([lost, answer.status < 300]).toEqual([true, true]);
  });

  test('whose first attempt is still under way is done once', async () => {
    const [line, body] = await make();
    let first = true;
    database.proxy.intercept = async (request, forward) => {
      if (isTransaction(request) && first) {
        first = false;
        await forward();
        return errorReply('TransactionInProgressException');
      }
      return forward();
    };
    expect((await database.ask(line, { body })).status).toBeLessThan(300);
  });
});

test("conflicts to the end of the function's time are 409 with Retry-After, nothing being done", async () => {
  const start = Date.now();
  // By a clock that stands still otherwise, each attempt takes 0.2 s. 1.5 s are kept for the answer.
  clock.set(start);
  database.proxy.intercept = disturb((request) => {
    clock.advance({ milliseconds: 200 });
    return cancelled(request, 'TransactionConflict');
  });
  const hurried = createClient({ resources, remaining: 3_000 });
  const answer = await hurried('POST /books', { body: aBook({ title: 'never', isbn: String(isbn++) }) });
  expect([answer.status, answer.body.type]).toEqual([409, '/docs#conflict']);
  expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/);
  expect(Date.now() - start).toBeLessThan(3_000);
  const count = database.proxy.requests.filter(isTransaction).length;
  expect(count).toBeGreaterThan(3);
  database.proxy.intercept = undefined;
  expect((await database.ask('GET /books?title=never')).body.items).toEqual([]);
});

test('a single write that meets a transaction on its item is tried again', async () => {
  let conflicts = 0;
  database.proxy.intercept = async ({ operation }, forward) =>
    operation === 'PutItem' && conflicts++ < 3 ? errorReply('TransactionConflictException') : forward();
  expect((await database.ask('POST /books', { body: aBook() })).status).toBe(201);
  expect(conflicts).toBe(4);
});

test(`${WRITERS} transactions on overlapping items, of which every third attempt meets a conflict, are all done, once each`, async () => {
  const ids = ['a', 'b', 'c', 'd'];
  await Promise.all(ids.map((id) => database.ask(`PUT /books/${id}`, { body: aBook() })));
  let count = 0;
  database.proxy.intercept = async (request, forward) =>
    isTransaction(request) && count++ % 3 === 0 ? cancelled(request, 'TransactionConflict') : forward();
  const answers = await race(
    (number) =>
      database.ask('POST /transactions', {
        body: {
          operations: [ids[number % 4]!, ids[(number + 1 + (number % 3)) % 4]!].map((id) => ({
            method: 'PATCH',
            path: `/books/${id}`,
            body: { pages: number + 1 },
          })),
        },
      }),
    WRITERS,
  );
  expect(statuses(answers)).toEqual({ 200: WRITERS });
  database.proxy.intercept = undefined;
  const versions = await Promise.all(
    ids.map(async (id) => (await database.ask(`GET /books/${id}`)).body.version as number),
  );
  expect(versions.reduce((sum, version) => sum + version, 0)).toBe(ids.length + 2 * WRITERS);
});

describe('a request whose idempotency key another one is writing at the moment', () => {
  const key = { 'Idempotency-Key': 'busy' };
  const body = aBook({ isbn: '9790000000000' });

  /** The cancellation of a transaction by the record of its key, which is its last action. */
  function busy({ input }: DatabaseRequest): DatabaseReply {
    const reasons = (input['TransactItems'] as unknown[]).map((_, index, all) => ({
      Code: index === all.length - 1 ? 'TransactionConflict' : 'None',
    }));
    return errorReply('TransactionCanceledException', 'Transaction cancelled', 400, { CancellationReasons: reasons });
  }

  test('is 409 with Retry-After while that is running, and has its effect once when it is sent again', async () => {
    database.proxy.intercept = disturb(busy);
    const answer = await database.ask('POST /books', { body, headers: key });
    expect([answer.status, answer.headers['retry-after']]).toEqual([409, '1']);
    expect(answer.body.detail).toContain('still running');
    database.proxy.intercept = undefined;
    expect((await database.ask('POST /books', { body, headers: key })).status).toBe(201);
  });

  test('is answered with the outcome where that has ended meanwhile', async () => {
    database.proxy.intercept = disturb(busy);
    const answer = await database.ask('POST /books', { body, headers: key });
    expect([answer.status, answer.headers['idempotent-replayed']]).toEqual([201, 'true']);
  });
});
