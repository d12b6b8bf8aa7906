// `expand`: the items that others refer to, beside them, on one item and on lists.

import { defineResource, listResources } from '../../src/definition/define-resource';
import { resources } from '../library/src/resources/index';
import { connect } from '#connect';
import type { AttributeMap } from '../../src/store/layout/value';
import { errorReply } from '../setup/proxy';
import { createClient } from '../../src/testing/client';
import { loadItems } from '../setup/load';
import { useProxy } from '../setup/proxied';
import { aBook } from '../setup/samples';
import { tableName, useTable } from '../../src/testing/table';

const people = defineResource({
  name: 'people',
  description: 'People, who know each other.',
  schema: {
    name: { type: String, required: true, maxLength: 50 },
    boss: { type: String, references: 'people' },
    friend: { type: String, references: 'people' },
  },
});

const letters = defineResource({
  name: 'letters',
  description: 'Long letters, and answers to them.',
  schema: { text: String, answers: { type: String, references: 'letters' } },
  indexes: { byAnswered: { partition: 'answers' } },
});

useTable();
const served = new Map([...resources, ...listResources(people, letters)]);
const database = useProxy({ resources: served });
const ask: typeof database.ask = async (...request) => database.ask(...request);

const DUE = { dueAt: '2027-01-01T00:00:00.000Z' };

beforeAll(async () => {
  for (const id of ['b1', 'b2']) {
    await ask(`PUT /books/${id}`, { body: aBook({ title: id }) });
  }
  await ask('PUT /members/m1', { body: { name: 'Ann', email: 'ann@example.org' } });
  await ask('PUT /loans/l1', { body: { book: 'b1', member: 'm1', ...DUE } });
  await ask('PUT /loans/l2', { body: { book: 'b2', member: 'm1', ...DUE } });
});

/** A loan of what does not exist: put past the API, which may refuse it. */
async function putLoan(id: string, book: string, member: string): Promise<void> {
  const text = (S: string): AttributeMap[string] => ({ S });
  await connect()('PutItem', {
    TableName: tableName(),
    Item: {
      pk: text('loans'),
      sk: text(id),
      book: text(book),
      member: text(member),
      dueAt: { N: '1798761600000' },
      version: { N: '1' },
      createdAt: text('2026-01-01T00:00:00.000Z'),
      updatedAt: text('2026-01-01T00:00:00.000Z'),
    },
  });
}

function batches(): { operation: string; keys: number }[] {
  return database.proxy.requests.map(({ operation, input }) => ({
    operation,
    keys: ((input['RequestItems'] as Record<string, { Keys: unknown[] }> | undefined)?.[tableName()]?.Keys ?? [])
      .length,
  }));
}

describe('on one item', () => {
  test('the referred items stand beside the attributes, as GET shows them, by one BatchGetItem', async () => {
    const book = (await ask('GET /books/b1')).body;
    const member = (await ask('GET /members/m1')).body;
    database.proxy.clear();
    const answer = await ask('GET /loans/l1?expand=book,member');
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ id: 'l1', book: 'b1', member: 'm1', version: 1 });
    expect(answer.body.expand).toEqual({ book, member });
    expect(batches()).toEqual([
      { operation: 'GetItem', keys: 0 },
      { operation: 'BatchGetItem', keys: 2 },
    ]);
    expect(database.proxy.requests[1]!.input['RequestItems']).toMatchObject({
      [tableName()]: { ConsistentRead: true },
    });
  });

  test('what is named alone is expanded, and fields that leave the reference out do not keep it from being', async () => {
    const { body } = await ask('GET /loans/l1?expand=member&fields=returnedAt');
    expect(body).toEqual({ id: 'l1', expand: { member: expect.objectContaining({ id: 'm1', name: 'Ann' }) } });
  });

  test('it has neither ETag nor Last-Modified, for it changes with other items', async () => {
    const plain = await ask('GET /loans/l1');
    const { status, headers } = await ask('GET /loans/l1?expand=book', {
      headers: { 'If-None-Match': plain.headers['etag']!, 'If-Modified-Since': plain.headers['last-modified']! },
    });
    expect(status).toBe(200);
    expect(headers).not.toHaveProperty('etag');
    expect(headers).not.toHaveProperty('last-modified');
  });

  test('a date alone never makes it 304', async () => {
    const { headers } = await ask('GET /loans/l1');
    // Dates have whole seconds: of the item's own it may have changed since.
    const later = new Date(Date.parse(headers['last-modified']!) + 1000).toUTCString();
    expect((await ask('GET /loans/l1?expand=book', { headers: { 'If-Modified-Since': later } })).status).toBe(200);
    expect((await ask('GET /loans/l1', { headers: { 'If-Modified-Since': later } })).status).toBe(304);
  });

  test('If-Match still asks for the item’s own version', async () => {
    const { headers } = await ask('GET /loans/l1');
    expect((await ask('GET /loans/l1?expand=book', { headers: { 'If-Match': headers['etag']! } })).status).toBe(200);
    for (const other of ['"1"', headers['etag']!.replace('"1-', '"9-')]) {
      expect((await ask('GET /loans/l1?expand=book', { headers: { 'If-Match': other } })).status).toBe(412);
    }
  });

  test('what refers to nothing that exists is null, what refers to nothing at all is left out', async () => {
    await putLoan('lost', 'gone', 'm1');
    expect((await ask('GET /loans/lost?expand=book,member')).body.expand).toEqual({
      book: null,
      member: expect.objectContaining({ id: 'm1' }),
    });
    await ask('PUT /people/alone', { body: { name: 'Alone' } });
    database.proxy.clear();
    expect((await ask('GET /people/alone?expand=boss')).body).toMatchObject({ id: 'alone', expand: {} });
    expect(batches()).toEqual([{ operation: 'GetItem', keys: 0 }]);
  });

  test('a stored value that is no id is null, and does no harm', async () => {
    await putLoan('odd', 'not an id', ''.padEnd(2000, 'x'));
    // Nothing describes such an item.
    expect(
      (await createClient({ resources: served, described: false })('GET /loans/odd?expand=book,member')).body.expand,
    ).toEqual({ book: null, member: null });
  });

  test('two references to one item bring it twice and read it once', async () => {
    await ask('PUT /people/p1', { body: { name: 'One' } });
    await ask('PUT /people/p2', { body: { name: 'Two', boss: 'p1', friend: 'p1' } });
    database.proxy.clear();
    const { body } = await ask('GET /people/p2?expand=boss,friend');
    expect([body.expand.boss.name, body.expand.friend.name]).toEqual(['One', 'One']);
    expect(batches()[1]).toEqual({ operation: 'BatchGetItem', keys: 1 });
  });

  test('what is expanded holds no storage detail', async () => {
    const { text } = await ask('GET /loans/l1?expand=book,member');
    expect(text).not.toMatch(/"(pk|sk|#\w+|gsi\d+[ps]k)"/);
  });

  test.each([
    ['/loans/l1?expand=dueAt', /"dueAt" refers to no other item\. Name one or more of: book, member\./],
    ['/loans/l1?expand=memer', /"memer" is not an attribute of loans\. Did you mean "member"\?/],
    ['/loans/l1?expand=', /Must name attributes/],
    ['/books/b1?expand=author', /The items of books refer to no others: leave it out\./],
    ['/loans?expand=dueAt', /"dueAt" refers to no other item/],
    ['/loans?expand=constructor', /"constructor" is not an attribute/],
  ])('%s is 400 and says what could be expanded', async (path, detail) => {
    const answer = await ask(`GET ${path}`);
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toEqual([{ detail: expect.stringMatching(detail), parameter: 'expand' }]);
  });

  test('every fault of the parameters is named at once', async () => {
    const { body } = await ask('GET /loans/l1?expand=x&fields=y&limit=3');
    expect(body.errors.map(({ parameter }: { parameter: string }) => parameter).sort()).toEqual([
      'expand',
      'fields',
      'limit',
    ]);
  });

  test('it is a parameter of GET alone', async () => {
    expect((await ask('PUT /loans/l1?expand=book', { body: { book: 'b1', member: 'm1', ...DUE } })).status).toBe(400);
  });
});

describe('on lists', () => {
  test('each item of a page has its own, each referred item is read once, by one BatchGetItem for the page', async () => {
    database.proxy.clear();
    const { body } = await ask('GET /loans?expand=book,member&limit=2&id[in]=l1,l2');
    expect(
      body.items.map(({ expand }: { expand: { book: { id: string }; member: { id: string } } }) => [
        expand.book.id,
        expand.member.id,
      ]),
    ).toEqual([
      ['b2', 'm1'],
      ['b1', 'm1'],
    ]);
    expect(batches().at(-1)).toEqual({ operation: 'BatchGetItem', keys: 3 });
  });

  test('fields leave the reference out, next keeps both', async () => {
    const { body } = await ask('GET /loans?expand=book&fields=dueAt&limit=1');
    expect(Object.keys(body.items[0] as object)).toEqual(['id', 'dueAt', 'expand']);
    expect(body.next).toContain('expand=book&fields=dueAt');
  });

  test('a page without items asks for nothing more', async () => {
    await ask('GET /people?expand=boss&name=nobody');
    expect(batches().map(({ operation }) => operation)).not.toContain('BatchGetItem');
  });

  test('a page that refers to more than 100 items asks for ten, and then for them in hundreds', async () => {
    for (let index = 0; index < 60; index++) {
      await ask(`PUT /people/x${index}`, { body: { name: 'X' } });
      await ask(`PUT /people/y${index}`, { body: { name: 'Y' } });
      await ask(`PUT /people/z${index}`, { body: { name: 'Z', boss: `x${index}`, friend: `y${index}` } });
    }
    database.proxy.clear();
    const { body } = await ask('GET /people?expand=boss,friend&name=Z&limit=100');
    expect(body.items).toHaveLength(60);
    expect(
      body.items.every(
        ({ id, expand }: { id: string; expand: { boss: { id: string }; friend: { id: string } } }) =>
          expand.boss.id === `x${id.slice(1)}` && expand.friend.id === `y${id.slice(1)}`,
      ),
    ).toBe(true);
    expect(
      batches()
        .filter(({ operation }) => operation === 'BatchGetItem')
        .map(({ keys }) => keys),
    ).toEqual([10, 100, 10]);
  });
});

test('a page that what it refers to would make larger than 4 MB ends sooner, and next goes on after it', async () => {
  await loadItems(letters, [
    { id: 'large', text: 'x'.repeat(350_000) },
    ...Array.from({ length: 30 }, (_, index) => ({ id: `reply-${index + 10}`, answers: 'large' })),
  ]);
  const found: string[] = [];
  let pages = 0;
  for (let line: string | undefined = '/letters?answers=large&expand=answers&limit=30'; line !== undefined; pages++) {
    const { body, text } = await ask(`GET ${line}`);
    expect(text.length).toBeLessThan(4.5 * 1024 * 1024);
    expect(body.items.length).toBeGreaterThan(7);
    expect(
      body.items.every(
        ({ expand }: { expand: { answers: { text: string } } }) => expand.answers.text.length === 350_000,
      ),
    ).toBe(true);
    found.push(...(body.items as { id: string }[]).map(({ id }) => id));
    line = body.next as string | undefined;
  }
  expect(pages).toBe(3);
  expect(found).toEqual(Array.from({ length: 30 }, (_, index) => `reply-${39 - index}`));
});

describe('while the database throttles', () => {
  /** Leaves all keys but the first few of each BatchGetItem unprocessed. */
  function processing(count: (attempt: number) => number): void {
    let attempt = 0;
    database.proxy.intercept = async ({ operation, input }, forward) => {
      if (operation !== 'BatchGetItem') {
        return forward();
      }
      const { Keys, ...rest } = (input['RequestItems'] as Record<string, { Keys: unknown[] }>)[tableName()]!;
      const taken = count(attempt++);
      if (taken >= Keys.length) {
        return forward();
      }
      // A real answer for those it takes would need the request signed anew: so it takes none, or all.
      const reply = errorReply('none', '', 200);
      return {
        ...reply,
        body: JSON.stringify({
          Responses: {},
          UnprocessedKeys: { [tableName()]: { Keys: Keys.slice(taken), ...rest } },
        }),
      };
    };
  }

  test('keys left unprocessed are asked for again', async () => {
    processing((attempt) => (attempt < 3 ? 0 : 100));
    const { status, body } = await ask('GET /loans/l1?expand=book,member');
    expect(status).toBe(200);
    expect(body.expand).toMatchObject({ book: { id: 'b1' }, member: { id: 'm1' } });
    expect(batches().filter(({ operation }) => operation === 'BatchGetItem')).toHaveLength(4);
  });

  test('keys left unprocessed for good end in 429 after a bounded number of requests', async () => {
    processing(() => 0);
    const { status, headers, body } = await ask('GET /loans/l1?expand=book,member');
    expect(status).toBe(429);
    expect(headers['retry-after']).toBe('1');
    expect(body.type).toMatch(/#throttled$/);
    expect(batches().filter(({ operation }) => operation === 'BatchGetItem')).toHaveLength(6);
  });
});
