// `counts`, `computed` and `rules`: they hold after every write, whichever way it comes.

import { defineResource, listResources } from '../../src/definition/define-resource';
import { createClient } from '../../src/testing/client';
import type { Answer } from '../../src/testing/ask';
import { resources } from '../library/src/resources/index';
import { CLIENTS, patient, race, statuses } from '../setup/race';
import { aBook } from '../setup/samples';
import { useTable } from '../../src/testing/table';

const shelves = defineResource({
  name: 'shelves',
  description:
    'Two counts of the same items, something computed that is not always there, and a rule across attributes.',
  schema: {
    from: { type: Number, integer: true },
    to: { type: Number, integer: true },
    boxes: { type: Number, readOnly: true, default: 0, counts: { collection: 'boxes', attribute: 'shelf' } },
    heavy: {
      type: Number,
      readOnly: true,
      default: 0,
      counts: { collection: 'boxes', attribute: 'shelf', where: (box) => Number(box['weight'] ?? 0) > 10 },
    },
    label: { type: String, readOnly: true },
  },
  computed: {
    label: ({ boxes, heavy }) => (boxes === 0 ? undefined : `${boxes} boxes, ${heavy} heavy`),
  },
  rules: [
    { holds: ({ from = 0, to = 9 }) => from <= to, attribute: 'to', detail: 'Must not end before it begins.' },
    { holds: ({ heavy = 0 }) => heavy <= 2, detail: 'No more than two heavy boxes fit.' },
  ],
});
const boxes = defineResource({
  name: 'boxes',
  description: 'Boxes on shelves.',
  schema: { shelf: { type: String, references: 'shelves' }, weight: Number },
});

useTable();
const ask = patient(createClient({ resources }));
const askStore = createClient({ resources: listResources(shelves, boxes) });

let number = 0;
async function makeBook(copies: number): Promise<string> {
  const id = `book-${number++}`;
  expect((await ask(`PUT /books/${id}`, { body: aBook({ copies }) })).status).toBe(201);
  return id;
}

let member: string;
beforeAll(async () => {
  member = (await ask('POST /members', { body: { name: 'Ann', email: 'ann@example.com' } })).body.id;
});

const dueAt = '2027-01-01T00:00:00Z';
const returnedAt = '2026-12-01T00:00:00Z';
const aLoan = (book: string, more: object = {}): object => ({ book, member, dueAt, ...more });

/** Whether the numbers of a book are those of its loans, counted one by one. */
async function expectTrue(book: string): Promise<{ copies: number; lent: number; available: number }> {
  const { copies, lent, available } = (await ask(`GET /books/${book}`)).body;
  const open: object[] = [];
  for (let next = `/books/${book}/loans?limit=100&returnedAt[exists]=false`; next !== undefined;) {
    const { body } = await ask(`GET ${next}`);
    open.push(...body.items);
    next = body.next;
  }
  expect([lent, available]).toEqual([open.length, copies - open.length]);
  expect(available).toBeGreaterThanOrEqual(0);
  return { copies, lent, available };
}

async function transact(...operations: object[]): Promise<Answer> {
  return ask('POST /transactions', { body: { operations } });
}

describe('a book counts its open loans', () => {
  test('from none', async () => {
    expect((await ask('POST /books', { body: aBook({ copies: 3, lent: 7, available: 9 }) })).body).toMatchObject({
      copies: 3,
      lent: 0,
      available: 3,
    });
  });

  test.each<[string, (book: string) => Promise<Answer>, number]>([
    ['POST', (book) => ask('POST /loans', { body: aLoan(book) }), 1],
    ['POST of a loan that is back', (book) => ask('POST /loans', { body: aLoan(book, { returnedAt }) }), 0],
    [
      'POST of several',
      (book) => ask('POST /loans', { body: [aLoan(book), aLoan(book), aLoan(book, { returnedAt })] }),
      2,
    ],
    ['PUT that creates', (book) => ask(`PUT /loans/put-${book}`, { body: aLoan(book) }), 1],
    [
      'a transaction',
      (book) =>
        transact(
          { method: 'POST', path: '/loans', body: aLoan(book) },
          { method: 'PUT', path: `/loans/tx-${book}`, body: aLoan(book) },
        ),
      2,
    ],
    ['checkout', (book) => ask(`POST /books/${book}/checkout`, { body: { member } }), 1],
  ])('made by %s', async (_, write, lent) => {
    const book = await makeBook(3);
    expect((await write(book)).status).toBeLessThan(300);
    expect(await expectTrue(book)).toEqual({ copies: 3, lent, available: 3 - lent });
  });

  test.each<[string, (loan: string, book: string) => Promise<Answer>]>([
    ['PATCH', (loan) => ask(`PATCH /loans/${loan}`, { body: { returnedAt } })],
    ['PUT', (loan, book) => ask(`PUT /loans/${loan}`, { body: aLoan(book, { returnedAt }) })],
    ['DELETE', (loan) => ask(`DELETE /loans/${loan}`)],
    ['return', (loan) => ask(`POST /loans/${loan}/return`)],
    ['a transaction', (loan) => transact({ method: 'PATCH', path: `/loans/${loan}`, body: { returnedAt } })],
    ['PATCH to another book', async (loan) => ask(`PATCH /loans/${loan}`, { body: { book: await makeBook(1) } })],
  ])('ended by %s', async (_, write) => {
    const book = await makeBook(1);
    const loan = (await ask('POST /loans', { body: aLoan(book) })).body.id as string;
    expect(await expectTrue(book)).toEqual({ copies: 1, lent: 1, available: 0 });
    expect((await write(loan, book)).status).toBeLessThan(300);
    expect(await expectTrue(book)).toEqual({ copies: 1, lent: 0, available: 1 });
  });

  test('opened again by PATCH, if a copy is there', async () => {
    const book = await makeBook(1);
    const loan = (await ask('POST /loans', { body: aLoan(book, { returnedAt }) })).body.id as string;
    expect((await ask(`PATCH /loans/${loan}`, { body: { returnedAt: null } })).status).toBe(200);
    expect((await expectTrue(book)).available).toBe(0);
    expect((await ask('POST /loans', { body: aLoan(book) })).status).toBe(409);
  });

  test('of one book and another, when a loan moves', async () => {
    const [from, to] = [await makeBook(1), await makeBook(1)];
    const loan = (await ask('POST /loans', { body: aLoan(from) })).body.id as string;
    expect((await ask(`PATCH /loans/${loan}`, { body: { book: to } })).status).toBe(200);
    expect([(await expectTrue(from)).lent, (await expectTrue(to)).lent]).toEqual([0, 1]);
  });

  test('through PUT and PATCH of the book, which keep the count', async () => {
    const book = await makeBook(3);
    await ask('POST /loans', { body: aLoan(book) });
    expect((await ask(`PUT /books/${book}`, { body: aBook({ copies: 5, lent: 0 }) })).body).toMatchObject({
      lent: 1,
      available: 4,
    });
    expect((await ask(`PATCH /books/${book}`, { body: { copies: 2 } })).body).toMatchObject({ lent: 1, available: 1 });
    await expectTrue(book);
  });

  test('and the version of the book counts the change, so that an old tag does not match', async () => {
    const book = await makeBook(1);
    await ask('POST /loans', { body: aLoan(book) });
    expect(
      (await ask(`PATCH /books/${book}`, { body: { pages: 1 }, headers: { 'If-Match': '"1"' } })).body.current,
    ).toMatchObject({ version: 2, lent: 1, available: 0 });
  });

  test('in the same transaction that makes the book, and the result of the book shows it', async () => {
    const operations = [
      { method: 'PUT', path: '/books/made-here', body: aBook({ copies: 2 }) },
      { method: 'POST', path: '/loans', body: aLoan('made-here') },
    ];
    const { status, body } = await transact(...operations);
    expect(status).toBe(200);
    expect(body.results[0].body).toMatchObject({ version: 1, copies: 2, lent: 1, available: 1 });
    expect((await ask('GET /books/made-here')).body).toEqual(body.results[0].body);
    await expectTrue('made-here');
  });
});

describe('more copies than there are cannot be lent', () => {
  test('by POST', async () => {
    const book = await makeBook(0);
    const { status, body } = await ask('POST /loans', { body: aLoan(book) });
    expect([status, body.type]).toEqual([409, '/docs#conflict']);
    await expectTrue(book);
  });

  test('by PUT, PATCH, a transaction, checkout', async () => {
    const [empty, full] = [await makeBook(0), await makeBook(1)];
    const loan = (await ask('POST /loans', { body: aLoan(full) })).body.id as string;
    expect((await ask('PUT /loans/none', { body: aLoan(empty) })).status).toBe(409);
    expect((await ask(`PATCH /loans/${loan}`, { body: { book: empty } })).status).toBe(409);
    expect((await ask(`POST /books/${empty}/checkout`, { body: { member } })).status).toBe(409);
    expect((await ask('GET /loans/none')).status).toBe(404);
    await expectTrue(empty);
    await expectTrue(full);
  });

  test('by an array, which names the first that is too many', async () => {
    const book = await makeBook(1);
    const { status, body } = await ask('POST /loans', {
      body: [aLoan(book, { returnedAt }), aLoan(book), aLoan(book)],
    });
    expect(status).toBe(409);
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(['#/1/book', '#/2/book']);
    expect((await expectTrue(book)).lent).toBe(0);
  });

  test('by a transaction, which names the operations', async () => {
    const book = await makeBook(0);
    const { status, body } = await transact(
      { method: 'GET', path: `/members/${member}` },
      { method: 'POST', path: '/loans', body: aLoan(book) },
    );
    expect([status, body.errors.map(({ pointer }: { pointer: string }) => pointer)]).toEqual([409, ['#/operations/1']]);
  });

  test('and no fewer can be owned than are lent: 422, naming copies', async () => {
    const book = await makeBook(2);
    await ask('POST /loans', { body: [aLoan(book), aLoan(book)] });
    for (const [method, body] of [
      ['PATCH', { copies: 1 }],
      ['PUT', aBook({ copies: 1 })],
      ['PUT', aBook()],
    ] as const) {
      const answer = await ask(`${method} /books/${book}`, { body });
      expect([answer.status, answer.body.errors[0].pointer]).toEqual([422, '#/copies']);
    }
    expect((await expectTrue(book)).available).toBe(0);
  });

  test('but what a transaction leaves is what counts: a copy can come back and be given away in one', async () => {
    const book = await makeBook(1);
    const loan = (await ask('POST /loans', { body: aLoan(book) })).body.id as string;
    const back = { method: 'PATCH', path: `/loans/${loan}`, body: { returnedAt } };
    const away = { method: 'PATCH', path: `/books/${book}`, body: { copies: 0 } };
    expect((await transact(away, back)).status).toBe(200);
    expect(await expectTrue(book)).toEqual({ copies: 0, lent: 0, available: 0 });
    const { status, body } = await transact(
      { ...away, body: { copies: 1 } },
      { method: 'POST', path: '/loans', body: aLoan(book) },
    );
    expect([status, body.results[0].body.available]).toEqual([200, 0]);
    const refused = await transact(
      { method: 'PATCH', path: `/books/${book}`, body: { copies: 0 } },
      { method: 'PATCH', path: `/loans/${loan}`, body: { dueAt } },
    );
    expect([refused.status, refused.body.errors.map(({ pointer }: { pointer: string }) => pointer)]).toEqual([
      422,
      ['#/operations/0'],
    ]);
  });

  test('and a loan ends and another begins in one transaction', async () => {
    const book = await makeBook(1);
    const loan = (await ask('POST /loans', { body: aLoan(book) })).body.id as string;
    expect(
      (
        await transact(
          { method: 'POST', path: '/loans', body: aLoan(book) },
          { method: 'DELETE', path: `/loans/${loan}` },
        )
      ).status,
    ).toBe(200);
    expect((await expectTrue(book)).lent).toBe(1);
  });
});

describe('a resource with two counts', () => {
  test('keeps both, and what is computed of them comes and goes', async () => {
    await askStore('PUT /shelves/1', { body: {} });
    const light = (await askStore('POST /boxes', { body: { shelf: '1', weight: 1 } })).body.id as string;
    const heavy = (await askStore('POST /boxes', { body: { shelf: '1', weight: 11 } })).body.id as string;
    expect((await askStore('GET /shelves/1')).body).toMatchObject({ boxes: 2, heavy: 1, label: '2 boxes, 1 heavy' });
    await askStore(`PATCH /boxes/${light}`, { body: { weight: 12 } });
    expect((await askStore('GET /shelves/1')).body).toMatchObject({ boxes: 2, heavy: 2 });
    await askStore(`DELETE /boxes/${heavy}`);
    await askStore(`PATCH /boxes/${light}`, { body: { shelf: null } });
    const { body } = await askStore('GET /shelves/1');
    expect(body).toMatchObject({ boxes: 0, heavy: 0 });
    expect(body).not.toHaveProperty('label');
  });

  test('answers a transaction with what is computed at its end', async () => {
    await askStore('PUT /shelves/2', { body: {} });
    const box = (await askStore('POST /boxes', { body: { shelf: '2', weight: 11 } })).body.id as string;
    const { body } = await askStore('POST /transactions', {
      body: {
        operations: [
          { method: 'PATCH', path: '/shelves/2', body: { from: 1 } },
          { method: 'DELETE', path: `/boxes/${box}` },
        ],
      },
    });
    expect(body.results[0].body).toMatchObject({ boxes: 0, heavy: 0, version: 3 });
    expect(body.results[0].body).not.toHaveProperty('label');
    expect((await askStore('GET /shelves/2')).body).toEqual(body.results[0].body);
  });
});

describe('a rule', () => {
  test.each([
    ['POST /shelves', { from: 2, to: 1 }],
    ['PUT /shelves/3', { from: 2, to: 1 }],
    ['PATCH /shelves/1', { from: 20 }],
  ])('is kept by %s: 422 with its sentence, at its attribute', async (line, body) => {
    const answer = await askStore(line, { body });
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({
      type: '/docs#invalid',
      errors: [{ pointer: '#/to', detail: 'Must not end before it begins.' }],
    });
  });

  test('is kept by every item of an array, each that breaks it being named', async () => {
    const { status, body } = await askStore('POST /shelves', {
      body: [{}, { from: 2, to: 1 }, {}, { from: 3, to: 1 }],
    });
    expect([status, body.errors.map(({ pointer }: { pointer: string }) => pointer)]).toEqual([
      422,
      ['#/1/to', '#/3/to'],
    ]);
  });

  test("that is broken by a count, the request being about another item, is a conflict with the rule's sentence", async () => {
    await askStore('PUT /shelves/full', { body: {} });
    const { status, body } = await askStore('POST /boxes', {
      body: [11, 11, 11].map((weight) => ({ shelf: 'full', weight })),
    });
    expect([status, body.errors[0].detail]).toEqual([
      409,
      expect.stringContaining('No more than two heavy boxes fit.'),
    ]);
  });
});

describe('at once', () => {
  test(`${CLIENTS} loans of 10 copies: 10 are made`, async () => {
    const book = await makeBook(10);
    expect(statuses(await race(() => ask('POST /loans', { body: aLoan(book) })))).toEqual({
      201: 10,
      409: CLIENTS - 10,
    });
    expect((await expectTrue(book)).available).toBe(0);
  });

  test('loans begin, move and end every way while copies are patched: the numbers are true, and never below 0', async () => {
    const [one, other] = [await makeBook(3), await makeBook(3)];
    const loans = (await ask('POST /loans', { body: [aLoan(one), aLoan(other), aLoan(one)] })).body.items.map(
      ({ id }: { id: string }) => id,
    ) as string[];
    const answers = await race((n) => {
      const loan = loans[n % 3]!;
      switch (n % 8) {
        case 0:
          return ask('POST /loans', { body: aLoan(n % 16 === 0 ? one : other) });
        case 1:
          return ask(`PATCH /loans/${loan}`, { body: { returnedAt } });
        case 2:
          return ask(`PATCH /books/${one}`, { body: { copies: n % 5 } });
        case 3:
          return ask(`POST /books/${other}/checkout`, { body: { member } });
        case 4:
          return ask(`POST /loans/${loan}/return`);
        case 5:
          return ask(`PATCH /loans/${loan}`, { body: { book: n % 16 === 5 ? one : other, returnedAt: null } });
        case 6:
          return transact(
            { method: 'PUT', path: `/loans/race-${n}`, body: aLoan(one) },
            { method: 'DELETE', path: `/loans/${loan}` },
          );
        default:
          return ask(`PUT /books/${other}`, { body: aBook({ copies: n % 4 }) });
      }
    });
    expect(answers.filter(({ status }) => ![200, 201, 204, 404, 409, 422].includes(status))).toEqual([]);
    expect(answers.some(({ status }) => status < 300)).toBe(true);
    await expectTrue(one);
    await expectTrue(other);
  });
});

test('an item that was written before its file had a default, or a count, has it for what is computed and for rules', async () => {
  const schema = { copies: { type: Number } } as const;
  const before = defineResource({ name: 'reprints', description: 'Reprints.', schema });
  const after = defineResource({
    name: 'reprints',
    description: 'Reprints.',
    schema: {
      ...schema,
      free: { type: Number, readOnly: true },
      spare: { type: Number, default: 2 },
      names: { type: Array, schema: [String], default: [] },
      boxes: { type: Number, readOnly: true, default: 0, counts: { collection: 'crates', attribute: 'reprint' } },
    },
    // What a function does to what it is given is not done to the default.
    computed: { free: ({ copies = 0, spare, boxes, names }) => copies + spare - boxes - names.push('x') + 1 },
    rules: [{ holds: ({ boxes, spare }) => boxes <= spare, detail: 'No more than are spare.' }],
  });
  const crates = defineResource({
    name: 'crates',
    description: 'Crates.',
    schema: { reprint: { type: String, references: 'reprints' } },
  });
  const { id } = (await createClient({ resources: listResources(before) })('POST /reprints', { body: { copies: 1 } }))
    .body;
  const askAfter = createClient({ resources: listResources(after, crates) });
  expect(await askAfter(`PATCH /reprints/${id}`, { body: { copies: 5 } })).toMatchObject({
    status: 200,
    body: { copies: 5, free: 7 },
  });
  expect((await askAfter(`PATCH /reprints/${id}`, { body: { copies: 6 } })).body).toMatchObject({ free: 8 });
});
