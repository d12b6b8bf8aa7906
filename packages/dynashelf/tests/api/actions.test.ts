// Actions: POST /{collection}/{id}/{action}, by the samples' checkout and return, and by some of a test's own.

import type { Answer as ActionAnswer } from '../../src/definition/action';
import { conflict } from '../../src/definition/thrown';
import { defineResource, listResources } from '../../src/definition/define-resource';
import { createClient } from '../../src/testing/client';
import type { Answer } from '../../src/testing/ask';
import { resources } from '../library/src/resources/index';
import { CLIENTS, race, statuses } from '../setup/race';
import { aBook } from '../setup/samples';
import { useTable } from '../../src/testing/table';

const folders = defineResource({
  name: 'folders',
  description: 'Folders of documents.',
  schema: {
    name: { type: String, maxLength: 50 },
    documents: { type: Number, readOnly: true, default: 0, counts: { collection: 'documents', attribute: 'folder' } },
  },
});
const documents = defineResource({
  name: 'documents',
  description: 'Documents, with every kind of action on them.',
  schema: {
    folder: { type: String, references: 'folders' },
    slug: { type: String, maxLength: 50, unique: true },
    state: { type: String, readOnly: true, default: 'draft', enum: ['draft', 'published'] },
    size: { type: Number, maximum: 100 },
  },
  rules: [
    {
      holds: ({ state, size }) => state !== 'published' || size !== undefined,
      attribute: 'size',
      detail: 'What is published has a size.',
    },
  ],
  actions: (action) => ({
    publish: action({
      description: 'Publishes it.',
      body: {},
      async run({ item, transaction }): Promise<ActionAnswer> {
        return transaction.update(documents, item.id, { state: 'published' });
      },
    }),
    file: action({
      description: 'Puts it into a new folder, with a copy of it.',
      body: {
        name: { type: String, required: true, set: (name: string) => name.trim() },
        copies: { type: Number, integer: true, default: 1 },
      },
      async run({ item, body, transaction }): Promise<ActionAnswer> {
        const folder = await transaction.create(folders, { name: body.name });
        await transaction.update(documents, item.id, { folder: folder.id });
        for (let copy = 0; copy < body.copies; copy++) {
          await transaction.create(documents, { folder: folder.id });
        }
        return folder;
      },
    }),
    copy: action({
      description: 'Makes a copy with a slug, and checks nothing by itself.',
      body: { as: { type: String }, size: Number, folder: { type: String } },
      async run({ body, transaction }): Promise<ActionAnswer> {
        return transaction.create(documents, { slug: body.as, size: body.size, folder: body.folder });
      },
    }),
    amend: action({
      description: 'Changes what the body names, and leaves the rest.',
      body: { slug: String, size: Number },
      async run({ item, body, transaction }): Promise<ActionAnswer> {
        return transaction.update(documents, item.id, { slug: body.slug, size: body.size });
      },
    }),
    discard: action({
      description: 'Deletes it, and answers with what it was.',
      body: {},
      async run({ item, transaction }): Promise<ActionAnswer> {
        if (item.state === 'published') {
          throw conflict('What is published stays.');
        }
        await transaction.remove(documents, item.id);
        return item;
      },
    }),
    peek: action({
      description: 'Reads.',
      body: {},
      async run({ item, transaction }): Promise<ActionAnswer> {
        return item.folder === undefined ? item : ((await transaction.read(folders, item.folder)) ?? item);
      },
    }),
  }),
});

useTable();
const ask = createClient({ resources });
const askOwn = createClient({ resources: listResources(folders, documents) });

let books = 0;
async function makeBook(copies: number): Promise<string> {
  const id = `book-${books++}`;
  await ask(`PUT /books/${id}`, { body: aBook({ copies }) });
  return id;
}

let member: string;
beforeAll(async () => {
  member = (await ask('POST /members', { body: { name: 'Ann', email: 'ann@example.com' } })).body.id;
});

async function checkout(book: string, more: { body?: object; headers?: Record<string, string> } = {}): Promise<Answer> {
  return ask(`POST /books/${book}/checkout`, { body: { member, ...more.body }, headers: more.headers ?? {} });
}

async function tagOf(book: string): Promise<string> {
  return (await ask(`GET /books/${book}`)).headers['etag']!;
}

async function available(book: string): Promise<number> {
  return (await ask(`GET /books/${book}`)).body.available;
}

async function openLoans(book: string): Promise<number> {
  return (await ask(`GET /books/${book}/loans?limit=100&returnedAt[exists]=false`)).body.items.length;
}

describe('checkout', () => {
  test('answers 201 with the loan and its Location, and takes one from what is available', async () => {
    const book = await makeBook(2);
    const { status, headers, body } = await checkout(book, { body: { days: 7 } });
    expect(status).toBe(201);
    expect(headers).toMatchObject({
      location: `/loans/${body.id}`,
      etag: '"1"',
      'content-type': 'application/json',
      'cache-control': 'no-cache',
    });
    expect(body).toMatchObject({ book, member, version: 1 });
    expect(Date.parse(body.dueAt) - Date.parse(body.createdAt)).toBeCloseTo(7 * 86_400_000, -4);
    expect((await ask(`GET ${headers['location']}`)).body).toEqual(body);
    expect(await available(book)).toBe(1);
  });

  test('lends for 21 days unless told otherwise', async () => {
    const { body } = await checkout(await makeBook(1));
    expect(Date.parse(body.dueAt) - Date.parse(body.createdAt)).toBeCloseTo(21 * 86_400_000, -4);
  });

  test.each<[string, unknown, string[]]>([
    ['no body', undefined, ['#/member']],
    ['no member', {}, ['#/member']],
    ['days of another type', { member: 'x', days: 'long' }, ['#/days']],
    ['too many days', { member: 'x', days: 91 }, ['#/days']],
    ['an unknown attribute', { member: 'x', day: 7 }, ['#/day']],
    ['a member that is no id', { member: 'no id' }, ['#/member']],
    ['several faults', { days: 0 }, ['#/member', '#/days']],
    ['an array', [], ['#']],
  ])('with %s is 422', async (_, body, pointers) => {
    const book = await makeBook(1);
    const answer = await ask(`POST /books/${book}/checkout`, body === undefined ? {} : { body });
    expect([answer.status, answer.body.type]).toEqual([422, '/docs#invalid']);
    expect(answer.body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual([...pointers].sort());
    expect(await available(book)).toBe(1);
  });

  test('for an unknown member is 409 that names it', async () => {
    const book = await makeBook(1);
    const { status, body } = await checkout(book, { body: { member: 'nobody' } });
    expect([status, body.errors[0].pointer]).toEqual([409, '#/member']);
    expect(body.detail).toContain('members');
    expect(await available(book)).toBe(1);
  });

  test('without a copy is 409 that says so', async () => {
    const { status, body } = await checkout(await makeBook(0));
    expect([status, body.type]).toEqual([409, '/docs#conflict']);
    expect(body.detail).toContain('available');
  });

  test('of a book that is not there is 404', async () => expect((await checkout('absent')).status).toBe(404));

  test.each<[Record<string, string>, number]>([
    [{ 'If-Match': 'ETAG' }, 201],
    [{ 'If-Match': '*' }, 201],
    [{ 'If-Match': '"1"' }, 412],
    [{ 'If-Match': '"7"' }, 412],
    [{ 'If-None-Match': 'ETAG' }, 412],
    [{ 'If-Unmodified-Since': 'Mon, 01 Jan 2024 00:00:00 GMT' }, 412],
  ])('with %j is held to it: %i', async (conditions, status) => {
    const book = await makeBook(1);
    const etag = await tagOf(book);
    const headers = Object.fromEntries(
      Object.entries(conditions).map(([name, value]) => [name, value.replace('ETAG', etag)]),
    );
    const answer = await checkout(book, { headers });
    expect(answer.status).toBe(status);
    expect(await available(book)).toBe(status === 201 ? 0 : 1);
    if (status === 412) {
      expect(answer.body.current).toMatchObject({ id: book, version: 1 });
      expect(answer.headers['etag']).toBe(etag);
    }
  });

  test(`with If-Match raced by ${CLIENTS}: each has the same tag, one lends`, async () => {
    const book = await makeBook(CLIENTS);
    const etag = await tagOf(book);
    expect(statuses(await race(() => checkout(book, { headers: { 'If-Match': etag } })))).toEqual({
      201: 1,
      412: CLIENTS - 1,
    });
  });

  test('takes Prefer and Accept like every other write, JSON alone, and no parameter', async () => {
    const book = await makeBook(9);
    const minimal = await checkout(book, { headers: { Prefer: 'return=minimal' } });
    expect([minimal.status, minimal.text, minimal.headers['preference-applied']]).toEqual([201, '', 'return=minimal']);
    expect(minimal.headers['location']).toMatch(/^\/loans\//);
    expect((await checkout(book, { headers: { Accept: 'text/html' } })).status).toBe(406);
    expect((await checkout(book, { headers: { 'Content-Type': 'text/plain' } })).status).toBe(415);
    expect((await ask(`POST /books/${book}/checkout?fields=dueAt`, { body: { member } })).status).toBe(400);
    expect(await available(book)).toBe(8);
  });
});

describe('the path of an action', () => {
  test.each(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE'])('does not take %s: 405 with Allow', async (method) => {
    const answer = await ask(`${method} /books/1/checkout`, method === 'GET' || method === 'HEAD' ? {} : { body: {} });
    expect([answer.status, answer.headers['allow']]).toEqual([405, 'POST, OPTIONS']);
  });

  test('answers OPTIONS', async () =>
    expect((await ask('OPTIONS /books/1/checkout')).headers['allow']).toBe('POST, OPTIONS'));
  test('of another name is 404', async () => expect((await ask('POST /books/1/buy', { body: {} })).status).toBe(404));
  test("of another collection's action is 404", async () =>
    expect((await ask('POST /members/1/checkout', { body: {} })).status).toBe(404));
  test('of a name that every object has is 404', async () =>
    expect((await ask('POST /books/1/constructor', { body: {} })).status).toBe(404));
});

describe('return', () => {
  test('answers 200 with the loan, and gives the copy back', async () => {
    const book = await makeBook(1);
    const { body: loan } = await checkout(book);
    const { status, headers, body } = await ask(`POST /loans/${loan.id}/return`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ id: loan.id, version: 2, returnedAt: expect.stringMatching(/Z$/) });
    expect(headers['etag']).toBe('"2"');
    expect(headers['location']).toBeUndefined();
    expect(await available(book)).toBe(1);
  });

  test('with return=minimal answers 204 without the loan', async () => {
    const { body: loan } = await checkout(await makeBook(1));
    const { status, text, headers } = await ask(`POST /loans/${loan.id}/return`, {
      headers: { Prefer: 'return=minimal' },
    });
    expect([status, text, headers['preference-applied'], headers['etag'], headers['content-type']]).toEqual([
      204,
      '',
      'return=minimal',
      '"2"',
      undefined,
    ]);
  });

  test('a second time is 409, and of no loan 404', async () => {
    const { body: loan } = await checkout(await makeBook(1));
    await ask(`POST /loans/${loan.id}/return`);
    expect((await ask(`POST /loans/${loan.id}/return`)).status).toBe(409);
    expect((await ask('POST /loans/absent/return')).status).toBe(404);
  });

  test(`of one loan by ${CLIENTS} at once is done once`, async () => {
    const book = await makeBook(1);
    const { body: loan } = await checkout(book);
    expect(statuses(await race(() => ask(`POST /loans/${loan.id}/return`)))).toEqual({ 200: 1, 409: CLIENTS - 1 });
    expect(await available(book)).toBe(1);
  });
});

describe('the last copy is never lent twice', () => {
  test.each([1, 7])(`by ${CLIENTS} at once on %i copies`, async (copies) => {
    const book = await makeBook(copies);
    const answers = await race(() => checkout(book));
    expect(statuses(answers)).toEqual({ 201: copies, 409: CLIENTS - copies });
    expect(new Set(answers.filter(({ status }) => status === 201).map(({ body }) => body.id)).size).toBe(copies);
    expect([await available(book), await openLoans(book)]).toEqual([0, copies]);
  });

  test('while others return, and copies are patched', async () => {
    const book = await makeBook(2);
    const loans = [await checkout(book), await checkout(book)].map(({ body }) => body.id as string);
    await race((number) =>
      number % 5 === 0
        ? ask(`PATCH /books/${book}`, { body: { copies: number % 4 } })
        : number % 5 === 1
          ? ask(`POST /loans/${loans[number % 2]!}/return`)
          : checkout(book),
    );
    const { copies, lent, available: left } = (await ask(`GET /books/${book}`)).body;
    expect(lent).toBe(await openLoans(book));
    expect(left).toBe(copies - lent);
    expect(left).toBeGreaterThanOrEqual(0);
  });
});

describe('with an idempotency key', () => {
  test('checkout and return can be repeated', async () => {
    const book = await makeBook(1);
    const headers = { 'Idempotency-Key': 'take' };
    const [first, again] = [await checkout(book, { headers }), await checkout(book, { headers })];
    expect([first.status, again.status, again.headers['idempotent-replayed']]).toEqual([201, 201, 'true']);
    expect(again.body).toEqual(first.body);
    const bring = { headers: { 'Idempotency-Key': 'bring' } };
    const [back, backAgain] = [
      await ask(`POST /loans/${first.body.id}/return`, bring),
      await ask(`POST /loans/${first.body.id}/return`, bring),
    ];
    expect([back.status, backAgain.status, backAgain.headers['idempotent-replayed']]).toEqual([200, 200, 'true']);
    expect(backAgain.body).toEqual(back.body);
    expect(await available(book)).toBe(1);
  });

  test(`of ${CLIENTS} checkouts of one key one lends, and all are answered with its loan`, async () => {
    const book = await makeBook(1);
    const answers = await race(() => checkout(book, { headers: { 'Idempotency-Key': 'all' } }));
    expect(statuses(answers)).toEqual({ 201: CLIENTS });
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(answers.filter(({ headers }) => headers['idempotent-replayed'] === 'true')).toHaveLength(CLIENTS - 1);
    expect(await openLoans(book)).toBe(1);
  });
});

describe('an action of a resource file', () => {
  async function document(body: object = {}): Promise<string> {
    return (await askOwn('POST /documents', { body })).body.id;
  }

  test('writes what no client may', async () => {
    const id = await document({ size: 1 });
    expect((await askOwn(`PATCH /documents/${id}`, { body: { state: 'published' } })).body.state).toBe('draft');
    expect((await askOwn(`POST /documents/${id}/publish`)).body).toMatchObject({
      state: 'published',
      size: 1,
      version: 3,
    });
  });

  test('is held to the rules', async () => {
    const { status, body } = await askOwn(`POST /documents/${await document()}/publish`);
    expect([status, body.errors]).toEqual([422, [{ pointer: '#', detail: 'What is published has a size.' }]]);
  });

  test('answers with an item of another collection, refers to what it makes, and counts it', async () => {
    const id = await document();
    const { status, headers, body } = await askOwn(`POST /documents/${id}/file`, { body: { name: ' new ' } });
    expect([status, headers['location']]).toEqual([201, `/folders/${body.id}`]);
    expect(body).toMatchObject({ documents: 2, version: 1 });
    expect((await askOwn(`GET /folders/${body.id}`)).body).toEqual(body);
    expect((await askOwn(`GET /documents/${id}`)).body.folder).toBe(body.id);
    expect((await askOwn(`DELETE /folders/${body.id}`)).status).toBe(409);
  });

  test('has its body with what `set` makes of it', async () => {
    const { body } = await askOwn(`POST /documents/${await document()}/file`, { body: { name: ' trimmed ' } });
    expect(body.name).toBe('trimmed');
  });

  test('that makes what is taken, invalid or refers to nothing is refused, at the place of its own body if there is one', async () => {
    const id = await document({ slug: 'taken' });
    const taken = await askOwn(`POST /documents/${id}/copy`, { body: { as: 'taken' } });
    expect([taken.status, taken.body.errors[0].pointer]).toEqual([409, '#']);
    const invalid = await askOwn(`POST /documents/${id}/copy`, { body: { size: 101 } });
    expect([invalid.status, invalid.body.errors[0].pointer]).toEqual([422, '#/size']);
    const nowhere = await askOwn(`POST /documents/${id}/copy`, { body: { folder: 'nowhere' } });
    expect([nowhere.status, nowhere.body.errors[0].pointer]).toEqual([409, '#/folder']);
  });

  test('takes what it gives as undefined for left out', async () => {
    const id = await document({ slug: 'stays', size: 1 });
    expect((await askOwn(`POST /documents/${id}/amend`, { body: { size: 2 } })).body).toMatchObject({
      slug: 'stays',
      size: 2,
    });
    expect(Object.keys((await askOwn(`POST /documents/${id}/copy`)).body)).not.toContain('size');
  });

  test('deletes, or refuses', async () => {
    const [draft, published] = [await document(), await document({ size: 1 })];
    await askOwn(`POST /documents/${published}/publish`);
    const before = (await askOwn(`GET /documents/${draft}`)).body;
    expect(await askOwn(`POST /documents/${draft}/discard`)).toMatchObject({ status: 200, body: before });
    expect((await askOwn(`GET /documents/${draft}`)).status).toBe(404);
    expect(await askOwn(`POST /documents/${published}/discard`)).toMatchObject({
      status: 409,
      body: { detail: 'What is published stays.' },
    });
  });

  test('that only reads changes nothing', async () => {
    const id = await document();
    expect((await askOwn(`POST /documents/${id}/peek`)).body).toEqual((await askOwn(`GET /documents/${id}`)).body);
  });

  test('that takes more than a transaction holds is 413', async () => {
    const id = await document();
    expect((await askOwn(`POST /documents/${id}/file`, { body: { name: 'x', copies: 200 } })).status).toBe(413);
    expect((await askOwn(`GET /documents/${id}`)).body.folder).toBeUndefined();
  });
});
