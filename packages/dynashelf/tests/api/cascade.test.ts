// DELETE of an item with what refers to it: onDelete cascade and setNull, in one transaction and in many.

import { setTimeout as pause } from 'node:timers/promises';

import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';

import type { Resource } from '../../src/definition/resource';
import { defineResource, listResources } from '../../src/definition/define-resource';
import { createClient } from '../../src/testing/client';
import type { Answer } from '../../src/testing/ask';
import { finishAllDeletions } from '../setup/deletions';
import { family } from '../setup/family';
import { latency } from '../setup/latency';
import { deleteRecords, putRecords } from '../setup/load';
import { brokenRules } from '../setup/invariants';
import { errorReply } from '../setup/proxy';
import { patient } from '../setup/race';
import { useProxy } from '../setup/proxied';
import { scanTable } from '../setup/scan';
import { IS_LONG, runs } from '../setup/runs';
import { useClock } from '../../src/testing/clock';
import { tableName, useTable } from '../../src/testing/table';

useTable();
const clock = useClock();

type Records = Record<string, AttributeValue>[];

/** The whole table, in one order. */
async function table(): Promise<Records> {
  const records = await scanTable(tableName());
  return records.sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

function key({ pk, sk }: Record<string, AttributeValue>): string {
  return `${pk?.S}/${sk?.S}`;
}

/** The items, by path. */
async function items(): Promise<string[]> {
  return (await table()).map(key).filter((path) => !path.startsWith('#'));
}

async function leftovers(records: Records): Promise<string[]> {
  return [
    ...(await brokenRules(family, records)),
    ...records
      .filter((record) => record['#deleting'] !== undefined || record['#clearing'] !== undefined)
      .map((record) => `${key(record)} has a mark.`),
  ];
}

afterEach(async () => {
  expect(await leftovers(await table())).toEqual([]);
});

// With few actions to a transaction every tree is too large for one.
describe.each([
  ['in one transaction', undefined],
  ['in transactions of 6 actions', 6],
])('%s', (_way, transactionSize) => {
  const database = useProxy({ resources: family, ...(transactionSize !== undefined && { transactionSize }) });

  async function make(path: string, body: object = {}): Promise<Answer> {
    const answer = await database.ask(`PUT ${path}`, { body });
    expect([200, 201]).toContain(answer.status);
    return answer;
  }

  async function empty(): Promise<void> {
    database.proxy.clear();
    await deleteRecords((await table()).filter((record) => !key(record).startsWith('#layout/')));
  }

  afterEach(empty);

  let planted: Records | undefined;

  /** A folder with folders and notes in it; each note stands on a shelf. */
  async function tree(): Promise<void> {
    if (planted !== undefined) {
      return putRecords(planted);
    }
    await make('/shelves/s');
    await make('/folders/root');
    for (const folder of ['a', 'b']) {
      await make(`/folders/${folder}`, { parent: 'root' });
      for (const note of ['1', '2', '3']) {
        await make(`/notes/${folder}${note}`, { folder, shelf: 's', code: `${folder}${note}` });
      }
    }
    await make('/notes/top', { folder: 'root' });
    await make('/notes/elsewhere', { shelf: 's' });
    planted = await table();
  }

  test('all that refers to the item goes with it, unique values are free again, and what counts them counts them no more', async () => {
    await tree();
    expect((await database.ask('DELETE /folders/root')).status).toBe(204);
    expect(await items()).toEqual(['notes/elsewhere', 'shelves/s']);
    expect((await database.ask('GET /shelves/s')).body.notes).toBe(1);
    await make('/notes/new', { code: 'a1' });
  });

  test('setNull clears the reference with one version more, and the rest of the item stays', async () => {
    await tree();
    expect((await database.ask('DELETE /shelves/s')).status).toBe(204);
    const { body } = await database.ask('GET /notes/a1');
    expect(body).toMatchObject({ folder: 'a', code: 'a1', version: 2 });
    expect(body).not.toHaveProperty('shelf');
    expect(body).not.toHaveProperty('deleting');
  });

  test('references in a circle, and of an item to itself, end', async () => {
    await make('/folders/a');
    await make('/folders/b', { parent: 'a' });
    await make('/folders/c', { parent: 'b' });
    await make('/folders/a', { parent: 'c' });
    await make('/folders/self');
    await make('/folders/self', { parent: 'self' });
    for (const folder of ['a', 'b', 'c']) {
      await make(`/notes/${folder}`, { folder });
    }
    expect((await database.ask('DELETE /folders/b')).status).toBe(204);
    expect((await database.ask('DELETE /folders/self')).status).toBe(204);
    expect(await items()).toEqual([]);
  });

  test('with If-Match, which nobody has changed, it is done, though what goes is counted on the item', async () => {
    await tree();
    const { headers } = await database.ask('GET /folders/root');
    expect((await database.ask('DELETE /folders/root', { headers: { 'If-Match': headers['etag']! } })).status).toBe(
      204,
    );
  });

  describe('a refusal changes nothing', () => {
    test.each<[string, number, string, () => Promise<unknown>, Record<string, string>?]>([
      ['where an item deep in the tree is referred to', 409, '/folders/root', () => make('/pins/p', { note: 'a2' })],
      ['where the item itself is referred to', 409, '/folders/root', () => make('/pins/p', { folder: 'root' })],
      [
        'where an item that loses its reference would break a rule',
        409,
        '/shelves/s',
        () => make('/notes/b2', { folder: 'b', shelf: 's', isLoose: false }),
      ],
      ['where If-Match names another revision', 412, '/folders/root', async () => undefined, { 'If-Match': '"99"' }],
      ['where the item does not exist', 404, '/folders/none', async () => undefined],
    ])('%s: %i', async (_what, status, path, prepare, headers = {}) => {
      await tree();
      await prepare();
      const before = await table();
      const answer = await database.ask(`DELETE ${path}`, { headers });
      expect(answer.status).toBe(status);
      await pause(50);
      expect(await table()).toEqual(before);
      expect((await database.ask('PUT /notes/late', { body: { folder: 'root' } })).status).toBe(201);
    });

    test('where the item is changed after its deletion began, and the deletion was held to what it was: 412', async () => {
      await tree();
      const { headers } = await database.ask('GET /folders/root');
      let isChanged = false;
      database.proxy.intercept = async ({ operation }, forward) => {
        if (!isChanged && operation !== 'GetItem') {
          isChanged = true;
          expect((await database.ask('PATCH /folders/root', { body: { title: 'changed' } })).status).toBe(200);
        }
        return forward();
      };
      const answer = await database.ask('DELETE /folders/root', { headers: { 'If-Match': headers['etag']! } });
      database.proxy.clear();
      expect([isChanged, [412, 204].includes(answer.status)]).toEqual([true, true]);
      expect((await items()).length).toBe(answer.status === 412 ? 12 : 2);
    });
  });

  test('throttled in the middle, what has begun is awaited, and nothing runs on behind the answer', async () => {
    jest.spyOn(console, 'error').mockImplementation(() => {});
    await tree();
    let writes = 0;
    database.proxy.intercept = async ({ operation }, forward) =>
      operation !== 'GetItem' && operation !== 'Query' && operation !== 'BatchGetItem' && ++writes % 3 === 0
        ? operation === 'TransactWriteItems'
          ? errorReply('TransactionCanceledException', 'Throttled', 400, {
              CancellationReasons: [{ Code: 'ThrottlingError' }],
            })
          : errorReply('ThrottlingException')
        : forward();
    await database.ask('DELETE /folders/root');
    const sent = database.proxy.requests.length;
    await pause(100);
    expect(database.proxy.requests.length).toBe(sent);
    database.proxy.clear();
    const then = await table();
    await pause(20);
    expect(await table()).toEqual(then);
    expect([204, 404]).toContain((await database.ask('DELETE /folders/root')).status);
    jest.restoreAllMocks();
  });

  test('killed before or after any request to the database, DELETE sent again finishes it or does it, and leaves nothing behind', async () => {
    jest.spyOn(console, 'error').mockImplementation(() => {});
    const states = new Set<string>();
    // Odd, so that answers are lost as often as requests.
    const stride = IS_LONG ? 1 : transactionSize === undefined ? 3 : 35;
    for (let kill = 0; ; kill += stride) {
      await tree();
      let requests = 0;
      // From some request on nothing gets through, and the answer of the one before may be lost.
      database.proxy.intercept = async (_request, forward) => {
        if (requests++ < kill >> 1) {
          return forward();
        }
        if (requests === (kill >> 1) + 1 && kill % 2 === 1) {
          await forward();
        }
        return 'disconnect';
      };
      const { status } = await database.ask('DELETE /folders/root');
      database.proxy.clear();
      const item = await database.ask('GET /folders/root');
      states.add(`${item.status} ${item.body.deleting}`);
      if (item.body.deleting === true) {
        expect(item.headers['etag']).toMatch(/\.deleting"$/);
        expect((await database.ask('PATCH /folders/root', { body: { title: 'x' } })).status).toBe(409);
        expect((await database.ask('PUT /folders/root', { body: { title: 'x' } })).status).toBe(409);
        expect((await database.ask('PUT /notes/late', { body: { folder: 'root' } })).status).toBe(409);
        expect(
          (await database.ask('GET /folders')).body.items.find(({ id }: { id: string }) => id === 'root'),
        ).toMatchObject({ deleting: true });
      }
      // The precondition counts at the beginning alone.
      const again = await patient(database.ask)('DELETE /folders/root', {
        headers: item.body.deleting === true ? { 'If-Match': '"99"' } : {},
      });
      expect([204, 404]).toContain(again.status);
      expect(await leftovers(await table())).toEqual([]);
      expect(await items()).toEqual(['notes/elsewhere', 'shelves/s']);
      await empty();
      if (status === 204 || kill > 400) {
        expect(status).toBe(204);
        break;
      }
    }
    expect([...states].sort()).toEqual(
      transactionSize === undefined
        ? ['200 undefined', '404 undefined']
        : ['200 true', '200 undefined', '404 undefined'],
    );
    jest.restoreAllMocks();
  });

  test('an obstacle that comes when marks of a killed deletion are there takes them off', async () => {
    jest.spyOn(console, 'error').mockImplementation(() => {});
    await tree();
    await make('/pins/p', { note: 'b3' });
    const before = await table();
    let writes = 0;
    database.proxy.intercept = async ({ operation }, forward) =>
      operation === 'UpdateItem' && ++writes > 4 ? 'disconnect' : forward();
    await database.ask('DELETE /folders/root');
    database.proxy.clear();
    jest.useFakeTimers({
      doNotFake: ['setTimeout', 'setInterval', 'setImmediate', 'nextTick', 'queueMicrotask', 'performance'],
      now: Date.now() + 10 * 60 * 1000,
    });
    const { status } = await database.ask('DELETE /folders/root');
    jest.useRealTimers();
    expect(status).toBe(409);
    expect(await table()).toEqual(before);
    jest.restoreAllMocks();
  });

  test('racing with the creation of references, and with other deletions, nothing is left without what it refers to', async () => {
    for (let round = 0; round < runs(1); round++) {
      await tree();
      const answers = await Promise.all([
        database.ask('DELETE /folders/root'),
        database.ask('DELETE /folders/root'),
        database.ask('DELETE /folders/a'),
        database.ask('DELETE /shelves/s'),
        ...Array.from({ length: 6 }, (_, index) =>
          database.ask(`PUT /notes/new-${index}`, { body: { folder: index % 2 === 0 ? 'root' : 'a', shelf: 's' } }),
        ),
      ]);
      expect(
        answers
          .filter(({ status }) => ![201, 204, 404, 409, 503].includes(status))
          .map(({ status, text }) => `${status} ${text}`),
      ).toEqual([]);
      for (const path of ['folders/root', 'folders/a', 'shelves/s']) {
        await database.ask(`DELETE /${path}`);
      }
      expect(await leftovers(await table())).toEqual([]);
      await empty();
    }
  });

  test('any folders, notes, shelves and pins go, or stay, as the words of their resource files say', async () => {
    const id = fc.constantFrom('f0', 'f1', 'f2', 'f3');
    const graph = fc.record({
      parents: fc.array(fc.option(id, { nil: undefined }), { minLength: 4, maxLength: 4 }),
      notes: fc.array(
        fc.record({
          folder: fc.option(id, { nil: undefined }),
          shelf: fc.boolean(),
          isLoose: fc.option(fc.constant(false), { nil: undefined }),
        }),
        { maxLength: 4 },
      ),
      pins: fc.array(
        fc.oneof(
          id.map((folder) => ({ folder })),
          fc.integer({ min: 0, max: 3 }).map((note) => ({ note: `n${note}` })),
        ),
        { maxLength: 2 },
      ),
      target: fc.constantFrom('folders/f0', 'folders/f1', 'shelves/s'),
    });
    await fc.assert(
      fc.asyncProperty(graph, async ({ parents, notes, pins, target }) => {
        await make('/shelves/s');
        for (const index of parents.keys()) {
          await make(`/folders/f${index}`);
        }
        for (const [index, parent] of parents.entries()) {
          if (parent !== undefined) {
            await make(`/folders/f${index}`, { parent });
          }
        }
        const kept = notes.map(({ folder, shelf, isLoose }) => ({
          ...(folder !== undefined && { folder }),
          ...(shelf && { shelf: 's' }),
          ...(isLoose === false && shelf && { isLoose }),
        }));
        for (const [index, note] of kept.entries()) {
          await make(`/notes/n${index}`, note);
        }
        const set = pins.filter((pin) => !('note' in pin) || Number(pin.note.slice(1)) < kept.length);
        for (const [index, pin] of set.entries()) {
          await make(`/pins/p${index}`, pin);
        }
        const before = await table();
        const going = goingWith(target, parents, kept);
        const isPinned = set.some((pin) => going.has('note' in pin ? `notes/${pin.note}` : `folders/${pin.folder}`));
        const isBroken =
          target === 'shelves/s' && kept.some(({ shelf, isLoose }) => shelf !== undefined && isLoose === false);
        const { status } = await database.ask(`DELETE /${target}`);
        const after = await table();
        expect(status).toBe(isPinned || isBroken ? 409 : 204);
        if (status !== 204) {
          expect(after).toEqual(before);
        }
        expect(after.map(key).filter((path) => !path.startsWith('#'))).toEqual(
          before.map(key).filter((path) => !path.startsWith('#') && (status !== 204 || !going.has(path))),
        );
        expect(await leftovers(after)).toEqual([]);
        await empty();
      }),
      { numRuns: runs(4), endOnFailure: true },
    );
  });
});

describe('held up while another DELETE finishes it and the item is made anew', () => {
  const database = useProxy({ resources: family, transactionSize: 6 });
  const NEW = ['/folders/root', '/notes/new'];

  // Places of requests to the database behind the first mark.
  test.each([1, 2, 5, 8, 11])('at request %i, it is done, and the new item stays, without marks', async (place) => {
    const others = createClient({ resources: family, transactionSize: 6 });
    await others('PUT /folders/root', { body: {} });
    for (const folder of ['a', 'b']) {
      await others(`PUT /folders/${folder}`, { body: { parent: 'root' } });
      for (const note of ['1', '2', '3']) {
        await others(`PUT /notes/${folder}${note}`, { body: { folder } });
      }
    }
    const { headers } = await others('GET /folders/root');
    let behind: number | undefined;
    let isOver = false;
    database.proxy.clear();
    database.proxy.intercept = async ({ operation }, forward) => {
      if (!isOver && behind === place) {
        isOver = true;
        expect((await others('DELETE /folders/root')).status).toBe(204);
        for (const path of NEW) {
          expect(
            (await others(`PUT ${path}`, { body: path === '/folders/root' ? {} : { folder: 'root' } })).status,
          ).toBe(201);
        }
      }
      if (behind !== undefined || operation === 'UpdateItem') {
        behind = (behind ?? 0) + 1;
      }
      return forward();
    };
    expect((await database.ask('DELETE /folders/root', { headers: { 'If-Match': headers['etag']! } })).status).toBe(
      204,
    );
    expect(isOver).toBe(true);
    database.proxy.clear();
    expect(await items()).toEqual(NEW.map((path) => path.slice(1)));
    expect(await leftovers(await table())).toEqual([]);
    expect((await others('DELETE /folders/root')).status).toBe(204);
  });
});

describe('where a rule of an item that counts what goes comes to stand in the way when the deletion is closed', () => {
  const boxes = defineResource({
    name: 'boxes',
    description: 'Boxes.',
    schema: {
      least: { type: Number, default: 0 },
      things: { type: Number, readOnly: true, default: 0, counts: { collection: 'things', attribute: 'box' } },
    },
    rules: [
      {
        holds: ({ least, things }) => (things ?? 0) >= (least ?? 0),
        attribute: 'least',
        detail: 'A box holds at least so many.',
      },
    ],
  });
  const owners = defineResource({ name: 'owners', description: 'Owners.', schema: { title: { type: String } } });
  const things = defineResource({
    name: 'things',
    description: 'Things.',
    schema: {
      box: { type: String, references: 'boxes' },
      owner: { type: String, references: 'owners', onDelete: 'cascade' },
    },
    indexes: { byOwner: { partition: 'owner' } },
  });
  const resources = listResources(boxes, owners, things);
  const database = useProxy({ resources, transactionSize: 4 });

  test('DELETE says so, the migration says so and ends, and once the rule is met DELETE goes on', async () => {
    const others = createClient({ resources, transactionSize: 4 });
    await others('PUT /boxes/b', { body: {} });
    await others('PUT /owners/o', { body: {} });
    for (const thing of ['1', '2', '3', '4']) {
      await others(`PUT /things/${thing}`, { body: { box: 'b', owner: 'o' } });
    }
    database.proxy.intercept = async ({ input }, forward) => {
      const reply = await forward();
      if (JSON.stringify(input).includes('"closed"')) {
        database.proxy.intercept = undefined;
        expect((await others('PATCH /boxes/b', { body: { least: 4 } })).status).toBe(200);
      }
      return reply;
    };
    const { status, body } = await database.ask('DELETE /owners/o');
    expect([status, body.detail]).toEqual([503, expect.stringContaining('A box holds at least so many.')]);
    const { found, obstacles } = await finishAllDeletions(resources, tableName(), { transactionSize: 4 });
    expect([found, obstacles]).toEqual([1, [expect.stringMatching(/^owners\/o: .*A box holds at least so many\./)]]);
    expect((await others('PATCH /boxes/b', { body: { least: 0 } })).status).toBe(200);
    expect((await others('DELETE /owners/o')).status).toBe(204);
    expect((await others('GET /boxes/b')).body.things).toBe(0);
    expect((await others('DELETE /boxes/b')).status).toBe(204);
  });
});

describe('by two attributes that refer to one collection', () => {
  const members = defineResource({ name: 'members', description: 'Members.', schema: { title: { type: String } } });

  function withLoans(onDelete: 'cascade' | 'setNull'): ReadonlyMap<string, Resource> {
    return listResources(
      members,
      defineResource({
        name: 'loans',
        description: 'Loans of one member to another.',
        schema: {
          from: { type: String, references: 'members', onDelete },
          to: { type: String, references: 'members', onDelete },
        },
        indexes: { byFrom: { partition: 'from' }, byTo: { partition: 'to' } },
      }),
    );
  }

  test.each([
    ['cascade', 'in one transaction', 100],
    ['setNull', 'in one transaction', 100],
    ['cascade', 'in many', 4],
    ['setNull', 'in many', 4],
  ] as const)('%s reaches the items that refer by either and by both, %s', async (onDelete, _way, transactionSize) => {
    const resources = withLoans(onDelete);
    const ask = createClient({ resources, transactionSize });
    for (const member of ['m', 'n']) {
      expect((await ask(`PUT /members/${member}`, { body: {} })).status).toBe(201);
    }
    for (const [index, body] of [
      { to: 'm' },
      { to: 'm', from: 'n' },
      { to: 'm', from: 'm' },
      { from: 'm', to: 'n' },
      { from: 'm' },
    ].entries()) {
      expect((await ask(`PUT /loans/${index}`, { body })).status).toBe(201);
    }
    expect((await ask('DELETE /members/m')).status).toBe(204);
    const loans = (await ask('GET /loans?sort=-id')).body.items as object[];
    expect(loans.map((loan) => ['from' in loan, 'to' in loan])).toEqual(
      onDelete === 'cascade'
        ? []
        : [
            [false, false],
            [false, true],
            [false, false],
            [true, false],
            [false, false],
          ],
    );
    expect((await ask('DELETE /members/n')).status).toBe(204);
    expect(await brokenRules(resources, await table())).toEqual([]);
    await deleteRecords((await table()).filter((record) => !key(record).startsWith('#layout/')));
  });
});

/** What goes with an item, by path: a model of cascade. */
function goingWith(
  target: string,
  parents: readonly (string | undefined)[],
  notes: readonly { folder?: string }[],
): Set<string> {
  const going = new Set([target]);
  for (let size = 0; size !== going.size;) {
    size = going.size;
    parents.forEach(
      (parent, index) => parent !== undefined && going.has(`folders/${parent}`) && going.add(`folders/f${index}`),
    );
    notes.forEach(
      ({ folder }, index) => folder !== undefined && going.has(`folders/${folder}`) && going.add(`notes/n${index}`),
    );
  }
  return going;
}

describe('at the sizes of DynamoDB', () => {
  const database = useProxy({ resources: family });

  async function children(count: number): Promise<void> {
    expect((await database.ask('PUT /folders/big', { body: {} })).status).toBe(201);
    for (let made = 0; made < count; made += 50) {
      const body = Array.from({ length: Math.min(50, count - made) }, () => ({ folder: 'big' }));
      expect((await database.ask('POST /notes', { body })).status).toBe(201);
    }
    database.proxy.clear();
  }

  test('25 children cost at most 10 requests', async () => {
    await children(25);
    expect((await database.ask('DELETE /folders/big')).status).toBe(204);
    expect(database.proxy.requests.map(({ operation }) => operation)).toEqual([
      'GetItem',
      'Query',
      'BatchGetItem',
      'BatchGetItem',
      'TransactWriteItems',
    ]);
    expect(await items()).toEqual([]);
  });

  test('110 children are more than a transaction holds, and go all the same', async () => {
    await children(110);
    expect((await database.ask('DELETE /folders/big')).status).toBe(204);
    expect(await items()).toEqual([]);
  });

  test('where the time is over before all is done it is 503 with Retry-After, and the next DELETE goes on', async () => {
    await children(110);
    const pass = latency(clock, 100);
    database.proxy.intercept = async (_request, forward) => {
      await pass();
      return forward();
    };
    // 1.5 s are kept for the answer. Each has more than the one before, for each reads what is left.
    const hurried = (tries: number): Promise<Answer> =>
      createClient({ resources: family, remaining: 2_000 + 400 * tries })('DELETE /folders/big');
    jest.spyOn(console, 'error').mockImplementation(() => {});
    const statuses: number[] = [];
    // 404 after a 503 whose last request did arrive, though its answer came too late.
    const ends = [204, 404];
    while (!ends.includes(statuses.at(-1)!) && statuses.length < 50) {
      clock.set(Date.now());
      const { status, headers } = await hurried(statuses.length);
      statuses.push(status);
      expect([status, /^\d+$/.test(headers['retry-after'] ?? '')]).toEqual(
        ends.includes(status) ? [status, false] : [503, true],
      );
    }
    jest.restoreAllMocks();
    expect([statuses[0], ends.includes(statuses.at(-1)!)]).toEqual([503, true]);
    expect(await items()).toEqual([]);
  });
});
