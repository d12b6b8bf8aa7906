// Unique attributes: no two items of a collection have the same value, whoever writes it and however many do at once.

import * as fc from 'fast-check';

import { defineResource, listResources } from '../../src/definition/define-resource';
import { createClient } from '../../src/testing/client';
import type { Answer } from '../../src/testing/ask';
import { resources } from '../library/src/resources/index';
import { CLIENTS, race, statuses } from '../setup/race';
import { aBook } from '../setup/samples';
import { runs } from '../setup/runs';
import { useTable } from '../../src/testing/table';

const accounts = defineResource({
  name: 'accounts',
  description: 'Two unique attributes, one of them a number.',
  schema: {
    handle: { type: String, maxLength: 2000, unique: true, set: (handle: string) => handle.trim().toLowerCase() },
    number: { type: Number, unique: true },
    note: String,
  },
});

useTable();
const ask = createClient({ resources });
const askAccounts = createClient({ resources: listResources(accounts) });

let last = 9780000000000;
/** An ISBN that no other test has. */
function isbn(): string {
  return String(last++);
}

async function makeBook(id: string, attributes: Record<string, unknown>): Promise<Answer> {
  return ask(`PUT /books/${id}`, { body: aBook(attributes) });
}

/** Whether an item can take a value. */
async function isFree(value: string): Promise<boolean> {
  const made = await ask('POST /books', { body: aBook({ isbn: value }) });
  if (made.status === 201) {
    await ask(`DELETE /books/${made.body.id}`);
  }
  return made.status === 201;
}

function expectTaken({ status, body, headers }: Answer, place = '#/isbn'): void {
  expect(status).toBe(409);
  expect(headers['content-type']).toBe('application/problem+json');
  expect(body).toMatchObject({
    type: '/docs#conflict',
    errors: [{ pointer: place, detail: expect.stringContaining(place.split('/').at(-1)!) }],
  });
}

describe('the second writer of a value', () => {
  test.each<[string, (value: string) => Promise<Answer>]>([
    ['POST', (value) => ask('POST /books', { body: aBook({ isbn: value }) })],
    ['PUT that creates', (value) => makeBook(`new-${value}`, { isbn: value })],
    [
      'PUT that replaces',
      async (value) => {
        await makeBook(`old-${value}`, {});
        return makeBook(`old-${value}`, { isbn: value });
      },
    ],
    [
      'merge patch',
      async (value) => {
        await makeBook(`old-${value}`, { isbn: isbn() });
        return ask(`PATCH /books/old-${value}`, { body: { isbn: value } });
      },
    ],
    [
      'JSON Patch',
      async (value) => {
        await makeBook(`old-${value}`, {});
        return ask(`PATCH /books/old-${value}`, {
          body: [{ op: 'add', path: '/isbn', value }],
          headers: { 'Content-Type': 'application/json-patch+json' },
        });
      },
    ],
  ])('by %s is refused, and the attribute named', async (_, write) => {
    const value = isbn();
    const first = (await makeBook(`first-${value}`, { isbn: value })).body;
    expectTaken(await write(value));
    expect((await ask(`GET /books/first-${value}`)).body).toEqual(first);
    for (const id of [`new-${value}`, `old-${value}`]) {
      expect((await ask(`GET /books/${id}`)).body.isbn).not.toBe(value);
    }
  });

  test('is told of both attributes that are taken', async () => {
    await askAccounts('POST /accounts', { body: { handle: 'both-a' } });
    await askAccounts('POST /accounts', { body: { number: 1 } });
    const { status, body } = await askAccounts('POST /accounts', { body: { handle: 'both-a', number: 1 } });
    expect(status).toBe(409);
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual(['#/handle', '#/number']);
  });

  test('of a refused item can have its other values', async () => {
    await askAccounts('POST /accounts', { body: { number: 2 } });
    expect((await askAccounts('POST /accounts', { body: { handle: 'left', number: 2 } })).status).toBe(409);
    expect((await askAccounts('POST /accounts', { body: { handle: 'left', number: 3 } })).status).toBe(201);
  });
});

test('an item keeps its own value when it is written again', async () => {
  const value = isbn();
  await makeBook('own', { isbn: value });
  expect((await makeBook('own', { isbn: value, pages: 2 })).status).toBe(200);
  expect((await ask('PATCH /books/own', { body: { isbn: value, pages: 3 } })).status).toBe(200);
});

test('values are compared as set makes them', async () => {
  const member = { name: 'Ann', email: 'Ann@Example.com' };
  expect((await ask('POST /members', { body: member })).body.email).toBe('ann@example.com');
  expectTaken(await ask('POST /members', { body: { name: 'Bo', email: 'ANN@example.COM' } }), '#/email');
  expect((await askAccounts('POST /accounts', { body: { handle: ' Trimmed ' } })).status).toBe(201);
  expectTaken(await askAccounts('POST /accounts', { body: { handle: 'TRIMMED' } }), '#/handle');
});

test("items without a value do not stand in each other's way", async () => {
  expect(statuses(await race(() => ask('POST /books', { body: aBook() }), 5))).toEqual({ 201: 5 });
});

test('a value as long as an attribute may be is unique too', async () => {
  const handle = 'x'.repeat(2000);
  expect((await askAccounts('POST /accounts', { body: { handle } })).status).toBe(201);
  expectTaken(await askAccounts('POST /accounts', { body: { handle } }), '#/handle');
});

test('a number is unique by its value, also where DynamoDB writes it otherwise than JavaScript', async () => {
  for (const number of [1e21, 1e-7, 123456789012345, -0.5, 1e125]) {
    const {
      body: { id },
    } = await askAccounts('POST /accounts', { body: { number } });
    expect((await askAccounts(`PUT /accounts/${id}`, { body: { number, note: 'again' } })).status).toBe(200);
    expectTaken(await askAccounts('POST /accounts', { body: { number } }), '#/number');
    expect((await askAccounts(`DELETE /accounts/${id}`)).status).toBe(204);
    expect((await askAccounts('POST /accounts', { body: { number } })).status).toBe(201);
  }
});

test('the text "1" and the number 1, or one text in two attributes, are two values', async () => {
  expect((await askAccounts('POST /accounts', { body: { handle: '77', number: 77 } })).status).toBe(201);
});

describe('a value is free again', () => {
  test.each<[string, (id: string) => Promise<Answer>]>([
    ['PUT of another', (id) => makeBook(id, { isbn: isbn() })],
    ['PUT without it', (id) => makeBook(id, {})],
    ['PATCH to another', (id) => ask(`PATCH /books/${id}`, { body: { isbn: isbn() } })],
    ['PATCH that removes it', (id) => ask(`PATCH /books/${id}`, { body: { isbn: null } })],
    ['DELETE', (id) => ask(`DELETE /books/${id}`)],
  ])('after %s', async (_, write) => {
    const value = isbn();
    await makeBook(`holder-${value}`, { isbn: value });
    expect(await isFree(value)).toBe(false);
    expect((await write(`holder-${value}`)).status).toBeLessThan(300);
    expect(await isFree(value)).toBe(true);
  });

  test('only after a write that is done: a refused one frees nothing', async () => {
    const [a, b] = [isbn(), isbn()];
    await makeBook('refused-a', { isbn: a });
    await makeBook('refused-b', { isbn: b });
    expect((await makeBook('refused-a', { isbn: b })).status).toBe(409);
    expect(
      (await ask('PATCH /books/refused-a', { body: { isbn: isbn() }, headers: { 'If-Match': '"9"' } })).status,
    ).toBe(412);
    expect((await ask('DELETE /books/refused-a', { headers: { 'If-Match': '"9"' } })).status).toBe(412);
    expect([await isFree(a), await isFree(b)]).toEqual([false, false]);
  });
});

describe('in one request', () => {
  test('an array that repeats a value in itself is refused, and the second place named', async () => {
    const value = isbn();
    expectTaken(
      await ask('POST /books', { body: [aBook({ isbn: value }), aBook(), aBook({ isbn: value })] }),
      '#/2/isbn',
    );
    expect(await isFree(value)).toBe(true);
  });

  test('an array of which one value is taken makes none', async () => {
    const [free, taken] = [isbn(), isbn()];
    await makeBook('array-holder', { isbn: taken });
    expectTaken(await ask('POST /books', { body: [aBook({ isbn: free }), aBook({ isbn: taken })] }), '#/1/isbn');
    expect(await isFree(free)).toBe(true);
  });

  test('two items swap their values in a transaction', async () => {
    const [a, b] = [isbn(), isbn()];
    await makeBook('swap-a', { isbn: a });
    await makeBook('swap-b', { isbn: b });
    const operations = [
      { method: 'PATCH', path: '/books/swap-a', body: { isbn: b } },
      { method: 'PATCH', path: '/books/swap-b', body: { isbn: a } },
    ];
    expect((await ask('POST /transactions', { body: { operations } })).status).toBe(200);
    expect([(await ask('GET /books/swap-a')).body.isbn, (await ask('GET /books/swap-b')).body.isbn]).toEqual([b, a]);
    expect([await isFree(a), await isFree(b)]).toEqual([false, false]);
    await ask('DELETE /books/swap-a');
    expect([await isFree(a), await isFree(b)]).toEqual([false, true]);
  });

  test('a value passes from an item that is deleted to one that is made', async () => {
    const value = isbn();
    await makeBook('former', { isbn: value });
    const operations = [
      { method: 'POST', path: '/books', body: aBook({ isbn: value }) },
      { method: 'DELETE', path: '/books/former' },
    ];
    expect((await ask('POST /transactions', { body: { operations } })).status).toBe(200);
    expect(await isFree(value)).toBe(false);
  });

  test('two operations that take one value are refused, and the second named', async () => {
    const value = isbn();
    const operations = [
      { method: 'POST', path: '/books', body: aBook({ isbn: value }) },
      { method: 'PUT', path: '/books/twice', body: aBook({ isbn: value }) },
    ];
    const { status, body } = await ask('POST /transactions', { body: { operations } });
    expect([status, body.errors.map(({ pointer }: { pointer: string }) => pointer)]).toEqual([409, ['#/operations/1']]);
    expect(await isFree(value)).toBe(true);
  });
});

describe(`of ${CLIENTS} clients at once`, () => {
  test('that create an item with one value, exactly one does', async () => {
    const value = isbn();
    const answers = await race((number) =>
      number % 2 === 0
        ? ask('POST /books', { body: aBook({ isbn: value }) })
        : makeBook(`racer-${number}`, { isbn: value }),
    );
    expect(statuses(answers)).toEqual({ 201: 1, 409: CLIENTS - 1 });
    answers.filter(({ status }) => status === 409).forEach((answer) => expectTaken(answer));
  });

  test('that give their items one value, exactly one does, and the others keep theirs', async () => {
    const value = isbn();
    const own = await Promise.all(
      Array.from(
        { length: CLIENTS },
        async (_, number) => (await makeBook(`runner-${number}`, { isbn: isbn() })).body.isbn as string,
      ),
    );
    const answers = await race((number) => ask(`PATCH /books/runner-${number}`, { body: { isbn: value } }));
    expect(statuses(answers)).toEqual({ 200: 1, 409: CLIENTS - 1 });
    const winner = answers.findIndex(({ status }) => status === 200);
    expect(await isFree(own[winner]!)).toBe(true);
    expect(await isFree(own[(winner + 1) % CLIENTS]!)).toBe(false);
  });

  test('where the holder is deleted meanwhile, at most one creates, and the value is taken exactly if one did', async () => {
    for (let round = 0; round < runs(5); round++) {
      const value = isbn();
      await makeBook('leaving', { isbn: value });
      const [deletion, answers] = await Promise.all([
        ask('DELETE /books/leaving'),
        race(() => ask('POST /books', { body: aBook({ isbn: value }) }), 10),
      ]);
      expect(deletion.status).toBe(204);
      const made = statuses(answers)[201] ?? 0;
      expect(made).toBeLessThanOrEqual(1);
      expect(statuses(answers)[409]).toBe(10 - made);
      expect(await isFree(value)).toBe(made === 0);
    }
  });
});

test('after random histories every value that an item has is taken, once, and every other is free', async () => {
  const HANDLES = ['r1', 'r2', 'r3', 'r4'];
  const IDS = ['i1', 'i2', 'i3'];
  const step = fc.record({
    id: fc.constantFrom(...IDS),
    kind: fc.constantFrom('PUT', 'PATCH', 'DELETE', 'swap'),
    handle: fc.option(fc.constantFrom(...HANDLES)),
    other: fc.constantFrom(...IDS),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 }),
      async (rounds) => {
        for (const round of rounds) {
          const answers = await Promise.all(
            round.map(({ id, kind, handle, other }) => {
              const body = handle === null ? {} : { handle };
              return kind === 'swap'
                ? askAccounts('POST /transactions', {
                    body: {
                      operations: [
                        { method: 'PATCH', path: `/accounts/${id}`, body: { handle } },
                        ...(other === id ? [] : [{ method: 'DELETE', path: `/accounts/${other}` }]),
                      ],
                    },
                  })
                : askAccounts(
                    `${kind} /accounts/${id}`,
                    kind === 'DELETE' ? {} : { body: kind === 'PATCH' ? { handle } : body },
                  );
            }),
          );
          expect(answers.every(({ status }) => status < 300 || status === 404 || status === 409)).toBe(true);
        }
        const held = (await Promise.all(IDS.map((id) => askAccounts(`GET /accounts/${id}`)))).flatMap(({ body }) =>
          body.handle === undefined ? [] : [body.handle as string],
        );
        expect(new Set(held).size).toBe(held.length);
        for (const handle of HANDLES) {
          const { status, body } = await askAccounts('POST /accounts', { body: { handle } });
          expect([handle, status]).toEqual([handle, held.includes(handle) ? 409 : 201]);
          if (status === 201) {
            await askAccounts(`DELETE /accounts/${body.id}`);
          }
        }
      },
    ),
    { numRuns: runs(8) },
  );
});
