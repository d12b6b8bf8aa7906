// The answer of a write is lost on the way: the write never takes effect twice, and where nobody can know whether it
// did, that is said.

import { listResources } from '../../src/definition/define-resource';
import { books } from '../library/src/resources/books';
import { loans } from '../library/src/resources/loans';
import { members } from '../library/src/resources/members';
import type { Answer, Ask } from '../../src/testing/ask';
import { notes } from '../setup/notes';
import { usePlanted } from '../setup/planted';
import { errorReply, type DatabaseReply } from '../setup/proxy';
import { useProxy } from '../setup/proxied';
import { aBook } from '../setup/samples';
import { useShortPauses } from '../setup/short-pauses';
import { useTable } from '../../src/testing/table';

useTable();
useShortPauses();
const database = useProxy({ resources: listResources(books, loans, members, notes) });
/** A request of another client, which nothing disturbs. */
const other = (line: string, more?: Ask): Promise<Answer> => undisturbed(() => database.ask(line, more));

usePlanted(async () => {
  for (const path of ['/notes/n', '/books/b']) {
    await database.ask(`PUT ${path}`, { body: aBook({ tags: ['first'] }) });
  }
});

let logged: jest.SpyInstance;
beforeEach(() => {
  logged = jest.spyOn(console, 'error').mockImplementation(() => {});
  writes.length = 0;
  looks = 0;
});
afterEach(() => logged.mockRestore());

/**
 * The writes that reached the proxy, with the id that each is of, and the requests for one record since the first of
 * them.
 */
const writes: string[] = [];
let looks = 0;

async function undisturbed<T>(run: () => Promise<T>): Promise<T> {
  const { intercept } = database.proxy;
  database.proxy.intercept = undefined;
  const result = await run();
  database.proxy.intercept = intercept;
  return result;
}

type Loss = (forward: () => Promise<DatabaseReply>) => Promise<DatabaseReply | 'disconnect'>;

/** Lets the first write be lost in some way, and what comes then pass, or be answered. */
function lose(
  loss: Loss,
  meanwhile: (id: string) => Promise<unknown> = async () => undefined,
  look?: DatabaseReply,
): void {
  database.proxy.intercept = async ({ operation, input }, forward) => {
    if (operation === 'GetItem' && writes.length > 0) {
      looks++;
      return look ?? forward();
    }
    if (!['PutItem', 'UpdateItem', 'DeleteItem', 'TransactWriteItems'].includes(operation)) {
      return forward();
    }
    const record = (input['Key'] ?? input['Item']) as { sk: { S: string } };
    writes.push(record.sk.S);
    if (writes.length > 1) {
      return forward();
    }
    const reply = await loss(forward);
    await meanwhile(record.sk.S);
    return reply;
  };
}

const brokenAfter: Loss = (forward) => forward().then(() => 'disconnect');
const failedAfter: Loss = (forward) =>
  forward().then(() => errorReply('InternalServerError', 'Internal server error', 500));
const neverArrived: Loss = async () => 'disconnect';

const patch = {
  body: [{ op: 'add', path: '/tags/-', value: 'once' }],
  headers: { 'Content-Type': 'application/json-patch+json' },
};

/** The writes of which a second attempt could take effect beside the first. */
const SENT_ONCE: [kind: string, line: string, ask: Ask, done: number][] = [
  ['POST of an item', 'POST /notes', { body: aBook() }, 201],
  ['POST of an item with constraints', 'POST /books', { body: aBook() }, 201],
  ['PUT that makes an item', 'PUT /notes/new', { body: aBook() }, 201],
  [
    'PUT that makes an item, and never replaces one',
    'PUT /notes/new',
    { body: aBook(), headers: { 'If-None-Match': '*' } },
    201,
  ],
  ['PUT that makes an item with constraints', 'PUT /books/bew', { body: aBook() }, 201],
  ['PUT that replaces an item', 'PUT /notes/n', { body: aBook({ pages: 7 }) }, 200],
  ['PATCH', 'PATCH /notes/n', { body: { pages: 7 } }, 200],
  ['PATCH of any item that exists', 'PATCH /notes/n', { body: { pages: 7 }, headers: { 'If-Match': '*' } }, 200],
  ['DELETE', 'DELETE /notes/n', {}, 204],
];

/** The item that a write is of, as another reads it. */
const itemOf = (line: string, id: string): Promise<Answer> => other(`GET /${line.split('/')[1]!}/${id}`);

describe.each(SENT_ONCE)('%s', (_kind, line, ask, done) => {
  test.each([
    ['whose connection breaks', brokenAfter],
    ['that the database answers with 500', failedAfter],
  ])('%s after it took effect is done once: the record tells, in one request', async (_fault, loss) => {
    lose(loss);
    const { status, body } = await database.ask(line, ask);
    expect([status, writes.length, looks]).toEqual([done, 1, 1]);
    const left = await itemOf(line, writes[0]!);
    expect([left.status, left.body.version]).toEqual(done === 204 ? [404, undefined] : [200, done === 201 ? 1 : 2]);
    if (done !== 204) {
      expect(left.body).toEqual(body);
    }
  });

  const others: [what: string, line: string, ask: Ask][] =
    done === 204
      ? [['made anew', 'PUT', { body: aBook({ title: 'Anew' }) }]]
      : [
          ['changed', 'PATCH', { body: { title: 'Changed' } }],
          ['read and changed', 'PATCH', { ...patch, body: [{ op: 'replace', path: '/title', value: 'Changed' }] }],
          ['deleted', 'DELETE', {}],
        ];
  test.each(others)(
    'whose item is %s before the record is asked is not sent again, and is 503 where the record does not tell',
    async (what, method, more) => {
      let between: unknown;
      lose(brokenAfter, async (id) => {
        expect((await other(`${method} /${line.split('/')[1]!}/${id}`, more)).status).toBeLessThan(300);
        between = (await itemOf(line, id)).body;
      });
      const { status, headers } = await database.ask(line, ask);
      // Items with constraints are always read before they are changed, and then keep the tokens of their writers.
      const isTold = line.includes('/books') && what !== 'deleted';
      expect([status, headers['retry-after'], writes.length]).toEqual(isTold ? [done, undefined, 1] : [503, '1', 1]);
      expect((await itemOf(line, writes[0]!)).body).toMatchObject(stable(between));
    },
  );

  test('that may be on its way still is 503 and not sent again, whether it arrives after that or never', async () => {
    let deliver: (() => Promise<unknown>) | undefined;
    lose(async (forward) => {
      deliver = forward;
      return 'disconnect';
    });
    const { status } = await database.ask(line, ask);
    expect([status, writes.length, looks]).toEqual([503, 1, 1]);
    const before = await itemOf(line, writes[0]!);
    expect([before.status, before.body.version]).toEqual(done === 201 ? [404, undefined] : [200, 1]);
    await deliver!();
    const after = await itemOf(line, writes[0]!);
    expect([after.status, after.body.version]).toEqual(done === 204 ? [404, undefined] : [200, done === 201 ? 1 : 2]);
  });

  test('of which the record cannot be asked is 503, and is not sent again', async () => {
    lose(brokenAfter, undefined, errorReply('InternalServerError', 'Internal server error', 500));
    const { status } = await database.ask(line, ask);
    expect([status, writes.length]).toEqual([503, 1]);
  });
});

test.each(['PATCH /notes/n', 'POST /books'])(
  '%s is 503, and not 429 as if it were refused, where the record cannot be asked because of throttling',
  async (line) => {
    lose(brokenAfter, undefined, errorReply('ProvisionedThroughputExceededException', 'Slow down.'));
    const { status, headers } = await database.ask(line, { body: line.startsWith('POST') ? aBook() : { pages: 7 } });
    expect([status, headers['retry-after'], writes.length]).toEqual([503, '1', 1]);
  },
);

/** Without what of a problem differs between two requests. */
function stable(body: unknown): Record<string, unknown> {
  const { instance: _, ...rest } = body as Record<string, unknown>;
  return rest;
}

describe('a write that is true of one revision alone is sent again, and takes effect once', () => {
  test.each<[string, string, Ask, number]>([
    ['PUT with If-Match', 'PUT /notes/n', { body: aBook({ pages: 7 }), headers: { 'If-Match': 'TAG' } }, 200],
    ['PATCH with If-Match', 'PATCH /notes/n', { body: { pages: 7 }, headers: { 'If-Match': 'TAG' } }, 200],
    ['DELETE with If-Match', 'DELETE /notes/n', { headers: { 'If-Match': 'TAG' } }, 204],
    ['PATCH that was read first', 'PATCH /notes/n', patch, 200],
    ['PUT of an item with constraints', 'PUT /books/b', { body: aBook({ pages: 7 }) }, 200],
    ['PATCH of an item with constraints', 'PATCH /books/b', patch, 200],
    ['DELETE of an item with constraints', 'DELETE /books/b', {}, 204],
  ])('%s', async (_kind, line, { headers = {}, ...ask }, done) => {
    const tag = (await database.ask(`GET ${line.split(' ')[1]!}`)).headers['etag']!;
    for (const [loss, sent] of [
      [brokenAfter, 2],
      [neverArrived, 2],
    ] as const) {
      writes.length = 0;
      await other(`DELETE ${line.split(' ')[1]!}`);
      const made = (await other(`PUT ${line.split(' ')[1]!}`, { body: aBook({ tags: ['first'] }) })).headers['etag']!;
      expect(made).not.toBe(tag);
      lose(loss);
      const { status } = await database.ask(line, {
        ...ask,
        headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.replace('TAG', made)])),
      });
      expect([status, writes.length]).toEqual([done, sent]);
      const left = await itemOf(line, writes[0]!);
      expect([left.status, left.body.version]).toEqual(done === 204 ? [404, undefined] : [200, 2]);
    }
  });
});
