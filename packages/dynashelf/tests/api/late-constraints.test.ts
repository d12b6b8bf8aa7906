// `unique` and `references` declared on a table with data: refused, not kept in part, until the migration has made them
// hold.

import { connect } from '#connect';

import type { Answer as ActionAnswer } from '../../src/definition/action';
import type { Resource } from '../../src/definition/resource';
import { defineResource, listResources } from '../../src/definition/define-resource';
import { establishConstraints } from '../../src/store/migrate/establish-constraints';
import type { Send } from '../../src/store/client/send';
import { createClient, type Client } from '../../src/testing/client';
import { brokenRules } from '../setup/invariants';
import { killAtEachRequest } from '../setup/kill';
import { scanTable } from '../setup/scan';
import { tableName, useTable } from '../../src/testing/table';

useTable();

/** Shelves, and boxes that may refer to them and to one another: each word declared or not. */
function declare({ unique = false, references = false, parent = false }): ReturnType<typeof listResources> {
  const shelves = defineResource({ name: 'shelves', description: 'Shelves.', schema: { title: String } });
  const boxes = defineResource({
    name: 'boxes',
    description: 'Boxes.',
    schema: {
      code: { type: String, maxLength: 50, ...(unique && { unique: true }) },
      shelf: { type: String, ...(references && { references: 'shelves' }) },
      other: { type: String, ...(parent && { references: 'shelves' }) },
      note: String,
    },
  });
  return listResources(shelves, boxes);
}

const before = declare({});
const all = declare({ unique: true, references: true });

async function establish(
  resources: typeof before,
  send: Send = connect(),
): Promise<Awaited<ReturnType<typeof establishConstraints>>> {
  return establishConstraints(send, tableName(), resources, 0);
}

async function clean(): Promise<void> {
  const ask = createClient({ resources: before });
  for (const collection of ['boxes', 'shelves']) {
    for (const { id } of (await ask(`GET /${collection}?limit=100`)).body.items as { id: string }[]) {
      await ask(`DELETE /${collection}/${id}`);
    }
  }
}

async function old(): Promise<void> {
  const ask = createClient({ resources: before });
  await ask('PUT /shelves/s', { body: {} });
  await ask('PUT /shelves/free', { body: {} });
  await ask('PUT /boxes/a', { body: { code: 'x', shelf: 's' } });
  await ask('PUT /boxes/b', { body: { code: 'y', shelf: 's' } });
}

function expectRefused({ status, body, headers }: Awaited<ReturnType<Client>>): void {
  expect(status).toBe(503);
  expect(body.detail).toMatch(/has to run "npm run rekey" once/);
  expect(headers['retry-after']).toMatch(/^\d+$/);
}

beforeAll(() =>
  jest.useFakeTimers({
    doNotFake: ['setTimeout', 'setInterval', 'setImmediate', 'nextTick', 'queueMicrotask', 'performance'],
  }),
);
afterAll(() => jest.useRealTimers());

/** Lets a process forget what it believes of the constraints. */
function later(): void {
  jest.setSystemTime(Date.now() + 60_000);
}

test('on a table without items they hold from the first write on, without a migration', async () => {
  const ask = createClient({ resources: declare({ unique: true, references: true }) });
  expect((await ask('PUT /shelves/s', { body: {} })).status).toBe(201);
  expect((await ask('PUT /boxes/a', { body: { code: 'x', shelf: 's' } })).status).toBe(201);
  expect((await ask('POST /boxes', { body: { code: 'x' } })).status).toBe(409);
  expect((await ask('DELETE /shelves/s')).status).toBe(409);
  expect(await establish(all)).toEqual([]);
  await ask('DELETE /boxes/a');
  await ask('DELETE /shelves/s');
});

describe('on a table with items', () => {
  const ask = createClient({ resources: all });
  const undeclared = createClient({ resources: before });

  beforeAll(async () => {
    // A process that does not know the words notes that nobody keeps them any more.
    await undeclared('PUT /shelves/s', { body: {} });
    await old();
    const { forget } = { forget: createClient({ resources: declare({ parent: true }) }) };
    await forget('PUT /boxes/forget', { body: { other: 's' } });
    await undeclared('DELETE /boxes/forget');
    later();
  });

  test('what relies on them is 503 and says what to do; everything else is done', async () => {
    expectRefused(await ask('POST /boxes', { body: { code: 'x' } }));
    expectRefused(await ask('PATCH /boxes/a', { body: { code: 'z' } }));
    expectRefused(await ask('PATCH /boxes/a', { body: { shelf: null } }));
    expectRefused(await ask('DELETE /boxes/a'));
    expectRefused(await ask('DELETE /shelves/s'));
    expectRefused(
      await ask('POST /transactions', { body: { operations: [{ method: 'DELETE', path: '/shelves/free' }] } }),
    );
    expect((await ask('PATCH /boxes/a', { body: { note: 'n' } })).status).toBe(200);
    expect((await ask('POST /boxes', { body: { note: 'n' } })).status).toBe(201);
    expect((await ask('GET /boxes/a')).body).toMatchObject({ code: 'x', shelf: 's' });
  });

  test('duplicates and references that lead nowhere are named, and the constraint does not hold until there are none', async () => {
    await undeclared('PUT /boxes/twin', { body: { code: 'y', shelf: 'none' } });
    const done = await establish(all);
    expect(done.map(({ constraint, obstacles }) => [constraint, obstacles])).toEqual([
      ['boxes: unique code', [expect.stringMatching(/^boxes\/(b|twin) and boxes\/(b|twin) have the same "code"/)]],
      [
        'boxes: references shelf shelves',
        ['boxes/twin refers to "none" of shelves, which does not exist: make it, or clear the reference.'],
      ],
    ]);
    later();
    expectRefused(await ask('POST /boxes', { body: { code: 'new' } }));
    await undeclared('DELETE /boxes/twin');
  });

  test('a migration that is killed at any request and run again makes them hold, exactly', async () => {
    await killAtEachRequest((send) => establish(all, send));
    expect(await establish(all)).toEqual([]);
    later();
    expect((await ask('POST /boxes', { body: { code: 'x' } })).status).toBe(409);
    expect((await ask('PUT /boxes/c', { body: { code: 'z', shelf: 's' } })).status).toBe(201);
    expect((await ask('DELETE /boxes/a')).status).toBe(204);
    expect((await ask('DELETE /shelves/s')).status).toBe(409);
    expect((await ask('DELETE /shelves/free')).status).toBe(204);
    expect(await brokenRules(all, await scanTable(tableName()))).toEqual([]);
  });

  test('taken back and declared again, they hold only after another migration', async () => {
    const without = createClient({ resources: declare({ parent: true }) });
    await without('PUT /shelves/t', { body: {} });
    // Asking for a constraint of its own, it notes that the others are kept no more.
    expectRefused(await without('PUT /boxes/d', { body: { other: 't' } }));
    expect((await without('PUT /boxes/d', { body: { code: 'x', shelf: 't' } })).status).toBe(201);
    later();
    expectRefused(await ask('DELETE /shelves/t'));
    expectRefused(await ask('POST /boxes', { body: { code: 'x' } }));
    await establish(all);
    later();
    expect((await ask('DELETE /shelves/t')).status).toBe(409);
    expect((await ask('POST /boxes', { body: { code: 'x' } })).status).toBe(409);
    expect(await brokenRules(all, await scanTable(tableName()))).toEqual([]);
    await clean().catch(() => undefined);
  });
});

test('constraints that were declared from the beginning hold, also where the first items do not have their attributes', async () => {
  const firsts = defineResource({
    name: 'firsts',
    description: 'Firsts.',
    schema: { code: { type: String, maxLength: 50, unique: true }, of: { type: String, references: 'seconds' } },
  });
  const seconds = defineResource({
    name: 'seconds',
    description: 'Seconds.',
    schema: { first: { type: String, references: 'firsts' } },
  });
  const resources = listResources(firsts, seconds);
  // Each client is a process that knows nothing of what the other has asked.
  await createClient({ resources })('POST /firsts', { body: {} });
  await createClient({ resources })('POST /seconds', { body: [{}, {}] });
  const ask = createClient({ resources });
  const second = (await ask('POST /seconds', { body: {} })).body.id as string;
  expect((await ask('POST /firsts', { body: { code: 'a', of: second } })).status).toBe(201);
  expect((await ask('POST /firsts', { body: { code: 'a' } })).status).toBe(409);
  expect((await ask(`DELETE /seconds/${second}`)).status).toBe(409);
});

test('a migration that is held up while a later one makes the same constraints writes nothing more, and says so', async () => {
  const racks = defineResource({ name: 'racks', description: 'Racks.', schema: { title: String } });
  const crates = (isLate: boolean): Resource =>
    defineResource({
      name: 'crates',
      description: 'Crates.',
      schema: {
        code: { type: String, maxLength: 50, ...(isLate && { unique: true }) },
        rack: { type: String, ...(isLate && { references: 'racks' }) },
      },
    });
  const former = createClient({ resources: listResources(racks, crates(false)) });
  await former('PUT /racks/s', { body: {} });
  await former('PUT /crates/a', { body: { code: 'x', rack: 's' } });
  await former('PUT /crates/b', { body: { code: 'y', rack: 's' } });
  const resources = listResources(racks, crates(true));
  const send = connect();
  let [noteHeld, go] = [(): void => undefined, (): void => undefined];
  const isHeld = new Promise<void>((resolve) => {
    noteHeld = resolve;
  });
  const mayGo = new Promise<void>((resolve) => {
    go = resolve;
  });
  const slow: Send = async (operation, input, options) => {
    const output = await send(operation, input, options);
    if (operation === 'Query' && JSON.stringify(input).includes('"crates"')) {
      noteHeld();
      await mayGo;
    }
    return output;
  };
  const first = establish(resources, slow).catch((error: unknown) => (error as Error).message);
  await isHeld;
  await establish(resources);
  const ask = createClient({ resources });
  expect((await ask('PUT /crates/c', { body: { rack: 's', code: 'z' } })).status).toBe(201);
  expect((await ask('PATCH /crates/a', { body: { code: 'w' } })).status).toBe(200);
  go();
  expect(await first).toMatch(/Another run of this migration has begun meanwhile/);
  const records = await scanTable(tableName());
  expect(
    await brokenRules(
      resources,
      records.filter(({ pk }) => !/^#unique#(?!crates#)/.test(pk?.S ?? '')),
    ),
  ).toEqual([]);
});

test('a migration that saw them missing just before a later one made them hold takes them back before it makes them anew', async () => {
  const poles = defineResource({ name: 'poles', description: 'Poles.', schema: { title: String } });
  const flags = (isLate: boolean): Resource =>
    defineResource({
      name: 'flags',
      description: 'Flags.',
      schema: {
        code: { type: String, maxLength: 50, ...(isLate && { unique: true }) },
        pole: { type: String, ...(isLate && { references: 'poles' }) },
      },
    });
  const former = createClient({ resources: listResources(poles, flags(false)) });
  await former('PUT /poles/p', { body: {} });
  await former('PUT /flags/a', { body: { code: 'x', pole: 'p' } });
  const resources = listResources(poles, flags(true));
  const ask = createClient({ resources });
  const send = connect();
  let layouts = 0;
  const answers: Awaited<ReturnType<Client>>[] = [];
  const earlier: Send = async (operation, input, options) => {
    const output = await send(operation, input, options);
    const text = JSON.stringify(input);
    if (operation === 'Query' && text.includes('#layout') && layouts++ === 0) {
      await establish(resources);
    }
    if (operation === 'Query' && text.includes('"flags"')) {
      later();
      // The values first, which hold when the references are counted.
      answers.push(
        ...(answers.length === 0 ? [await ask('PATCH /flags/a', { body: { code: 'v' } })] : []),
        await ask('POST /flags', { body: { pole: 'p' } }),
      );
    }
    return output;
  };
  await establish(resources, earlier);
  expect(answers).toHaveLength(3);
  answers.forEach(expectRefused);
  const records = await scanTable(tableName());
  const ofFlags = records.filter(({ pk }) => !/^#unique#(?!flags#)/.test(pk?.S ?? ''));
  expect(await brokenRules(resources, ofFlags)).toEqual([]);
  later();
  expect((await ask('PATCH /flags/a', { body: { code: 'w' } })).status).toBe(200);
});

describe('files without any constraint, which came after others, note before their first write that nobody keeps those any more', () => {
  const plain: Resource = defineResource({
    name: 'cups',
    description: 'Cups.',
    schema: { code: { type: String, maxLength: 50 }, tray: String, note: String },
    actions: (action) => ({
      mark: action({
        description: 'Marks a cup.',
        body: {},
        run: ({ item, transaction }): Promise<ActionAnswer> => transaction.update(plain, item.id, { note: 'marked' }),
      }),
    }),
  });
  const kept = defineResource({
    name: 'cups',
    description: 'Cups.',
    schema: {
      code: { type: String, maxLength: 50, unique: true },
      tray: { type: String, references: 'trays' },
      note: String,
    },
  });
  const trays = defineResource({ name: 'trays', description: 'Trays.', schema: { title: String } });
  const others = defineResource({ name: 'others', description: 'Others.', schema: { title: String } });
  const resources = listResources(kept, trays);
  let codes = 0;

  test.each([
    ['POST', 'POST /cups', { code: 'a' }],
    ['POST of several', 'POST /cups', [{ code: 'a' }]],
    ['PUT', 'PUT /cups/new', { code: 'a' }],
    ['PATCH', 'PATCH /cups/first', { note: 'n' }],
    ['JSON Patch', 'PATCH /cups/first', [{ op: 'add', path: '/note', value: 'n' }]],
    ['DELETE of what is referred to', 'DELETE /trays/t', undefined],
    ['action', 'POST /cups/first/mark', {}],
    [
      'transaction',
      'POST /transactions',
      { operations: [{ method: 'PATCH', path: '/cups/first', body: { note: 'n' } }] },
    ],
  ])('where that is a %s', async (_what, line, body) => {
    await establish(resources);
    later();
    const before = createClient({ resources });
    await before('PUT /trays/t', { body: {} });
    expect((await before('PUT /cups/first', { body: { code: `f${codes++}`, tray: 't' } })).status).toBeLessThan(300);
    const headers =
      Array.isArray(body) && line.startsWith('PATCH') ? { 'Content-Type': 'application/json-patch+json' } : {};
    const without = createClient({ resources: listResources(plain, trays) });
    expect((await without(line, { headers, ...(body !== undefined && { body }) })).status).toBeLessThan(300);
    const again = createClient({ resources });
    expectRefused(await again('POST /cups', { body: { code: 'b' } }));
    expectRefused(await again('PATCH /cups/first', { body: { tray: null } }));
    for (const { id } of (await without('GET /cups')).body.items as { id: string }[]) {
      await without(`DELETE /cups/${id}`);
    }
  });

  test('and the values that their writes ended are free when they are declared again and the migration has run', async () => {
    await establish(resources);
    later();
    const before = createClient({ resources });
    for (const id of ['gone', 'changed', 'kept']) {
      expect((await before(`PUT /cups/${id}`, { body: { code: id } })).status).toBe(201);
    }
    const without = createClient({ resources: listResources(plain, trays) });
    await without('DELETE /cups/gone');
    await without('PATCH /cups/changed', { body: { code: 'other' } });
    await establish(resources);
    later();
    const again = createClient({ resources });
    expect((await again('POST /cups', { body: { code: 'kept' } })).status).toBe(409);
    expect((await again('POST /cups', { body: { code: 'other' } })).status).toBe(409);
    const made = await again('POST /cups', { body: [{ code: 'gone' }, { code: 'changed' }] });
    expect(made.status).toBe(201);
    for (const id of ['changed', 'kept', ...(made.body.items as { id: string }[]).map((item) => item.id)]) {
      expect((await again(`DELETE /cups/${id}`)).status).toBe(204);
    }
  });

  test('where a collection with references is served no more: its unique values stay unique, what it refers to may go', async () => {
    await establish(resources);
    later();
    const before = createClient({ resources });
    await before('PUT /trays/t', { body: {} });
    expect((await before('PUT /cups/first', { body: { code: 'f', tray: 't' } })).status).toBe(201);
    await createClient({ resources: listResources(trays) })('DELETE /trays/t');
    const again = createClient({ resources });
    expect((await again('POST /cups', { body: { code: 'f' } })).status).toBe(409);
    expectRefused(await again('POST /cups', { body: { tray: 't' } }));
    await createClient({ resources: listResources(plain, trays) })('DELETE /cups/first');
  });

  test('not again with the next ones, and not with a request that writes nothing', async () => {
    const asked: string[] = [];
    const send = connect();
    await createClient({ resources: listResources(others) })('PUT /others/a', { body: {} });
    const ask = createClient({
      resources: listResources(others),
      send: async (operation, input, options) => (asked.push(operation), send(operation, input, options)),
    });
    await ask('POST /others', { body: { title: 1 } });
    await ask('POST /others', { body: { title: 'a' } });
    await ask('PUT /others/b', { body: { title: 'b' } });
    await ask('DELETE /others/b');
    expect(asked).toEqual(['Query', 'PutItem', 'UpdateItem', 'DeleteItem']);
  });
});
