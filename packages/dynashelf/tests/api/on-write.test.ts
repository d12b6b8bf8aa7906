// `onWrite` of a resource: called before every write of an item, by whatever way it comes, in the same transaction.
import type { AnyItem } from '../../src/definition/item';
import type { Answer as ActionAnswer, OnWriteInput } from '../../src/definition/action';
import { defineResource, listResources } from '../../src/definition/define-resource';
import { defineProblem, problem } from '../../src/definition/thrown';
import { createClient } from '../../src/testing/client';
import type { Answer } from '../../src/testing/ask';
import { useTable } from '../../src/testing/table';
import { CLIENTS, race, statuses } from '../setup/race';
import { ADA, RULES } from '../setup/rules';

type Write = OnWriteInput<{ owner: StringConstructor }>;
let calls: string[] = [];
/** What it does of a shelf: each test gives its own. */
let does: (write: Write & { before: AnyItem | undefined; after: AnyItem | undefined }) => Promise<void>;

const full = defineProblem({
  type: 'shelf-full',
  status: 409,
  title: 'Shelf full',
  description: 'It holds no more.',
  schema: { most: { type: Number, required: true } },
});
const unnamed = defineProblem({ type: 'unnamed', status: 409, title: 'Unnamed', description: 'Unnamed.' });

const logs = defineResource({
  name: 'logs',
  description: 'What was written.',
  schema: { shelf: String, text: { type: String, maxLength: 200 } },
});
const shelves = defineResource({
  name: 'shelves',
  description: 'Shelves.',
  schema: {
    name: { type: String, maxLength: 100 },
    room: { type: String, references: 'rooms', onDelete: 'cascade' },
    spare: { type: String, references: 'rooms2', onDelete: 'setNull' },
    slug: { type: String, readOnly: true },
    things: { type: Number, readOnly: true, default: 0, counts: { collection: 'things', attribute: 'shelf' } },
  },
  indexes: { byRoom: { partition: 'room' }, bySpare: { partition: 'spare' } },
  access: { create: 'authenticated', read: 'authenticated' },
  problems: [full],
  async onWrite({ before, after, caller, transaction }): Promise<void> {
    calls.push(`${before?.version ?? '-'}>${after?.version ?? '-'}`);
    await does({ before, after, caller, transaction });
  },
  actions: (action) => ({
    rename: action({
      description: 'Renames it.',
      body: { name: { type: String, required: true } },
      run: ({ item, body, transaction }): Promise<ActionAnswer> =>
        transaction.update(shelves, item.id, { name: body.name }),
    }),
  }),
});
const rooms = defineResource({ name: 'rooms', description: 'Rooms.', schema: { name: String } });
const rooms2 = defineResource({ name: 'rooms2', description: 'More rooms.', schema: { name: String } });
const things = defineResource({
  name: 'things',
  description: 'Things on shelves.',
  schema: { shelf: { type: String, references: 'shelves', onDelete: 'cascade' } },
  indexes: { byShelf: { partition: 'shelf' } },
});
const resources = listResources(logs, shelves, rooms, rooms2, things);

useTable();
const ask = createClient({ resources });
const askByRules = createClient({ resources, config: RULES });
const nothing = async (): Promise<void> => undefined;
const log = async ({ before, after, transaction }: Write): Promise<void> =>
  void (await transaction.create(logs, {
    shelf: (after ?? before)!.id,
    text: `${before?.version ?? '-'}>${after?.version ?? '-'}`,
  }));

beforeEach(() => {
  calls = [];
  does = nothing;
});

let made = 0;
async function shelf(body: object = {}): Promise<string> {
  const id = `shelf-${made++}`;
  const former = does;
  does = nothing;
  expect((await ask(`PUT /shelves/${id}`, { body })).status).toBe(201);
  does = former;
  calls = [];
  return id;
}
async function logsOf(id: string): Promise<string[]> {
  const { items } = (await ask('GET /logs?limit=100')).body as { items: { shelf: string; text: string }[] };
  return items.filter((one) => one.shelf === id).map(({ text }) => text);
}
const operations = (...all: object[]): Promise<Answer> => ask('POST /transactions', { body: { operations: all } });

describe('is called, with the item as it was and as it will be, and what it writes is written with it', () => {
  test.each<[string, (id: string) => Promise<Answer>, string]>([
    ['PUT that replaces', (id) => ask(`PUT /shelves/${id}`, { body: { name: 'a' } }), '1>2'],
    ['a plain PATCH', (id) => ask(`PATCH /shelves/${id}`, { body: { name: 'a' } }), '1>2'],
    [
      'a JSON Patch',
      (id) =>
        ask(`PATCH /shelves/${id}`, {
          body: [{ op: 'add', path: '/name', value: 'a' }],
          headers: { 'Content-Type': 'application/json-patch+json' },
        }),
      '1>2',
    ],
    ['an action', (id) => ask(`POST /shelves/${id}/rename`, { body: { name: 'a' } }), '1>2'],
    ['a transaction', (id) => operations({ method: 'PATCH', path: `/shelves/${id}`, body: { name: 'a' } }), '1>2'],
    ['a count that changes', (id) => ask('POST /things', { body: { shelf: id } }), '1>2'],
    ['DELETE', (id) => ask(`DELETE /shelves/${id}`), '1>-'],
  ])('by %s', async (_, write, text) => {
    const id = await shelf();
    does = log;
    const { status } = await write(id);
    expect([Math.floor(status / 100), await logsOf(id), calls]).toEqual([2, [text], [text]]);
  });

  test('by POST of one item, and of an array for each', async () => {
    does = log;
    const { body } = await ask('POST /shelves', { body: { name: 'a' } });
    const all = await ask('POST /shelves', { body: [{ name: 'a' }, { name: 'b' }] });
    expect([await logsOf(body.id), await logsOf(all.body.items[1].id)]).toEqual([['->1'], ['->1']]);
  });

  test('by a deletion that takes it along, or its reference', async () => {
    const room = (await ask('POST /rooms', { body: {} })).body.id as string;
    const spare = (await ask('POST /rooms2', { body: {} })).body.id as string;
    const [going, left] = [await shelf({ room }), await shelf({ spare })];
    does = log;
    expect((await ask(`DELETE /rooms/${room}`)).status).toBe(204);
    expect((await ask(`DELETE /rooms2/${spare}`)).status).toBe(204);
    expect([await logsOf(going), await logsOf(left)]).toEqual([['1>-'], ['1>2']]);
    expect((await ask(`GET /shelves/${left}`)).body).not.toHaveProperty('spare');
  });
});

test('it changes the item that is written, is called again with that, and the answer shows it', async () => {
  does = async ({ after, transaction }) => {
    if (after !== undefined) {
      await transaction.update(shelves, after.id, { slug: String(after['name']).toLowerCase() });
    }
  };
  const { status, body } = await ask('POST /shelves', { body: { name: 'ABC' } });
  expect([status, body]).toMatchObject([201, { name: 'ABC', slug: 'abc', version: 1 }]);
  expect(calls).toEqual(['->1', '->1']);
  expect((await ask(`GET /shelves/${body.id}`)).body).toEqual(body);
});

test('it sees what the request has written so far, and who asks', async () => {
  const id = await shelf();
  const seen: unknown[] = [];
  does = async ({ after, caller, transaction }) => {
    seen.push((await transaction.read(shelves, after!.id))!.name, caller.kind);
  };
  await ask(`PATCH /shelves/${id}`, { body: { name: 'new' } });
  expect(seen).toEqual(['new', 'open']);
  does = async ({ caller }) => void seen.push(caller.subject);
  await askByRules('POST /shelves', { body: {}, as: ADA });
  expect(seen.at(-1)).toBe('ada');
});

describe('a problem that it throws', () => {
  test('of an item that it changes afterwards counts no more: the last call of each decides', async () => {
    const [bad, other] = [await shelf({ name: 'a' }), await shelf({ name: 'b' })];
    does = async ({ after, transaction }) => {
      if (after!.id === other && after!['name'] === 'c') {
        await transaction.update(shelves, bad, { name: 'good' });
      }
      if (after!['name'] === 'bad') {
        throw problem('conflict', 'This name is bad: choose another.');
      }
    };
    const operations = [
      { method: 'PATCH', path: `/shelves/${bad}`, body: { name: 'bad' } },
      { method: 'PATCH', path: `/shelves/${other}`, body: { name: 'c' } },
    ];
    expect((await ask('POST /transactions', { body: { operations } })).status).toBe(200);
    expect((await ask(`GET /shelves/${bad}`)).body.name).toBe('good');
    // Where nothing changes it, it stays.
    expect((await ask('POST /transactions', { body: { operations: [operations[0]] } })).status).toBe(409);
    expect((await ask(`GET /shelves/${bad}`)).body.name).toBe('good');
  });

  test('refuses the write, and what it has written itself', async () => {
    const id = await shelf({ name: 'old' });
    does = async (write) => {
      await log(write);
      throw full('Take another shelf.', { most: 3 });
    };
    const { status, body } = await ask(`PATCH /shelves/${id}`, { body: { name: 'new' } });
    expect([status, body]).toMatchObject([409, { type: '/docs#shelf-full', detail: 'Take another shelf.', most: 3 }]);
    expect([(await ask(`GET /shelves/${id}`)).body.name, await logsOf(id)]).toEqual(['old', []]);
    does = async () => {
      throw problem('forbidden', 'Not now.');
    };
    expect((await ask(`DELETE /shelves/${id}`)).body).toMatchObject({ status: 403, detail: 'Not now.' });
    expect((await ask('POST /things', { body: { shelf: id } })).status).toBe(403);
  });

  test('refuses the deletion that would take the item along', async () => {
    const room = (await ask('POST /rooms', { body: {} })).body.id as string;
    const id = await shelf({ room });
    does = async () => {
      throw full('It stays.', { most: 1 });
    };
    expect((await ask(`DELETE /rooms/${room}`)).body).toMatchObject({ type: '/docs#shelf-full', detail: 'It stays.' });
    expect((await ask(`GET /shelves/${id}`)).status).toBe(200);
  });

  test('of a deletion is told as it is thrown, whatever its type', async () => {
    const room = (await ask('POST /rooms', { body: {} })).body.id as string;
    await shelf({ room });
    does = async () => {
      throw problem('too-large', 'The shelf is too large to be taken down.');
    };
    const { status, body } = await ask(`DELETE /rooms/${room}`);
    expect([status, body.detail]).toEqual([413, 'The shelf is too large to be taken down.']);
  });

  test('in a transaction names its operation', async () => {
    const [first, second] = [await shelf(), await shelf()];
    does = async ({ after }) => {
      if (after!.id === second) {
        throw full('Full.', { most: 1 });
      }
    };
    const answer = await operations(
      { method: 'PATCH', path: `/shelves/${first}`, body: { name: 'a' } },
      { method: 'PATCH', path: `/shelves/${second}`, body: { name: 'a' } },
    );
    expect(answer.body).toMatchObject({
      type: '/docs#shelf-full',
      errors: [{ detail: 'Full.', pointer: '#/operations/1' }],
      most: 1,
    });
    expect((await ask(`GET /shelves/${first}`)).body.version).toBe(1);
  });
});

describe('races', () => {
  test(`of ${CLIENTS} writers: it is run again where what it read has changed, so a limit that it counts holds`, async () => {
    const counter = await shelf({ name: '0' });
    does = async ({ before, after, transaction }) => {
      if (before !== undefined || after === undefined) {
        return;
      }
      const taken = Number((await transaction.read(shelves, counter))!.name);
      if (taken >= 3) {
        throw full('Full.', { most: 3 });
      }
      await transaction.update(shelves, counter, { name: String(taken + 1) });
    };
    const answers = await race(() => ask('POST /shelves', { body: { name: 'raced' } }));
    expect(statuses(answers)).toEqual({ 201: 3, 409: CLIENTS - 3 });
    expect((await ask(`GET /shelves/${counter}`)).body).toMatchObject({ name: '3', version: 4 });
  });

  test('with an idempotency key it is done once', async () => {
    does = log;
    const headers = { 'Idempotency-Key': 'once' };
    const answers = await race(() => ask('POST /shelves', { body: { name: 'once' }, headers }));
    expect(statuses(answers)).toEqual({ 201: CLIENTS });
    expect(await logsOf(answers[0]!.body.id)).toEqual(['->1']);
  });
});

describe('is bounded', () => {
  let logged: jest.SpyInstance;
  beforeEach(() => {
    logged = jest.spyOn(console, 'error').mockImplementation(() => undefined);
  });
  afterEach(() => logged.mockRestore());

  test.each<[string, typeof does]>([
    [
      'writes its own item anew each time',
      async ({ after, transaction }) =>
        void (await transaction.update(shelves, after!.id, { name: `${String(after!['name'])}x` })),
    ],
    ['makes another item each time', async ({ transaction }) => void (await transaction.create(shelves, {}))],
  ])('where it %s: 500, a log that says so, and nothing is written', async (_, endless) => {
    const id = await shelf();
    does = endless;
    expect((await ask(`PATCH /shelves/${id}`, { body: { name: 'a' } })).status).toBe(500);
    expect(logged.mock.calls.join()).toContain('src/resources/shelves.ts: onWrite is called again and again');
    expect((await ask(`GET /shelves/${id}`)).body.version).toBe(1);
  });

  test('by what a transaction holds: 413 says how many actions it would take', async () => {
    const id = await shelf();
    does = async ({ transaction }) => {
      for (let index = 0; index < 120; index++) {
        await transaction.create(logs, {});
      }
    };
    const { status, body } = await ask(`PATCH /shelves/${id}`, { body: { name: 'a' } });
    expect([status, body.detail]).toEqual([413, expect.stringContaining('takes 121 database actions')]);
  });

  test('and a deletion of more than a transaction holds is refused, where it would go step by step', async () => {
    const small = createClient({ resources, transactionSize: 5 });
    const id = await shelf();
    for (let index = 0; index < 6; index++) {
      await ask('POST /things', { body: { shelf: id } });
    }
    const { status, body } = await small(`DELETE /shelves/${id}`);
    expect([status, body.detail]).toEqual([413, expect.stringContaining('more than the 5 database actions')]);
    expect((await ask(`GET /shelves/${id}`)).body.things).toBe(6);
  });

  test('to the problems that its file names: another is 500', async () => {
    const id = await shelf();
    does = async () => {
      throw unnamed('x');
    };
    expect((await ask(`DELETE /shelves/${id}`)).status).toBe(500);
    expect(logged.mock.calls.join()).toContain(
      'the function onWrite throws the problem \\"unnamed\\" and does not name it',
    );
  });
});

test('resources without it, which it does not concern, are written as before: in one request without a read', async () => {
  const { headers } = await ask('POST /logs', { body: { text: 'x' } });
  expect(headers['server-timing']).toMatch(/desc="1 write, 1 WCU"/);
});
