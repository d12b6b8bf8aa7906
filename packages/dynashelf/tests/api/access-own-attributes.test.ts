// Attributes that an item's owner sees, or sets, and others do not: on any way, to anybody.
import { defineResource, listResources } from '../../src/definition/define-resource';
import { createClient, type Client } from '../../src/testing/client';
import type { Ask } from '../../src/testing/ask';
import { useTable } from '../../src/testing/table';
import { useProxy } from '../setup/proxied';
import { ADA, BEN, EDITOR, RULES } from '../setup/rules';

useTable();

const people = defineResource({
  name: 'people',
  description: 'People, who show themselves to others.',
  schema: {
    name: { type: String, required: true, maxLength: 50 },
    email: { type: String, required: true, maxLength: 50, readableBy: ['owner', { role: 'admin' }] },
    motto: { type: String, maxLength: 50, writableBy: 'owner' },
    friend: { type: String, references: 'people', readableBy: 'owner' },
    mentor: { type: String, maxLength: 50 },
    plan: { type: String, maxLength: 50, readableBy: { owner: 'mentor' }, writableBy: { owner: ['mentor', 'id'] } },
  },
  indexes: { byEmail: { sort: 'email' }, byName: { sort: 'name' }, byFriend: { partition: 'friend' } },
  relations: { friends: { collection: 'people', attribute: 'friend' } },
  access: {
    list: 'public',
    read: 'public',
    create: [{ owner: 'id' }, { role: 'editor' }],
    replace: [{ owner: 'id' }, { role: 'editor' }],
    patch: [{ owner: 'id' }, { role: 'editor' }],
    delete: { role: 'editor' },
  },
});
const mine = defineResource({
  name: 'notes',
  description: 'Notes that are listed to their owners alone.',
  schema: {
    owner: { type: String, maxLength: 50 },
    secret: { type: String, maxLength: 50, readableBy: 'owner' },
    open: { type: Boolean },
  },
  indexes: { byOwner: { partition: 'owner' }, byOwnerAndSecret: { partition: 'owner', sort: 'secret' } },
  access: { list: { owner: 'owner' }, read: 'public', create: { owner: 'owner' } },
});
const resources = listResources(people, mine);
const database = useProxy({ resources, config: RULES });
const ask: Client = async (line, more) => database.ask(line, more);
const open = createClient({ resources, described: false });

const JSON_PATCH = { 'Content-Type': 'application/json-patch+json' };
const ADAS = { name: 'Ada', email: 'ada@x.org', motto: 'Go', friend: 'ben', mentor: 'ben', plan: 'Rest' };

beforeEach(async () => {
  await open('PATCH /people/ada', { body: { friend: null } });
  await open('PUT /people/ben', { body: { name: 'Ben', email: 'ben@x.org' } });
  await open('PUT /people/ada', { body: ADAS });
  database.proxy.clear();
});

const stored = async (): Promise<object> => (await open('GET /people/ada')).body as object;

test('the owner sees them, others do not, and each owner its own', async () => {
  expect((await ask('GET /people/ada', { as: ADA })).body).toMatchObject({ email: 'ada@x.org', friend: 'ben' });
  expect((await ask('GET /people/ada', { as: ADA })).body).not.toHaveProperty('plan');
  expect((await ask('GET /people/ada', { as: BEN })).body).toMatchObject({ name: 'Ada', plan: 'Rest' });
  expect((await ask('GET /people/ada', { as: { subject: 'al', roles: ['admin'] } })).body).toHaveProperty('email');
  for (const as of [undefined, BEN, EDITOR]) {
    const { body } = await ask('GET /people/ada', { as });
    expect([Object.hasOwn(body, 'email'), Object.hasOwn(body, 'friend')]).toEqual([false, false]);
  }
});

test('a list has them in the items of its caller alone', async () => {
  const { body } = await ask('GET /people?fields=email', { as: ADA });
  expect(body.items).toEqual([{ id: 'ben' }, { id: 'ada', email: 'ada@x.org' }]);
});

test.each<[string, Ask]>([
  ['GET /people', {}],
  ['GET /people?id[in]=ada', {}],
  ['GET /people/ada?expand=friend', {}],
  ['GET /people?expand=friend', {}],
  ['PUT /people/ada', { body: { name: 'Ada' } }],
  ['PATCH /people/ada', { body: { name: 'Ada' } }],
  ['PATCH /people/ada', { body: { name: 'Ada' }, headers: { 'If-Match': '"99"' } }],
  ['PUT /people/ada', { body: { name: 'Ada' }, headers: { 'If-Match': '"99"' } }],
  ['DELETE /people/ada', { headers: { 'If-Match': '"99"' } }],
  ['POST /transactions', { body: { operations: [{ method: 'GET', path: '/people/ada' }] } }],
  ['POST /transactions', { body: { operations: [{ method: 'PATCH', path: '/people/ada', body: { name: 'A' } }] } }],
  [
    'POST /transactions',
    { body: { operations: [{ method: 'PUT', path: '/people/ada', body: {}, headers: { 'If-Match': '"99"' } }] } },
  ],
])('%s %j of another tells neither the value nor what it refers to', async (line, more) => {
  const { text, status } = await ask(line, { ...more, as: EDITOR });
  expect([200, 204, 412, 422]).toContain(status);
  expect(text).not.toMatch(/ada@|"friend"|Rest/);
});

test('expand follows a reference in the items of its caller alone', async () => {
  const { body } = await ask('GET /people?expand=friend', { as: ADA });
  expect(body.items.map(({ expand }: { expand: object }) => expand)).toEqual([
    {},
    { friend: expect.objectContaining({ name: 'Ben' }) },
  ]);
  expect((await ask('GET /people/ada?expand=friend', { as: BEN })).body.expand).toEqual({});
});

describe('a list of others', () => {
  test.each(['email=ada@x.org', 'email[begins]=a', 'email[exists]=true', 'sort=email', 'sort=-email', 'friend=ben'])(
    '?%s would tell of what it does not show: 400 that names a remedy',
    async (query) => {
      const { status, body } = await ask(`GET /people?${query}`, { as: ADA });
      expect([status, body.errors]).toEqual([
        400,
        [
          {
            parameter: query.split('=')[0],
            detail: expect.stringMatching(
              /^"(email|friend)" is shown in your own items alone, so no list of others goes by it: leave it out, or ask for your own by id=… with the subject of your credentials\.$/,
            ),
          },
        ],
      ]);
    },
  );

  test('does not know them for whom none of its items shows them', async () => {
    for (const query of ['email=x', 'sort=email', 'fields=email']) {
      const { status, text } = await ask(`GET /people?${query}`);
      expect([status, text]).toEqual([400, expect.not.stringContaining('your own')]);
    }
  });

  test('of one’s own goes by them: that is the remedy', async () => {
    expect((await ask('GET /people?id=ada&email[begins]=ada', { as: ADA })).body.items).toHaveLength(1);
    expect((await ask('GET /people?id=ada&email[begins]=x', { as: ADA })).body.items).toHaveLength(0);
    expect(await ask('GET /people?id=ben&email[begins]=b', { as: ADA })).toMatchObject({ status: 400 });
  });

  test('by a relation that they make is 403, as it would tell who refers to whom', async () => {
    expect(await ask('GET /people/ben/friends', { as: ADA })).toMatchObject({ status: 403 });
    expect(await ask('GET /people/ben/friends')).toMatchObject({ status: 403 });
  });

  test('shows no cost, which would grow with what is hidden', async () => {
    expect((await ask('GET /people', { as: ADA })).headers['server-timing']).not.toContain('RCU');
  });
});

test('a list of one’s own goes by them, and orders by them', async () => {
  for (const secret of ['b', 'a']) {
    await ask('POST /notes', { body: { secret }, as: ADA });
  }
  await ask('POST /notes', { body: { secret: 'a' }, as: BEN });
  const { body } = await ask('GET /notes?sort=secret&secret[exists]=true', { as: ADA });
  expect(body.items.map(({ secret }: { secret: string }) => secret)).toEqual(['a', 'b']);
});

describe('what another writes', () => {
  test.each<[string, Ask]>([
    ['PUT /people/ada', { body: { name: 'New', mentor: 'ben' } }],
    ['PUT /people/ada', { body: { name: 'New', mentor: 'ben', motto: 'Hacked', plan: 'Hacked' } }],
    ['PATCH /people/ada', { body: { name: 'New', motto: 'Hacked', plan: null } }],
    [
      'PATCH /people/ada',
      {
        body: [
          { op: 'replace', path: '/name', value: 'New' },
          { op: 'add', path: '/motto', value: 'Hacked' },
        ],
        headers: JSON_PATCH,
      },
    ],
    [
      'POST /transactions',
      { body: { operations: [{ method: 'PATCH', path: '/people/ada', body: { name: 'New', motto: 'Hacked' } }] } },
    ],
    [
      'POST /transactions',
      {
        body: {
          operations: [{ method: 'PUT', path: '/people/ada', body: { name: 'New', mentor: 'ben', motto: 'x' } }],
        },
      },
    ],
  ])('%s %j leaves what it does not set, and what it does not see', async (line, more) => {
    expect(await ask(line, { ...more, as: EDITOR })).toMatchObject({ status: 200 });
    expect(await stored()).toMatchObject({ ...ADAS, name: 'New' });
  });

  test.each<[string, object[]]>([
    ['a test of it', [{ op: 'test', path: '/email', value: 'ada@x.org' }]],
    ['a copy of it', [{ op: 'copy', from: '/email', path: '/name' }]],
    ['its removal', [{ op: 'remove', path: '/friend' }]],
  ])('JSON Patch with %s finds no such member', async (_what, body) => {
    expect(await ask('PATCH /people/ada', { body, headers: JSON_PATCH, as: EDITOR })).toMatchObject({ status: 422 });
    expect(await stored()).toMatchObject(ADAS);
  });

  test('makes an item without what its owner alone sets, and with what it does not see', async () => {
    const body = { name: 'Cy', email: 'cy@x.org', motto: 'Hacked' };
    expect(await ask('PUT /people/cy', { body, as: EDITOR })).toMatchObject({ status: 201 });
    const made = (await open('GET /people/cy')).body;
    expect([made.email, Object.hasOwn(made, 'motto')]).toEqual(['cy@x.org', false]);
    await open('DELETE /people/cy');
  });

  test('can set what is its own by another attribute, when it makes an item that names it there', async () => {
    const { body } = await ask('POST /people', {
      body: { name: 'D', email: 'd@x.org', mentor: 'eve', plan: 'Learn' },
      as: EDITOR,
    });
    expect(body).toMatchObject({ plan: 'Learn' });
    await open(`DELETE /people/${body.id}`);
  });
});

describe('what the owner writes', () => {
  test.each<[string, Ask, object]>([
    ['PUT /people/ada', { body: { ...ADAS, name: 'New', motto: 'Mine' } }, { name: 'New', motto: 'Mine' }],
    ['PATCH /people/ada', { body: { motto: 'Mine' } }, { motto: 'Mine' }],
    ['PATCH /people/ada', { body: [{ op: 'test', path: '/email', value: 'ada@x.org' }], headers: JSON_PATCH }, {}],
    ['PATCH /people/ada', { body: { plan: 'Mine' } }, {}],
  ])('%s %j is done', async (line, more, shown) => {
    expect(await ask(line, { ...more, as: ADA })).toMatchObject({ status: 200, body: shown });
  });

  test('by PUT takes away what it sees and leaves out, and needs what is required', async () => {
    const { motto: _, ...body } = ADAS;
    expect((await ask('PUT /people/ada', { body, as: ADA })).body).not.toHaveProperty('motto');
    expect(await ask('PUT /people/ada', { body: { name: 'Ada' }, as: ADA })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '#/email' }] },
    });
  });

  test('is one request where it sets what is its own in any case', async () => {
    await ask('PATCH /people/ada', { body: { motto: 'Mine' }, as: ADA });
    expect(database.proxy.requests.map(({ operation }) => operation)).toEqual(['UpdateItem']);
  });
});
