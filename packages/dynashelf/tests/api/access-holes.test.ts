// Ways past the rules that were found once, each closed.
import { defineResource, listResources } from '../../src/definition/define-resource';
import type { Answer } from '../../src/definition/action';
import { createClient } from '../../src/testing/client';
import type { Ask } from '../../src/testing/ask';
import { papersWith } from '../setup/papers';
import { ADA, BEN, EDITOR, RULES } from '../setup/rules';
import { useTable } from '../../src/testing/table';

useTable();

const open = {
  list: 'public',
  read: 'public',
  create: 'public',
  replace: 'public',
  patch: 'public',
  delete: 'public',
} as const;
const own = { owner: 'owner' } as const;

describe('a cursor', () => {
  const notes = defineResource({
    name: 'notes',
    description: 'Notes.',
    schema: { branch: { type: String, maxLength: 20 }, title: { type: String, maxLength: 50 } },
    indexes: { byTitle: { sort: 'title' } },
    access: { ...open, list: ({ claims }) => ({ branch: claims['branch'] as string }) },
  });
  const ask = createClient({ resources: listResources(notes), config: { ...RULES, readLimit: 1 }, described: false });

  test('holds no id and no value of an item that was read on the way and is not shown, in no encoding of its bytes', async () => {
    await Promise.all(
      Array.from({ length: 101 }, async (_, index) =>
        ask(`PUT /notes/hidden-${index}`, { body: { branch: 'rome', title: `Merger ${index}` } }),
      ),
    );
    for (const path of ['/notes?limit=1', '/notes?sort=title&limit=1']) {
      const { body, headers } = await ask(`GET ${path}`, { as: { subject: 'o', claims: { branch: 'oslo' } } });
      expect([
        body.items,
        Buffer.from(new URLSearchParams(body.next.split('?')[1]).get('cursor')!, 'base64url').toString('latin1'),
      ]).toEqual([[], expect.not.stringMatching(/hidden|Merger/)]);
      expect(headers['server-timing']).not.toContain('RCU');
    }
  });

  test('of an unchanged page is the same, so that the page is 304', async () => {
    const as = { subject: 'r', claims: { branch: 'rome' } };
    const { headers } = await ask('GET /notes?limit=1', { as });
    expect((await ask('GET /notes?limit=1', { as, headers: { 'If-None-Match': headers['etag']! } })).status).toBe(304);
  });
});

describe('an action', () => {
  const vaults = defineResource({
    name: 'vaults',
    description: 'Vaults.',
    schema: { code: { type: String, readableBy: 'nobody' }, name: { type: String } },
    access: { ...open, read: { role: 'editor' } },
  });
  const doors = defineResource({
    name: 'doors',
    description: 'Doors.',
    schema: { vault: { type: String, required: true, references: 'vaults' } },
    access: { ...open, open: 'public', copy: 'public', same: 'public' },
    actions: (action) => ({
      open: action({
        description: 'Opens.',
        body: {},
        run: async ({ item, transaction }): Promise<Answer> => (await transaction.read(vaults, item.vault))!,
      }),
      copy: action({
        description: 'Copies.',
        body: {},
        run: async ({ item, transaction }): Promise<Answer> => ({ ...(await transaction.read(vaults, item.vault))! }),
      }),
      same: action({ description: 'Nothing.', body: {}, run: async ({ item }): Promise<Answer> => item }),
    }),
  });
  const ask = createClient({ resources: listResources(vaults, doors), config: RULES, described: false });

  beforeAll(async () => {
    await ask('PUT /vaults/v', { body: { code: 's3cret', name: 'V' } });
    await ask('PUT /doors/d', { body: { vault: 'v' } });
  });

  test('that answers with an item it read shows of it what its own collection shows', async () => {
    expect(await ask('POST /doors/d/open', { as: BEN })).toMatchObject({ status: 204, text: '' });
    const { text } = await ask('POST /doors/d/open', { as: EDITOR });
    expect([text.includes('"name":"V"'), text.includes('s3cret')]).toEqual([true, false]);
  });

  test('that answers with a copy, of which nobody knows whose it is, is a mistake of the file: 500', async () => {
    const logged = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    expect(await ask('POST /doors/d/copy')).toMatchObject({ status: 500, text: expect.not.stringContaining('s3cret') });
    expect(logged.mock.calls.join()).toContain('src/resources/doors.ts: an action must answer with its item');
    logged.mockRestore();
  });

  test('is carried out, not answered 304', async () => {
    expect(
      (
        await ask('POST /doors/d/same', {
          headers: { 'If-Modified-Since': new Date(Date.now() + 60_000).toUTCString() },
        })
      ).status,
    ).toBe(200);
  });
});

describe('an item of someone else and one that does not exist', () => {
  const step =
    (method: string, headers: object, body?: object) =>
    (path: string): Ask => ({ body: { operations: [{ method, path, headers, ...(body && { body }) }] } });
  const put =
    (headers: Record<string, string>, body: object = { title: 'T', owner: 'ben' }): ((path: string) => Ask) =>
    () => ({ headers, body });

  test.each<[string, object, string, (path: string) => Ask, number]>([
    [
      'GET of a transaction, If-None-Match: *',
      { read: own },
      'POST /transactions',
      step('GET', { 'If-None-Match': '*' }),
      200,
    ],
    ['PUT with If-Match', { create: own, replace: own }, 'PUT', put({ 'If-Match': '"99"' }), 412],
    ['PUT without the right to create', { replace: own }, 'PUT', put({}), 403],
    ['PUT that would make no valid item', { create: own, replace: own }, 'PUT', put({}, {}), 422],
    [
      'PUT with If-Match by one who may only create',
      { create: 'authenticated', replace: { role: 'editor' } },
      'PUT',
      put({ 'If-Match': '"99"' }),
      412,
    ],
    ['PATCH with If-Match', { patch: own }, 'PATCH', put({ 'If-Match': '"99"' }, { title: 'T' }), 404],
    ['DELETE with If-Match: *', { delete: own }, 'DELETE', () => ({ headers: { 'If-Match': '*' } }), 404],
  ])('are told alike by %s', async (_what, access, line, ask, status) => {
    const resources = papersWith(access);
    await createClient({ resources, described: false })('PUT /papers/foreign', {
      body: { title: 'x'.repeat(90), owner: 'ada' },
    });
    const guarded = createClient({ resources, config: RULES, described: false });
    const [foreign, absent] = await Promise.all(
      ['foreign', 'absent'].map(async (id) => {
        const path = `/papers/${id}`;
        const {
          status: answered,
          text,
          headers,
        } = await guarded(line.includes(' ') ? line : `${line} ${path}`, { ...ask(path), as: BEN });
        return [
          answered,
          text.replaceAll(id, '').replace(/request-\d+/, ''),
          Object.keys(headers).sort(),
          headers['server-timing']?.includes('RCU'),
        ];
      }),
    );
    expect(foreign).toEqual(absent);
    expect(foreign![0]).toBe(status);
  });
});

test('a JSON Patch of an item that its sender may change and not read is refused, right guess and wrong alike', async () => {
  const ask = createClient({
    resources: papersWith({ ...open, read: own, patch: { role: 'editor' }, publish: 'public' }),
    config: RULES,
    described: false,
  });
  await ask('PUT /papers/p', { body: { title: 'Guess', owner: 'ada' }, as: ADA });
  const patch = async (value: string): Promise<string> =>
    (
      await ask('PATCH /papers/p', {
        body: [{ op: 'test', path: '/title', value }],
        headers: { 'Content-Type': 'application/json-patch+json' },
        as: EDITOR,
      })
    ).text.replace(/request-\d+/, '');
  expect(await patch('Guess')).toBe(await patch('Wrong'));
  expect(await ask('PATCH /papers/p', { body: { title: 'Merged' }, as: EDITOR })).toMatchObject({
    status: 204,
    text: '',
  });
});

test('a merge patch inside an object that its sender does not see leaves the rest of the object as it is', async () => {
  const boxes = defineResource({
    name: 'boxes',
    description: 'Boxes.',
    schema: {
      secret: { type: Object, schema: { x: { type: String }, y: { type: String } }, readableBy: { role: 'editor' } },
    },
    access: open,
  });
  const ask = createClient({ resources: listResources(boxes), config: RULES, described: false });
  await ask('PUT /boxes/b', { body: { secret: { x: 'X', y: 'Y' } } });
  await ask('PATCH /boxes/b', { body: { secret: { x: 'W' } } });
  expect((await ask('GET /boxes/b', { as: EDITOR })).body.secret).toEqual({ x: 'W', y: 'Y' });
});

test.each(['region', 'loans'])(
  'a condition on "%s", which something else decides, is a mistake of the file',
  async (attribute) => {
    const shops = defineResource({
      name: 'shops',
      description: 'Shops.',
      schema: {
        city: { type: String },
        region: { type: String, readOnly: true },
        loans: { type: Number, readOnly: true, default: 0, counts: { collection: 'sales', attribute: 'shop' } },
      },
      computed: { region: ({ city }) => (city === 'rome' ? 'south' : 'north') },
      access: { create: () => ({ [attribute]: attribute === 'region' ? 'north' : 5 }) },
    });
    const sales = defineResource({
      name: 'sales',
      description: 'Sales.',
      schema: { shop: { type: String, references: 'shops' } },
    });
    const logged = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    expect(
      (
        await createClient({ resources: listResources(shops, sales), config: RULES, described: false })('POST /shops', {
          body: { city: 'rome' },
          as: ADA,
        })
      ).status,
    ).toBe(500);
    logged.mockRestore();
  },
);

test.each(['NaN', 'undefined', ''])('a token whose end is %j has ended', async (expires) => {
  const ask = createClient({ resources: papersWith(open), config: RULES, described: false });
  expect((await ask('GET /papers', { as: { subject: 'ada', expires: expires as never } })).status).toBe(401);
});

test("a refusal tells no capacity units: the size of an item that is not the caller's would show in them", async () => {
  const resources = papersWith({ read: own, delete: own });
  await createClient({ resources, described: false })('PUT /papers/big', {
    body: { title: 'T', owner: 'ada', pin: 'x' },
  });
  const ask = createClient({ resources, config: RULES, described: false });
  for (const method of ['GET', 'DELETE']) {
    expect((await ask(`${method} /papers/big`, { as: BEN })).headers['server-timing']).not.toMatch(/[RW]CU/);
  }
});
