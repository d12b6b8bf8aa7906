// A write that took effect and whose response was lost, while others write: it counts once, and no answer denies it.

import { listResources } from '../../src/definition/define-resource';
import { books } from '../library/src/resources/books';
import { loans } from '../library/src/resources/loans';
import { members } from '../library/src/resources/members';
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

/** The tags of the items at the start of a test. */
const tags: Record<string, string> = {};

usePlanted(async () => {
  for (const path of ['/books/b', '/notes/n']) {
    tags[path] = (await database.ask(`PUT ${path}`, { body: aBook({ tags: [] }) })).headers['etag']!;
  }
  await database.ask('PUT /members/m', { body: { name: 'M', email: 'm@example.org' } });
});

let logged: jest.SpyInstance;
beforeEach(() => {
  logged = jest.spyOn(console, 'error').mockImplementation(() => {});
});
afterEach(() => logged.mockRestore());

const WRITES = ['PutItem', 'UpdateItem', 'DeleteItem', 'TransactWriteItems'];

/**
 * Loses the response of the first write; before the next attempt of it something happens, and answers may stand in its
 * way.
 */
function loseFirst(meanwhile: () => Promise<unknown> = async () => undefined, answers: DatabaseReply[] = []): void {
  let lost = false;
  database.proxy.intercept = async ({ operation }, forward) => {
    if (!WRITES.includes(operation)) {
      return forward();
    }
    if (lost) {
      return answers.shift() ?? forward();
    }
    await forward();
    const intercept = database.proxy.intercept;
    database.proxy.intercept = undefined;
    await meanwhile();
    lost = true;
    database.proxy.intercept = intercept;
    return 'disconnect';
  };
}

const CONFLICT = errorReply('TransactionConflictException', 'Transaction is ongoing for the item');
const CANCELLED = errorReply('TransactionCanceledException', 'Transaction cancelled', 400, {
  CancellationReasons: [{ Code: 'TransactionConflict' }],
});
const IN_PROGRESS = errorReply(
  'TransactionInProgressException',
  'The transaction with the given request token is already in progress.',
);
const THROTTLED = errorReply('ProvisionedThroughputExceededException', 'Slow down.');

const addTag = (tag: string) => ({
  body: [{ op: 'add', path: '/tags/-', value: tag }],
  headers: { 'Content-Type': 'application/json-patch+json' },
});
const newLoan = { book: 'b', member: 'm', dueAt: '2030-01-01T00:00:00Z' };

async function tagsOf(path: string): Promise<string[]> {
  database.proxy.clear();
  return (await database.ask(`GET ${path}`)).body.tags as string[];
}

test.each([
  ['a conflict', [CANCELLED]],
  ['two conflicts', [CANCELLED, CANCELLED]],
])('a transaction that meets %s after it took effect is not carried out again', async (_what, answers) => {
  await database.ask('PATCH /books/b', { body: { copies: 5 } });
  loseFirst(undefined, answers);
  expect((await database.ask('POST /loans', { body: newLoan })).status).toBe(201);
  database.proxy.clear();
  const { items } = (await database.ask('GET /books/b/loans')).body as { items: { id: string }[] };
  expect(items).toHaveLength(1);
  expect((await database.ask('GET /books/b')).body.lent).toBe(1);
  await database.ask(`DELETE /loans/${items[0]!.id}`);
});

test('a transaction that is in progress to the end is 503, and is not carried out again', async () => {
  loseFirst(
    undefined,
    Array.from({ length: 3 }, () => IN_PROGRESS),
  );
  expect((await database.ask('POST /loans', { body: newLoan })).status).toBe(503);
  database.proxy.clear();
  const { items } = (await database.ask('GET /books/b/loans')).body as { items: { id: string }[] };
  expect(items).toHaveLength(1);
  await database.ask(`DELETE /loans/${items[0]!.id}`);
});

test('a transaction that is throttled to the end after it took effect is 503, and not 429', async () => {
  loseFirst(
    undefined,
    Array.from({ length: 20 }, () => THROTTLED),
  );
  const answer = await database.ask('POST /transactions', {
    body: {
      operations: [
        { method: 'PATCH', path: '/books/b', body: { title: 'Done' } },
        { method: 'GET', path: '/members/m' },
      ],
    },
  });
  expect(answer.status).toBe(503);
  expect(answer.headers['retry-after']).toMatch(/^\d+$/);
});

describe.each(['/books/b', '/notes/n'])('%s', (path) => {
  test.each([
    ['nothing', []],
    ['a conflict', [CONFLICT]],
  ])('PATCH counts once where %s follows', async (_what, answers) => {
    loseFirst(undefined, answers);
    const answer = await database.ask(`PATCH ${path}`, addTag('once'));
    expect([answer.status, answer.body.tags]).toEqual([200, ['once']]);
    expect(await tagsOf(path)).toEqual(['once']);
  });

  test.each([
    ['', []],
    [' after a conflict', [CONFLICT]],
  ])(
    'PATCH that is throttled to the end%s is done where the record says so, and counts once',
    async (_what, answers) => {
      loseFirst(undefined, [...answers, THROTTLED, THROTTLED, THROTTLED]);
      const answer = await database.ask(`PATCH ${path}`, addTag('once'));
      expect([answer.status, answer.body.tags]).toEqual([200, ['once']]);
      expect(await tagsOf(path)).toEqual(['once']);
    },
  );

  test('PATCH that is throttled to the end is 503, and not 429 or 409, where the record does not say who wrote it', async () => {
    loseFirst(async () => {
      await database.ask(`DELETE ${path}`);
      await database.ask(`PUT ${path}`, { body: aBook({ tags: ['new'] }) });
    }, [THROTTLED, THROTTLED, THROTTLED]);
    expect((await database.ask(`PATCH ${path}`, addTag('once'))).status).toBe(503);
    expect(await tagsOf(path)).toEqual(['new']);
  });

  test.each([1, 4, 6])('PATCH counts once where %i others write in between', async (others) => {
    loseFirst(async () => {
      for (let number = 0; number < others; number++) {
        await database.ask(`PATCH ${path}`, addTag(`other${number}`));
      }
    });
    const { status } = await database.ask(`PATCH ${path}`, addTag('once'));
    // A record knows its last five writers: with more, the outcome is unknown, and that is said.
    expect(status).toBe(others < 5 ? 200 : 503);
    expect((await tagsOf(path)).filter((tag) => tag === 'once')).toHaveLength(1);
  });

  test('PATCH that took effect, and was replaced in between, is not done again and not denied', async () => {
    loseFirst(() => database.ask(`PUT ${path}`, { body: aBook({ tags: ['new'] }) }));
    const { status } = await database.ask(`PATCH ${path}`, addTag('once'));
    expect([200, 503]).toContain(status);
    expect(await tagsOf(path)).toEqual(['new']);
  });

  test.each(['PATCH', 'PUT'])(
    '%s that took effect, on an item that is deleted in between, is not denied',
    async (method) => {
      loseFirst(() => database.ask(`DELETE ${path}`));
      const { status } = await database.ask(`${method} ${path}`, {
        body: aBook({ pages: 7 }),
        headers: { 'If-Match': tags[path]! },
      });
      expect(status).toBe(503);
    },
  );

  test('PUT that took effect, and was patched in between, is not answered with what the other wrote', async () => {
    loseFirst(() => database.ask(`PATCH ${path}`, { body: { pages: 8 } }));
    const { status, body } = await database.ask(`PUT ${path}`, {
      body: aBook({ pages: 7 }),
      headers: { 'If-Match': tags[path]! },
    });
    expect(status === 503 || (status === 200 && body.version === 2 && body.pages === 7)).toBe(true);
  });
});

describe('PATCH that is written without a read', () => {
  const patch = { body: { pages: 7 } };

  test.each([
    ['nothing', []],
    ['a conflict', [CONFLICT]],
    ['throttling', [THROTTLED]],
  ])('counts once where %s follows, with If-Match and without', async (_what, answers) => {
    for (const headers of [{}, { 'If-Match': tags['/notes/n']!.replace('"1-', '"2-') }]) {
      loseFirst(undefined, [...answers]);
      const { status, body } = await database.ask('PATCH /notes/n', { ...patch, headers });
      expect([status, body.pages]).toEqual([200, 7]);
      database.proxy.clear();
      expect((await database.ask('GET /notes/n')).body).toEqual(body);
    }
    expect((await database.ask('GET /notes/n')).body.version).toBe(3);
  });

  test('with If-Match is done, and not 429, where it is throttled to the end', async () => {
    loseFirst(undefined, [THROTTLED, THROTTLED, THROTTLED]);
    const { status, body } = await database.ask('PATCH /notes/n', {
      ...patch,
      headers: { 'If-Match': tags['/notes/n']! },
    });
    expect([status, body.pages, body.version]).toEqual([200, 7, 2]);
  });

  test.each<[string, string, object]>([
    ['PATCH by JSON patch', 'PATCH /notes/n', addTag('other')],
    ['DELETE', 'DELETE /notes/n', {}],
  ])('is 503, and counts once, where a %s of another comes in between', async (_what, line, ask) => {
    loseFirst(() => database.ask(line, ask));
    expect((await database.ask('PATCH /notes/n', patch)).status).toBe(503);
    database.proxy.clear();
    const { status, body } = await database.ask('GET /notes/n');
    expect([status, body.version]).toEqual(line.startsWith('DELETE') ? [404, undefined] : [200, 3]);
  });

  test('with If-Match is 503, and counts once, where another without a read comes in between', async () => {
    loseFirst(() => database.ask('PATCH /notes/n', { body: { pages: 8 } }));
    expect(
      (await database.ask('PATCH /notes/n', { ...patch, headers: { 'If-Match': tags['/notes/n']! } })).status,
    ).toBe(503);
    database.proxy.clear();
    expect((await database.ask('GET /notes/n')).body).toMatchObject({ pages: 8, version: 3 });
  });
});

test('DELETE that took effect does not delete the item that was made anew in between, nor is it denied', async () => {
  loseFirst(() => database.ask('PUT /books/b', { body: aBook({ tags: ['anew'] }) }));
  const { status } = await database.ask('DELETE /books/b', { headers: { 'If-Match': tags['/books/b']! } });
  expect(status).toBe(503);
  expect(await tagsOf('/books/b')).toEqual(['anew']);
});

test('a patch of an item that is deleted and made anew meanwhile, at the same version, is one of the new item', async () => {
  await database.ask('PATCH /books/b', { body: { isbn: '9780000000001' }, headers: { 'If-Match': tags['/books/b']! } });
  let done = false;
  database.proxy.intercept = async ({ operation }, forward) => {
    if (!done && WRITES.includes(operation)) {
      done = true;
      await database.ask('DELETE /books/b');
      await database.ask('PUT /books/b', { body: aBook({ title: 'Anew', isbn: '9780000000002' }) });
      await database.ask('PATCH /books/b', { body: { author: 'Anew' } });
    }
    return forward();
  };
  const { status, body } = await database.ask('PATCH /books/b', { body: { pages: 7 } });
  expect([status, body.title, body.isbn, body.pages, body.version]).toEqual([200, 'Anew', '9780000000002', 7, 3]);
  database.proxy.clear();
  expect((await database.ask('GET /books/b')).body).toEqual(body);
});

test('a loan of a book that is made only just before the loan is counted there, or refused', async () => {
  await database.ask('DELETE /books/late');
  let done = false;
  database.proxy.intercept = async ({ operation }, forward) => {
    if (!done && WRITES.includes(operation)) {
      done = true;
      await database.ask('PUT /books/late', { body: aBook() });
    }
    return forward();
  };
  const operations = [
    { method: 'POST', path: '/loans', body: { ...newLoan, book: 'late' } },
    { method: 'PATCH', path: '/books/b', body: { pages: 7 } },
  ];
  const { status } = await database.ask('POST /transactions', { body: { operations } });
  database.proxy.clear();
  await database.ask('PUT /books/late', { body: aBook() });
  expect((await database.ask('GET /books/late')).body.lent).toBe(status === 200 ? 1 : 0);
});

test('a key is replayed also where its own effect would now refuse the request', async () => {
  const headers = { 'Idempotency-Key': 'last-copy' };
  const first = await database.ask('POST /loans', { body: newLoan, headers });
  const second = await database.ask('POST /loans', { body: newLoan, headers });
  expect([first.status, second.status, second.text]).toEqual([201, 201, first.text]);
  expect((await database.ask('POST /loans', { body: newLoan })).status).toBe(409);
  await database.ask(`DELETE /loans/${first.body.id}`);
});
