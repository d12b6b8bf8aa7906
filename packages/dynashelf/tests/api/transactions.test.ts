// POST /transactions: operations on items of any collections, all carried out or none.

import { createClient } from '../../src/testing/client';
import type { Answer } from '../../src/testing/ask';
import { resources } from '../library/src/resources/index';
import { CLIENTS, race, statuses } from '../setup/race';
import { aBook } from '../setup/samples';
import { useTable } from '../../src/testing/table';
import { withBirth } from '../setup/tags';

useTable();
const ask = createClient({ resources });

interface Operation {
  method: string;
  path: string;
  headers?: Record<string, string>;
  body?: unknown;
}

async function transact(...operations: Operation[]): Promise<Answer> {
  return ask('POST /transactions', { body: { operations } });
}

let names = 0;
async function book(attributes: object = {}): Promise<string> {
  const id = `book-${names++}`;
  await ask(`PUT /books/${id}`, { body: aBook({ ...attributes }) });
  return id;
}

const pointers = (answer: Answer): string[] => answer.body.errors.map(({ pointer }: { pointer: string }) => pointer);
const tagOf = async (id: string): Promise<string> => (await ask(`GET /books/${id}`)).headers['etag']!;
const version = async (id: string): Promise<number | undefined> => (await ask(`GET /books/${id}`)).body.version;

describe('a transaction', () => {
  test('of every method is done, and answers in order with status, headers and body', async () => {
    const [patched, replaced, removed, read] = [await book(), await book(), await book(), await book()];
    const answer = await transact(
      { method: 'POST', path: '/books', body: aBook({ title: 'New' }) },
      { method: 'PATCH', path: `/books/${patched}`, body: { pages: 5 } },
      { method: 'PATCH', path: '/members/none', headers: { 'If-None-Match': '"1"' }, body: {} },
    );
    expect(answer.status).toBe(404);
    const { status, headers, body } = await transact(
      { method: 'POST', path: '/books', body: aBook({ title: 'New' }) },
      { method: 'PATCH', path: `/books/${patched}`, body: { pages: 5 } },
      { method: 'PUT', path: `/books/${replaced}`, body: aBook({ title: 'Other' }) },
      { method: 'PUT', path: '/books/made', body: aBook({ title: 'Made' }) },
      { method: 'DELETE', path: `/books/${removed}` },
      { method: 'GET', path: `/books/${read}` },
    );
    expect([status, headers['content-type'], Object.keys(body)]).toEqual([200, 'application/json', ['results']]);
    const [created, patch, replace, made, deletion, condition] = body.results;
    expect(created).toMatchObject({
      status: 201,
      headers: { Location: `/books/${created.body.id}`, ETag: '"1"', 'Content-Type': 'application/json' },
      body: { title: 'New', version: 1 },
    });
    expect(patch).toMatchObject({
      status: 200,
      headers: { ETag: withBirth(2) },
      body: { id: patched, pages: 5, version: 2 },
    });
    expect(replace).toMatchObject({
      status: 200,
      headers: { ETag: withBirth(2) },
      body: { id: replaced, title: 'Other' },
    });
    expect(made).toMatchObject({
      status: 201,
      headers: { Location: '/books/made', ETag: withBirth(1) },
      body: { id: 'made' },
    });
    expect(deletion.status).toBe(204);
    expect(deletion).not.toHaveProperty('body');
    expect(condition).toMatchObject({ status: 200, headers: { ETag: withBirth(1) }, body: { id: read, version: 1 } });
    for (const {
      body: item,
      headers: { ETag },
    } of [created, patch, replace, made, condition]) {
      const now = await ask(`GET /books/${item.id}`);
      expect([now.body, now.headers['etag']]).toEqual([item, ETag]);
    }
    expect((await ask(`GET /books/${removed}`)).status).toBe(404);
  });

  test('takes the headers of each operation: conditions, media types, Prefer; and its parameters', async () => {
    const id = await book({ tags: [] });
    const { body } = await transact(
      {
        method: 'PATCH',
        path: `/books/${id}`,
        headers: { 'if-match': await tagOf(id), 'content-TYPE': 'application/json-patch+json' },
        body: [{ op: 'add', path: '/tags/-', value: 'x' }],
      },
      { method: 'POST', path: '/books?fields=title', body: aBook() },
      { method: 'POST', path: '/books', headers: { Prefer: 'return=minimal' }, body: aBook() },
    );
    expect(body.results[0].body).toMatchObject({ tags: ['x'], version: 2 });
    expect(Object.keys(body.results[1].body).sort()).toEqual(['id', 'title']);
    expect(body.results[2]).toMatchObject({ status: 201, headers: { 'Preference-Applied': 'return=minimal' } });
    expect(body.results[2]).not.toHaveProperty('body');
  });

  test('holds 100 operations', async () => {
    const { status, body } = await transact(
      ...Array.from({ length: 100 }, () => ({ method: 'POST', path: '/books', body: aBook() })),
    );
    expect([status, body.results.length]).toEqual([200, 100]);
  });

  test('of a path with an encoded character goes to the same item', async () => {
    await ask('PUT /books/til~de', { body: aBook() });
    expect((await transact({ method: 'PATCH', path: '/books/til%7Ede', body: { pages: 1 } })).status).toBe(200);
  });

  test('of conditions alone changes nothing', async () => {
    const id = await book();
    expect(
      (await transact({ method: 'GET', path: `/books/${id}`, headers: { 'If-Match': await tagOf(id) } })).status,
    ).toBe(200);
    expect(await version(id)).toBe(1);
  });

  test('is held to conditions on items that it does not write', async () => {
    const [guard, target] = [await book(), await book()];
    const write = { method: 'PATCH', path: `/books/${target}`, body: { pages: 1 } };
    const statusOf = async (...checks: Operation[]): Promise<number> => (await transact(...checks, write)).status;
    const check = { method: 'GET', path: `/books/${guard}` };
    const tag = await tagOf(guard);
    for (const stale of ['"1"', tag.replace('"1-', '"2-'), await tagOf(target)]) {
      expect(await statusOf({ ...check, headers: { 'If-Match': stale } })).toBe(412);
    }
    expect(await statusOf({ ...check, headers: { 'If-None-Match': tag } })).toBe(412);
    expect(await statusOf({ ...check, headers: { 'If-None-Match': '*' } })).toBe(412);
    expect(await statusOf({ method: 'GET', path: '/books/absent' })).toBe(404);
    expect(await version(target)).toBe(1);
    expect(
      await statusOf(
        { ...check, headers: { 'If-Match': tag } },
        { method: 'GET', path: '/books/absent', headers: { 'If-None-Match': '*' } },
      ),
    ).toBe(200);
    expect(await version(target)).toBe(2);
  });
});

describe('what fails is named by its operation, and nothing is written', () => {
  test.each<[string, Operation, number, string]>([
    ['an invalid body', { method: 'POST', path: '/books', body: { title: 1, pages: 0 } }, 422, 'invalid'],
    ['a body that is missing', { method: 'POST', path: '/books' }, 400, 'malformed-request'],
    ['an invalid patch', { method: 'PATCH', path: '/books/good', body: { pages: 0 } }, 422, 'invalid'],
    [
      'a JSON Patch that is none',
      { method: 'PATCH', path: '/books/good', headers: { 'Content-Type': 'application/json-patch+json' }, body: {} },
      400,
      'malformed-request',
    ],
    [
      'a JSON Patch whose test fails',
      {
        method: 'PATCH',
        path: '/books/good',
        headers: { 'Content-Type': 'application/json-patch+json' },
        body: [{ op: 'test', path: '/title', value: 'x' }],
      },
      409,
      'conflict',
    ],
    ['an item that is not there', { method: 'PATCH', path: '/books/absent', body: {} }, 404, 'not-found'],
    ['an item to delete that is not there', { method: 'DELETE', path: '/books/absent' }, 404, 'not-found'],
    [
      'an If-Match that fails',
      { method: 'DELETE', path: '/books/good', headers: { 'If-Match': '"7"' } },
      412,
      'precondition-failed',
    ],
    [
      'an If-None-Match that fails',
      { method: 'PUT', path: '/books/good', headers: { 'If-None-Match': '*' }, body: aBook() },
      412,
      'precondition-failed',
    ],
    [
      'a header that is no list of tags',
      { method: 'DELETE', path: '/books/good', headers: { 'If-Match': '7' } },
      400,
      'malformed-request',
    ],
    [
      'a unique value that is taken',
      { method: 'POST', path: '/books', body: aBook({ isbn: '9780000000000' }) },
      409,
      'conflict',
    ],
    [
      'a reference to nothing',
      { method: 'POST', path: '/loans', body: { book: 'absent', member: 'm', dueAt: '2027-01-01T00:00:00Z' } },
      409,
      'conflict',
    ],
    ['an item that is referred to', { method: 'DELETE', path: '/members/m' }, 409, 'conflict'],
    [
      'another media type',
      { method: 'POST', path: '/books', headers: { 'Content-Type': 'text/plain' }, body: aBook() },
      415,
      'unsupported-media-type',
    ],
    ['an unknown parameter', { method: 'POST', path: '/books?limit=1', body: aBook() }, 400, 'malformed-request'],
    ['a path where nothing is', { method: 'GET', path: '/nothing/1' }, 404, 'not-found'],
    [
      'a method that the path does not take',
      { method: 'POST', path: '/books/good', body: {} },
      405,
      'method-not-allowed',
    ],
    ['a list', { method: 'GET', path: '/books' }, 422, 'invalid'],
    ['a relation', { method: 'GET', path: '/books/good/loans' }, 422, 'invalid'],
    ['an action', { method: 'POST', path: '/books/good/checkout', body: { member: 'm' } }, 422, 'invalid'],
    ['a transaction in it', { method: 'POST', path: '/transactions', body: { operations: [] } }, 422, 'invalid'],
    ['the service document', { method: 'GET', path: '/' }, 422, 'invalid'],
    ['an array', { method: 'POST', path: '/books', body: [aBook()] }, 422, 'invalid'],
    ['an id that cannot be one', { method: 'PUT', path: '/books/a%20b', body: aBook() }, 422, 'invalid'],
    ['a path that is no URL', { method: 'GET', path: '//[' }, 404, 'not-found'],
    ['a path of another host', { method: 'GET', path: '//books/good' }, 404, 'not-found'],
    ['a path with a broken escape', { method: 'GET', path: '/books/%E0%A4%A' }, 404, 'not-found'],
  ])('%s', async (_, operation, status, type) => {
    await ask('PUT /books/good', { body: aBook() });
    await ask('PUT /books/holder', { body: aBook({ isbn: '9780000000000' }) });
    await ask('PUT /members/m', { body: { name: 'Ann', email: 'ann@example.com' } });
    await ask('PUT /loans/l', { body: { book: 'good', member: 'm', dueAt: '2027-01-01T00:00:00Z' } });
    const target = await book();
    const write = { method: 'PATCH', path: `/books/${target}`, body: { pages: 1 } };
    const answer = await transact({ method: 'GET', path: '/books/holder' }, write, operation, {
      method: 'POST',
      path: '/books',
      body: aBook({ title: 'never' }),
    });
    expect([answer.status, answer.body.type]).toEqual([status, `/docs#${type}`]);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(pointers(answer)).toEqual(['#/operations/2']);
    expect(answer.body.errors[0].detail).not.toBe('');
    expect(await version(target)).toBe(1);
    expect((await ask('GET /books?title=never')).body.items).toEqual([]);
  });

  test('every one that fails is named, each fault within it in its sentence, and the first gives the status', async () => {
    const answer = await transact(
      { method: 'POST', path: '/books', body: aBook() },
      { method: 'POST', path: '/books', body: { pages: 0 } },
      { method: 'POST', path: '/books', headers: { Accept: 'text/html' }, body: aBook() },
      { method: 'PATCH', path: '/nothing/1', body: {} },
    );
    expect([answer.status, pointers(answer)]).toEqual([422, ['#/operations/1', '#/operations/2', '#/operations/3']]);
    expect(answer.body.errors[0].detail).toMatch(/#\/title.*#\/author.*#\/pages|#\/pages.*#\/title.*#\/author/);
  });

  test('of several that fail on the items as they are, every one is named', async () => {
    const answer = await transact(
      { method: 'PATCH', path: '/books/absent-1', body: {} },
      { method: 'POST', path: '/books', body: aBook() },
      { method: 'DELETE', path: `/books/${await book()}`, headers: { 'If-Match': '"9"' } },
    );
    expect([answer.status, pointers(answer)]).toEqual([404, ['#/operations/0', '#/operations/2']]);
  });

  test('two operations on one item are 422, the second named', async () => {
    const id = await book();
    for (const [first, second] of [
      ['PATCH', 'DELETE'],
      ['GET', 'PATCH'],
      ['PUT', 'PUT'],
      ['DELETE', 'PUT'],
    ] as const) {
      const operation = (method: string): Operation => ({
        method,
        path: `/books/${id}`,
        ...(method.startsWith('P') && { body: aBook() }),
      });
      const answer = await transact(
        operation(first),
        { method: 'POST', path: '/books', body: aBook() },
        operation(second),
      );
      expect([answer.status, pointers(answer)]).toEqual([422, ['#/operations/2']]);
    }
    expect(await version(id)).toBe(1);
  });

  test('more operations than a transaction holds are 413', async () => {
    const post = { method: 'POST', path: '/books', body: aBook() };
    const many = await transact(...Array.from({ length: 101 }, () => post));
    expect([many.status, many.body.type]).toEqual([413, '/docs#too-large']);
    const actions = await transact(
      ...Array.from({ length: 60 }, (_, index) => ({ ...post, body: aBook({ isbn: String(9790000000000 + index) }) })),
    );
    expect([actions.status, actions.body.detail]).toEqual([413, expect.stringContaining('120')]);
  });
});

describe('a body that is no transaction is 422 that says where', () => {
  test.each<[unknown, string[]]>([
    [{}, ['#/operations']],
    [[], ['#/operations']],
    ['text', ['#/operations']],
    [null, ['#/operations']],
    [{ operations: [] }, ['#/operations']],
    [{ operations: {} }, ['#/operations']],
    [{ operations: [{ method: 'GET', path: '/books/1' }], atomic: true }, ['#/atomic']],
    [{ operations: [1, null, []] }, ['#/operations/0', '#/operations/1', '#/operations/2']],
    [{ operations: [{}] }, ['#/operations/0/method', '#/operations/0/path']],
    [{ operations: [{ method: 'HEAD', path: '/books/1' }] }, ['#/operations/0/method']],
    [{ operations: [{ method: 'get', path: '/books/1' }] }, ['#/operations/0/method']],
    [{ operations: [{ method: 'GET', path: 'books/1' }] }, ['#/operations/0/path']],
    [{ operations: [{ method: 'GET', path: 1 }] }, ['#/operations/0/path']],
    [{ operations: [{ method: 'GET', path: '/books/1', headers: { 'If-Match': 1 } }] }, ['#/operations/0/headers']],
    [{ operations: [{ method: 'GET', path: '/books/1', headers: [] }] }, ['#/operations/0/headers']],
    [{ operations: [{ method: 'GET', path: '/books/1', id: 1 }] }, ['#/operations/0/id']],
  ])('%j: %j', async (body, expected) => {
    const answer = await ask('POST /transactions', {
      body: typeof body === 'string' ? JSON.stringify(body) : body === null ? 'null' : body,
    });
    expect([answer.status, answer.body.type]).toEqual([422, '/docs#invalid']);
    expect(pointers(answer).sort()).toEqual([...expected].sort());
  });

  test('no JSON, or a member twice, is 400; no body too', async () => {
    expect((await ask('POST /transactions', { body: '{"operations":' })).status).toBe(400);
    expect((await ask('POST /transactions', { body: '{"operations":[],"operations":[]}' })).status).toBe(400);
    expect((await ask('POST /transactions')).status).toBe(400);
    expect((await ask('POST /transactions?x=1', { body: { operations: [] } })).status).toBe(400);
    expect(
      (await ask('POST /transactions', { body: { operations: [] }, headers: { 'Content-Type': 'text/plain' } })).status,
    ).toBe(415);
    expect(
      (await ask('POST /transactions', { body: { operations: [] }, headers: { Accept: 'text/html' } })).status,
    ).toBe(406);
  });

  test('a number within an operation that cannot be kept is a fault at its place', async () => {
    const answer = await ask('POST /transactions', {
      body: '{"operations":[{"method":"PATCH","path":"/books/1","body":{"pages":12345678901234567890}}]}',
    });
    expect([answer.status, pointers(answer)]).toEqual([422, ['#/operations/0/body/pages']]);
  });
});

test('a precondition that alone fails brings the item as it is, with its ETag; of two failures none does', async () => {
  const id = await book();
  const stale = { method: 'PATCH', path: `/books/${id}`, headers: { 'If-Match': '"9"' }, body: {} };
  const alone = await transact(stale);
  expect([alone.status, alone.headers['etag'], alone.body.current.id]).toEqual([412, await tagOf(id), id]);
  const both = await transact(stale, { method: 'DELETE', path: '/books/absent' });
  expect([both.status, both.headers['etag'], both.body.current]).toEqual([412, undefined, undefined]);
  expect(pointers(both)).toEqual(['#/operations/0', '#/operations/1']);
});

test('a header that has no meaning in an operation is 422, a key of idempotency with its remedy', async () => {
  const answer = await transact({
    method: 'POST',
    path: '/books',
    headers: { 'idempotency-key': 'q', 'X-Other': '1' },
    body: aBook(),
  });
  expect(answer.status).toBe(422);
  expect(answer.body.errors).toEqual([
    {
      detail: expect.stringContaining('send it with the transaction'),
      pointer: '#/operations/0/headers/idempotency-key',
    },
    { detail: expect.stringContaining('remove it'), pointer: '#/operations/0/headers/X-Other' },
  ]);
});

test.each(['GET', 'PUT', 'PATCH', 'DELETE'])('%s of /transactions is 405', async (method) => {
  expect((await ask(`${method} /transactions`)).headers['allow']).toBe('POST, OPTIONS');
});

describe(`of ${CLIENTS} at once`, () => {
  test('on the same two items every one is done whole', async () => {
    const [a, b] = [await book({ tags: [] }), await book({ tags: [] })];
    const answers = await race((number) => {
      const add = (id: string): Operation => ({ method: 'PATCH', path: `/books/${id}`, body: { pages: number + 1 } });
      return number % 2 === 0 ? transact(add(a), add(b)) : transact(add(b), add(a));
    });
    const done = statuses(answers)[200]!;
    // On a slow machine the time of some may be over.
    answers
      .filter(({ status }) => status !== 200)
      .forEach(({ status, headers }) => expect([status, headers['retry-after']]).toEqual([409, '1']));
    const [one, other] = [(await ask(`GET /books/${a}`)).body, (await ask(`GET /books/${b}`)).body];
    expect([one.version, other.version, one.pages]).toEqual([done + 1, done + 1, other.pages]);
  });

  test('with one tag exactly one is done, the others name the operation that came too late', async () => {
    const [a, b] = [await book(), await book()];
    const tag = await tagOf(a);
    const answers = await race((number) =>
      transact(
        { method: 'PATCH', path: `/books/${b}`, body: { pages: number + 1 } },
        { method: 'PATCH', path: `/books/${a}`, headers: { 'If-Match': tag }, body: { pages: number + 1 } },
      ),
    );
    expect(statuses(answers)).toEqual({ 200: 1, 412: CLIENTS - 1 });
    answers
      .filter(({ status }) => status === 412)
      .forEach((answer) => expect(pointers(answer)).toEqual(['#/operations/1']));
    expect([await version(a), await version(b)]).toEqual([2, 2]);
  });

  test('on overlapping items, some deleted meanwhile: what is done is done whole', async () => {
    const ids = await Promise.all(Array.from({ length: 6 }, () => book()));
    const answers = await race((number) => {
      const [first, second] = [ids[number % 6]!, ids[(number * 5 + 1) % 6]!];
      const mark = { method: 'POST', path: '/books', body: aBook({ title: `mark-${number}` }) };
      return first === second
        ? transact(mark, { method: 'GET', path: `/books/${first}` })
        : transact(
            mark,
            { method: 'PATCH', path: `/books/${first}`, body: { pages: number + 1 } },
            number % 10 === 9
              ? { method: 'DELETE', path: `/books/${second}` }
              : { method: 'PATCH', path: `/books/${second}`, body: { pages: number + 1 } },
          );
    });
    expect(answers.filter(({ status }) => status !== 200 && status !== 404)).toEqual([]);
    for (const [number, { status }] of answers.entries()) {
      expect((await ask(`GET /books?title=mark-${number}`)).body.items).toHaveLength(status === 200 ? 1 : 0);
    }
    for (const id of ids) {
      const { status, body } = await ask(`GET /books/${id}`);
      const last = answers
        .filter((answer) => answer.status === 200)
        .flatMap(({ body: { results } }) => results)
        .filter(({ body: item, headers }) => item?.id === id && headers.ETag !== undefined)
        .map(({ body: item }) => item.version as number);
      expect(status === 404 || body.version === Math.max(1, ...last)).toBe(true);
    }
  });
});
