// `acyclic`: no item of a tree is ever above itself, whichever way it is moved, and however many move at once.

import { connect } from '#connect';

import { defineResource, listResources } from '../../src/definition/define-resource';
import { establishConstraints } from '../../src/store/migrate/establish-constraints';
import { MOST_ABOVE } from '../../src/transaction/trees';
import { createClient } from '../../src/testing/client';
import type { Answer } from '../../src/testing/ask';
import { tableName, useTable } from '../../src/testing/table';
import { tree } from '../setup/categories';
import { brokenRules } from '../setup/invariants';
import { useProxy } from '../setup/proxied';
import { CLIENTS, race, statuses } from '../setup/race';
import { scanTable } from '../setup/scan';
import { seeded } from '../setup/seeded';

useTable();
const database = useProxy({ resources: tree });
const ask: typeof database.ask = (...sent) => database.ask(...sent);

let number = 0;

/** Makes a chain, the first of which is at the top. */
async function chain(length: number): Promise<string[]> {
  const prefix = `c${number++}`;
  const ids = Array.from({ length }, (_, index) => `${prefix}-${index}`);
  for (const [index, id] of ids.entries()) {
    const body = index === 0 ? {} : { parent: ids[index - 1] };
    expect((await ask(`PUT /categories/${id}`, { body })).status).toBe(201);
  }
  return ids;
}

const parentOf = async (id: string): Promise<unknown> => (await ask(`GET /categories/${id}`)).body.parent;
const move = (id: string, parent: string | null): Promise<Answer> =>
  ask(`PATCH /categories/${id}`, { body: { parent } });
const transact = (...operations: object[]): Promise<Answer> => ask('POST /transactions', { body: { operations } });
const patch = (id: string, body: object): object => ({ method: 'PATCH', path: `/categories/${id}`, body });

afterEach(async () => {
  expect(await brokenRules(tree, await scanTable(tableName()))).toEqual([]);
});

const BELOW = '"parent" refers to an item that is below this one: name one that is not.';
const ITSELF = '"parent" refers to the item itself: name another item, or leave it out.';

test.each<[string, (id: string, parent: string) => Promise<Answer>, string]>([
  ['a merge patch', move, '#/parent'],
  [
    'a JSON Patch',
    (id, value) =>
      ask(`PATCH /categories/${id}`, {
        body: [{ op: 'add', path: '/parent', value }],
        headers: { 'Content-Type': 'application/json-patch+json' },
      }),
    '#/parent',
  ],
  ['PUT', (id, parent) => ask(`PUT /categories/${id}`, { body: { parent } }), '#/parent'],
  [
    'a transaction',
    (id, parent) => transact({ method: 'POST', path: '/categories', body: {} }, patch(id, { parent })),
    '#/operations/1',
  ],
  ['an action', (id, parent) => ask(`POST /categories/${id}/move`, { body: { through: [parent] } }), '#'],
])(
  'by %s an item goes below another, and neither below itself nor below what is below it',
  async (_, write, pointer) => {
    const [top, middle, end] = (await chain(3)) as [string, string, string];
    const [elsewhere] = (await chain(1)) as [string];
    for (const [id, parent, detail] of [
      [top, end, BELOW],
      [top, middle, BELOW],
      [middle, middle, ITSELF],
      [top, top, ITSELF],
    ] as const) {
      const { status, body } = await write(id, parent);
      expect([status, body.type]).toEqual([409, '/docs#conflict']);
      expect(body.errors).toEqual([{ detail: expect.stringContaining(detail) as string, pointer }]);
    }
    expect((await write(end, elsewhere)).status).toBe(200);
    expect((await write(top, elsewhere)).status).toBe(200);
    expect((await write(top, end)).status).toBe(200);
    expect(await parentOf(top)).toBe(end);
  },
);

test('a new item is never below itself', async () => {
  const [top] = (await chain(1)) as [string];
  expect((await ask('POST /categories', { body: { parent: top } })).status).toBe(201);
  expect((await ask('PUT /categories/own', { body: { parent: 'own' } })).body.detail).toBe(ITSELF);
  const { status, body } = await transact(
    { method: 'PUT', path: '/categories/x', body: { parent: 'y' } },
    { method: 'PUT', path: '/categories/y', body: { parent: 'z' } },
    { method: 'PUT', path: '/categories/z', body: { parent: 'x' } },
  );
  expect([status, body.errors.length]).toEqual([409, 3]);
});

test('in a transaction counts how it leaves the tree', async () => {
  const [a, b, c] = (await chain(3)) as [string, string, string];
  expect((await transact(patch(a, { parent: c }), patch(b, { parent: null }))).status).toBe(200);
  expect([await parentOf(a), await parentOf(b), await parentOf(c)]).toEqual([c, undefined, b]);
  expect((await transact(patch(b, { parent: a }), patch(c, { parent: null }))).status).toBe(200);
  expect((await transact(patch(c, { parent: b }), patch(a, { title: 'x' }))).status).toBe(409);
  const [d, e] = [(await chain(1))[0]!, (await chain(1))[0]!];
  expect((await transact(patch(d, { parent: e }), patch(e, { parent: d }))).status).toBe(409);
  expect((await ask(`POST /categories/${d}/move`, { body: { through: [d, e] } })).status).toBe(200);
});

test('each attribute makes a tree of its own', async () => {
  const [top, end] = (await chain(2)) as [string, string];
  expect((await ask(`PATCH /categories/${top}`, { body: { other: end } })).status).toBe(200);
  const { body } = await ask(`PATCH /categories/${end}`, { body: { other: top } });
  expect(body.errors).toEqual([expect.objectContaining({ pointer: '#/other' })]);
});

test('an item can be moved below as many others as are bounded, and not further down', async () => {
  const ids = await chain(MOST_ABOVE + 1);
  const [mover] = (await chain(1)) as [string];
  expect((await move(mover, ids[MOST_ABOVE - 1]!)).status).toBe(200);
  expect((await move(mover, null)).status).toBe(200);
  const { status, body } = await move(mover, ids[MOST_ABOVE]!);
  expect([status, body.detail]).toEqual([
    409,
    `"parent" refers to an item with ${MOST_ABOVE} or more others above it, and an item can be moved below ${MOST_ABOVE} at most: name one that is further up.`,
  ]);
  expect((await ask('POST /categories', { body: { parent: ids[MOST_ABOVE] } })).status).toBe(201);
});

test('what it costs: one read and one condition for each item above the new place', async () => {
  const ids = await chain(4);
  const [mover, alone] = [(await chain(1))[0]!, (await chain(1))[0]!];
  const cost = async (line: string, body: object): Promise<string> => {
    database.proxy.clear();
    await ask(line, { body });
    return database.proxy.requests
      .map(({ operation, input }) => {
        const actions = ((input['TransactItems'] as object[] | undefined) ?? []).map((item) => Object.keys(item)[0]!);
        return `${operation}${actions.length === 0 ? '' : ` of ${actions.sort().join(', ')}`}`;
      })
      .join('; ');
  };
  expect(await cost(`PATCH /categories/${mover}`, { parent: ids[3] })).toBe(
    'GetItem; GetItem; GetItem; GetItem; GetItem; TransactWriteItems of ConditionCheck, ConditionCheck, ConditionCheck, Update, Update',
  );
  expect(await cost(`PATCH /categories/${mover}`, { title: 'x' })).toBe('UpdateItem');
  expect(await cost(`PATCH /categories/${mover}`, { parent: null })).toBe(
    'GetItem; TransactWriteItems of Update, Update',
  );
  expect(await cost('POST /categories', { parent: ids[3] })).toBe('TransactWriteItems of Put, Update');
  expect(await cost(`PATCH /categories/${ids[0]}`, { parent: ids[1] })).toBe('GetItem; GetItem; GetItem; GetItem');
  expect(await cost(`PATCH /categories/${alone}`, { parent: alone })).toBe('GetItem');
});

test('moves below more than a transaction holds are refused without reading on', async () => {
  const small = createClient({ resources: tree, transactionSize: 6 });
  const operations: object[] = [];
  for (let count = 0; count < 5; count++) {
    const [mover, chained] = [await chain(1), await chain(4)];
    operations.push(patch(mover[0]!, { parent: chained[3] }));
  }
  database.proxy.clear();
  const { status, body } = await small('POST /transactions', { body: { operations } });
  expect([status, body.detail]).toEqual([413, expect.stringContaining('a transaction holds 6: send fewer')]);
  // Two of the five ways up are more.
  expect(database.proxy.requests.map(({ operation }) => operation)).toEqual([
    'BatchGetItem',
    ...Array.from({ length: 8 }, () => 'GetItem'),
  ]);
});

describe('of clients at once', () => {
  test('who move two items below each other, one side wins', async () => {
    const [a, b] = [(await chain(1))[0]!, (await chain(1))[0]!];
    const answers = await race((client) => (client % 2 === 0 ? move(a, b) : move(b, a)));
    const isA = (await parentOf(a)) === b;
    expect(await parentOf(isA ? b : a)).toBeUndefined();
    expect(answers.map(({ status }) => status)).toEqual(
      answers.map((_, client) => ((client % 2 === 0) === isA ? 200 : 409)),
    );
  });

  test('who move the tops of chains below the ends of the next, all but one can', async () => {
    const chains = await Promise.all(Array.from({ length: 5 }, () => chain(6)));
    const answers = await Promise.all(
      chains.map(([top], index) => move(top!, chains[(index + 1) % chains.length]!.at(-1)!)),
    );
    expect(statuses(answers)).toEqual({ 200: chains.length - 1, 409: 1 });
  });

  test('who move anything anywhere leave a tree, and what was refused was so', async () => {
    const ids = await chain(8);
    const seed = Date.now() % 1_000_000;
    const random = seeded(seed);
    const answers: Answer[] = [];
    await Promise.all(
      Array.from({ length: CLIENTS }, async () => {
        for (let count = 0; count < 6; count++) {
          const [one, other] = [random.pick(ids), random.pick(ids)];
          answers.push(
            await (random.chance(0.2)
              ? transact(patch(one, { parent: other }), ...(one === other ? [] : [patch(other, { parent: null })]))
              : move(one, random.chance(0.2) ? null : other)),
          );
        }
      }),
    );
    expect([seed, answers.filter(({ status }) => ![200, 409].includes(status))]).toEqual([seed, []]);
    expect(answers.some(({ status }) => status === 200)).toBe(true);
  });
});

test('loops from before the declaration are named by the migration, are not entered, and can be taken apart', async () => {
  const before = defineResource({
    name: 'groups',
    description: 'Groups.',
    schema: { parent: { type: String, references: 'groups' } },
  });
  const late = defineResource({
    name: 'groups',
    description: 'Groups.',
    schema: { parent: { type: String, references: 'groups', acyclic: true } },
  });
  const former = createClient({ resources: listResources(before) });
  for (const id of ['a', 'b', 'c', 'd']) {
    await former(`PUT /groups/${id}`, { body: {} });
  }
  for (const [id, parent] of ['ab', 'bc', 'ca', 'da'].map((pair) => [...pair])) {
    expect((await former(`PATCH /groups/${id}`, { body: { parent } })).status).toBe(200);
  }
  const resources = listResources(late);
  const establish = () => establishConstraints(connect(), tableName(), resources, 0);
  const [found] = await establish();
  expect(found).toEqual({
    constraint: 'groups: acyclic parent',
    items: 4,
    obstacles: [
      'Items of groups refer to one another in a circle by "parent": a, b, c, a. Take the reference out of one of them.',
    ],
  });
  const now = createClient({ resources });
  await now('PUT /groups/e', { body: {} });
  const { status, body } = await now('PATCH /groups/e', { body: { parent: 'd' } });
  expect([status, body.detail]).toEqual([409, expect.stringContaining('below itself, since before')]);
  expect((await now('PATCH /groups/b', { body: { parent: null } })).status).toBe(200);
  expect((await now('PATCH /groups/e', { body: { parent: 'd' } })).status).toBe(200);
  expect((await establish())[0]!.obstacles).toEqual([]);
  expect(await establish()).toEqual([]);
});

test('the description says it', async () => {
  const { components } = (await ask('GET /openapi.json')).body;
  expect(JSON.stringify(components.schemas)).toContain('Never the item itself, or one that is below it.');
});
