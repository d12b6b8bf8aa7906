// What an action reads and writes by: it sees its own writes, its writes of one item are one, and its mistakes are no
// client's.
import type { ActionInput, Answer as ActionAnswer } from '../../src/definition/action';
import { defineResource, listResources } from '../../src/definition/define-resource';
import { createClient } from '../../src/testing/client';
import type { Answer } from '../../src/testing/ask';
import { useTable } from '../../src/testing/table';
import { CLIENTS, race, statuses } from '../setup/race';

const accounts = defineResource({
  name: 'accounts',
  description: 'Accounts.',
  schema: {
    code: { type: String, maxLength: 50, unique: true },
    balance: { type: Number, default: 0 },
    note: { type: String, maxLength: 300 },
    place: { type: Object, schema: { town: String, street: String } },
    entries: { type: Number, readOnly: true, default: 0, counts: { collection: 'entries', attribute: 'account' } },
  },
});

const schema = {
  account: { type: String, references: 'accounts' },
  other: { type: String },
  text: { type: String, maxLength: 500 },
} as const;
type Run = (input: ActionInput<typeof schema>) => Promise<ActionAnswer>;

/** What the action `run` of an entry does: each test gives its own. */
let run: Run;
const entries = defineResource({
  name: 'entries',
  description: 'Entries.',
  schema,
  actions: (action) => ({
    run: action({ description: 'Runs.', body: {}, run: (input): Promise<ActionAnswer> => run(input as never) }),
  }),
});

useTable();
const ask = createClient({ resources: listResources(accounts, entries) });

let account: string;
let entry: string;
beforeEach(async () => {
  account = (await ask('POST /accounts', { body: { balance: 1 } })).body.id;
  entry = (await ask('POST /entries', { body: { account } })).body.id;
});

async function act(does: Run, headers: Record<string, string> = {}): Promise<Answer> {
  run = does;
  return ask(`POST /entries/${entry}/run`, { headers });
}

const get = async (path: string): Promise<Answer['body']> => (await ask(`GET ${path}`)).body;

test('several updates of one item are one write, each seeing the one before', async () => {
  const { version } = await get(`/accounts/${account}`);
  const { status, body } = await act(async ({ transaction }) => {
    await transaction.update(accounts, account, { balance: 2 });
    await transaction.update(accounts, account, { note: 'a' });
    const { balance } = await transaction.update(accounts, account, { balance: 3 });
    const read = await transaction.read(accounts, account);
    return transaction.update(accounts, account, { note: `${balance} ${read!.balance} ${read!.note}` });
  });
  expect(status).toBe(200);
  expect(body).toMatchObject({ balance: 3, note: '3 3 a', version: version + 1 });
  expect(await get(`/accounts/${account}`)).toEqual(body);
});

test('what it makes it can read and update, and that is one write: 201 with version 1', async () => {
  const { status, body, headers } = await act(async ({ transaction }) => {
    const made = await transaction.create(accounts, { note: 'new' });
    const read = await transaction.read(accounts, made.id);
    return transaction.update(accounts, made.id, { balance: read!.balance + 5, note: null });
  });
  expect([status, headers['location'], headers['etag']]).toEqual([201, `/accounts/${body.id}`, '"1"']);
  expect(body).toMatchObject({ balance: 5, version: 1 });
  expect(body).not.toHaveProperty('note');
  expect(await get(`/accounts/${body.id}`)).toEqual(body);
});

test('what it read before its writes is answered as its writes leave it, counts included', async () => {
  const { status, body } = await act(async ({ transaction }) => {
    const before = await transaction.read(accounts, account);
    await transaction.create(entries, { account });
    await transaction.create(entries, { account });
    return before!;
  });
  expect(status).toBe(200);
  expect(body).toMatchObject({ id: account, entries: 3 });
  expect(await get(`/accounts/${account}`)).toEqual(body);
});

test('counts that its own writes change are in what it reads', async () => {
  const seen: unknown[] = [];
  const { status } = await act(async ({ item, transaction }) => {
    seen.push((await transaction.read(accounts, account))!.entries);
    const { id } = await transaction.create(entries, { account });
    seen.push((await transaction.read(accounts, account))!.entries);
    await transaction.remove(entries, id);
    await transaction.update(entries, item.id, { account: null });
    seen.push((await transaction.read(accounts, account))!.entries);
    return item;
  });
  expect([status, seen]).toEqual([200, [1, 2, 0]]);
  expect((await get(`/accounts/${account}`)).entries).toBe(0);
});

test('what it removes it reads no more; what it makes and removes has never been', async () => {
  const seen: unknown[] = [];
  let made = '';
  const { status, body } = await act(async ({ item, transaction }) => {
    made = (await transaction.create(accounts, {})).id;
    await transaction.remove(accounts, made);
    await transaction.remove(entries, item.id);
    seen.push(await transaction.read(accounts, made), await transaction.read(entries, item.id));
    return item;
  });
  expect([status, body.id, seen]).toEqual([200, entry, [undefined, undefined]]);
  expect([(await ask(`GET /entries/${entry}`)).status, (await ask(`GET /accounts/${made}`)).status]).toEqual([
    404, 404,
  ]);
});

test('an item that it wrote and removed is answered as it was then, and with return=minimal not at all', async () => {
  const remove: Run = async ({ item, transaction }) => {
    const written = await transaction.update(entries, item.id, { text: 'last' });
    await transaction.remove(entries, item.id);
    return written;
  };
  expect(await act(remove)).toMatchObject({ status: 200, body: { id: entry, text: 'last' } });
  entry = (await ask('POST /entries', { body: {} })).body.id;
  expect(await act(remove, { Prefer: 'return=minimal' })).toMatchObject({ status: 204, text: '' });
  expect((await ask(`GET /entries/${entry}`)).status).toBe(404);
});

test('a unique value passes from one item to another, and is swapped, in one action', async () => {
  const other = (await ask('POST /accounts', { body: { code: 'b' } })).body.id as string;
  await ask(`PATCH /accounts/${account}`, { body: { code: 'a' } });
  const swap = await act(async ({ transaction }) => {
    await transaction.update(accounts, account, { code: 'b' });
    return transaction.update(accounts, other, { code: 'a' });
  });
  expect([swap.status, swap.body.code, (await get(`/accounts/${account}`)).code]).toEqual([200, 'a', 'b']);
  expect((await ask('POST /accounts', { body: { code: 'a' } })).status).toBe(409);
});

describe('an item under an id of its own', () => {
  const make =
    (id: string, attributes: object = {}): Run =>
    ({ transaction }) =>
      transaction.create(accounts, attributes, { id });

  test('has that id, and a tag with the mark of its birth, which a later item of the same id does not have', async () => {
    const first = await act(make('own', { note: 'first' }));
    expect(first).toMatchObject({ status: 201, body: { id: 'own', note: 'first', version: 1 } });
    expect([first.headers['location'], first.headers['etag']]).toEqual([
      '/accounts/own',
      expect.stringMatching(/^"1-[\w-]{8}"$/),
    ]);
    expect(await ask('GET /accounts/own')).toMatchObject({ headers: { etag: first.headers['etag'] } });
    await ask('DELETE /accounts/own');
    const second = await act(make('own'));
    expect(second.headers['etag']).not.toBe(first.headers['etag']);
    const stale = { body: { note: 'x' }, headers: { 'If-Match': first.headers['etag']! } };
    expect((await ask('PATCH /accounts/own', stale)).status).toBe(412);
  });

  test.each(['', '.', '..', 'a b', 'a/b', 'ä', 'x'.repeat(129)])('that cannot be one, %j, is 422', async (id) => {
    const { status, body } = await act(make(id));
    expect([status, body.type, body.errors]).toEqual([
      422,
      '/docs#invalid',
      [{ pointer: '#', detail: expect.stringContaining('An id has 1 to 128 characters') }],
    ]);
  });

  test('that is taken is 409, be it by the same action, and changes nothing', async () => {
    await ask('PUT /accounts/taken', { body: { note: 'old' } });
    for (const does of [
      make('taken', { note: 'new' }),
      (async ({ transaction }) => {
        await transaction.create(accounts, {}, { id: 'twice' });
        return transaction.create(accounts, {}, { id: 'twice' });
      }) satisfies Run,
    ]) {
      const { status, body } = await act(does);
      expect([status, body.type, body.detail]).toEqual([
        409,
        '/docs#conflict',
        expect.stringMatching(/"(taken|twice)"/),
      ]);
    }
    expect((await get('/accounts/taken')).note).toBe('old');
    expect((await ask('GET /accounts/twice')).status).toBe(404);
  });

  test(`raced by ${CLIENTS} actions and as many PUTs is made once`, async () => {
    run = make('raced', { note: 'action' });
    const answers = await race((number) =>
      number % 2 === 0
        ? ask(`POST /entries/${entry}/run`)
        : ask('PUT /accounts/raced', { body: { note: 'put' }, headers: { 'If-None-Match': '*' } }),
    );
    const { 201: made, ...refused } = statuses(answers);
    expect([made, Object.values(refused).reduce((sum, count) => sum + count, 0)]).toEqual([1, CLIENTS - 1]);
    expect(await get('/accounts/raced')).toMatchObject({
      version: 1,
      note: answers.find(({ status }) => status === 201)!.body.note,
    });
  });

  test('that it removes in the same action cannot be made there', async () => {
    const logged = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    const { status } = await act(async ({ transaction }) => {
      await transaction.remove(accounts, account);
      return transaction.create(accounts, {}, { id: account });
    });
    expect([status, logged.mock.calls.join()]).toEqual([500, expect.stringContaining('removes')]);
    logged.mockRestore();
  });
});

test('undefined is as good as leaving an attribute out, at every depth', async () => {
  const partOf = (place: { town?: string | undefined; street?: string | undefined }): object => place;
  const { body } = await act(async ({ transaction }) => {
    const made = await transaction.create(accounts, {
      code: undefined,
      note: 'n',
      place: partOf({ town: 't', street: undefined }),
    });
    return transaction.update(accounts, made.id, {
      note: undefined,
      balance: 2,
      place: partOf({ town: undefined, street: 's' }),
    });
  });
  expect(body).toMatchObject({ note: 'n', balance: 2, place: { town: 't', street: 's' } });
  expect(body).not.toHaveProperty('code');
});

describe("a mistake of its file is the server's, never a conflict of the client's", () => {
  let logged: jest.SpyInstance;
  beforeEach(() => {
    logged = jest.spyOn(console, 'error').mockImplementation(() => undefined);
  });
  afterEach(() => logged.mockRestore());

  test.each<[string, Run, string]>([
    [
      'updating what it removed',
      async ({ item, transaction }) => {
        await transaction.remove(entries, item.id);
        return transaction.update(entries, item.id, { text: 'x' });
      },
      'removes',
    ],
    [
      'removing what it removed',
      async ({ item, transaction }) => {
        await transaction.remove(entries, item.id);
        await transaction.remove(entries, item.id);
        return item;
      },
      'removes',
    ],
    [
      'updating what it made and removed',
      async ({ transaction }) => {
        const { id } = await transaction.create(accounts, {});
        await transaction.remove(accounts, id);
        return transaction.update(accounts, id, { note: 'x' });
      },
      'removes',
    ],
    ['answering with what is no item', async ({ item }) => ({ ...item }), 'must answer with its item'],
    ['failing', () => Promise.reject(new TypeError('undefined is no function')), 'undefined is no function'],
  ])('%s is 500 that is logged, and changes nothing', async (_, does, message) => {
    const before = await get(`/entries/${entry}`);
    const { status, text } = await act(async (input) => {
      await input.transaction.update(accounts, account, { note: 'changed' });
      return does(input);
    });
    expect([status, text.includes(message)]).toEqual([500, false]);
    expect(logged.mock.calls.join()).toContain(message);
    expect([await get(`/entries/${entry}`), (await get(`/accounts/${account}`)).note]).toEqual([before, undefined]);
  });
});
