// Items that have an owner: filled from the token, listed from the owner's own partition, absent for everyone else.
import type { AccessFunction } from '../../src/definition/access';
import { defineResource, listResources } from '../../src/definition/define-resource';
import { createClient, type Client } from '../../src/testing/client';
import { papersWith } from '../setup/papers';
import { useProxy } from '../setup/proxied';
import { CLIENTS, patient, race, statuses } from '../setup/race';
import { ADA, BEN, EDITOR, RULES } from '../setup/rules';
import { useTable } from '../../src/testing/table';

useTable();

const owner = { owner: 'owner' } as const;
const resources = papersWith({
  list: [owner, { role: 'editor' }],
  read: [owner, { role: 'editor' }],
  create: [owner, { role: 'editor' }],
  replace: [owner, { role: 'editor' }],
  patch: [owner, { role: 'editor' }],
  delete: owner,
  publish: owner,
});
const database = useProxy({ resources, config: RULES });
const ask: Client = patient(async (line, more) => database.ask(line, more));

afterEach(async () => {
  const open = createClient({ resources });
  const { body } = await open('GET /papers?limit=100');
  await Promise.all(body.items.map(async ({ id }: { id: string }) => open(`DELETE /papers/${id}`)));
});

describe('what an owner creates', () => {
  test.each([
    ['POST /papers', { title: 'T', owner: 'ada' }],
    ['POST /papers', { title: 'T' }],
    ['PUT /papers/p', { title: 'T', owner: 'ada' }],
    ['PUT /papers/p', { title: 'T' }],
  ])('%s with %j belongs to the caller, whatever the body says', async (line, body) => {
    expect(await ask(line, { body, as: BEN })).toMatchObject({ status: 201, body: { owner: 'ben' } });
  });

  test('in an array and in a transaction it belongs to the caller too', async () => {
    const {
      body: { items },
    } = await ask('POST /papers', { body: [{ title: 'A', owner: 'ada' }, { title: 'B' }], as: BEN });
    const {
      body: { results },
    } = await ask('POST /transactions', {
      body: {
        operations: [
          { method: 'POST', path: '/papers', body: { title: 'C', owner: 'ada' } },
          { method: 'PUT', path: '/papers/d', body: { title: 'D', owner: 'ada' } },
        ],
      },
      as: BEN,
    });
    expect([...items, ...results.map((result: { body: object }) => result.body)].map((item) => item.owner)).toEqual([
      'ben',
      'ben',
      'ben',
      'ben',
    ]);
  });

  test('by a role belongs to whom the body names, and needs the name', async () => {
    expect(await ask('POST /papers', { body: { title: 'T', owner: 'ada' }, as: EDITOR })).toMatchObject({
      status: 201,
      body: { owner: 'ada' },
    });
    expect(await ask('POST /papers', { body: { title: 'T' }, as: EDITOR })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '#/owner' }] },
    });
  });

  test('cannot be given away by its owner, by PUT, PATCH or JSON Patch', async () => {
    await ask('PUT /papers/p', { body: { title: 'T' }, as: ADA });
    await ask('PUT /papers/p', { body: { title: 'T', owner: 'ben' }, as: ADA });
    await ask('PATCH /papers/p', { body: { owner: 'ben' }, as: ADA });
    await ask('PATCH /papers/p', {
      body: [
        { op: 'replace', path: '/owner', value: 'ben' },
        { op: 'replace', path: '/title', value: 'U' },
      ],
      headers: { 'Content-Type': 'application/json-patch+json' },
      as: ADA,
    });
    expect(await ask('GET /papers/p', { as: ADA })).toMatchObject({ status: 200, body: { owner: 'ada', title: 'U' } });
    expect(await ask('GET /papers/p', { as: BEN })).toMatchObject({ status: 404 });
  });

  test('can be sent back as GET gave it', async () => {
    const { body } = await ask('PUT /papers/p', { body: { title: 'T' }, as: ADA });
    expect(await ask('PUT /papers/p', { body, as: ADA })).toMatchObject({
      status: 200,
      body: { owner: 'ada', title: 'T' },
    });
  });

  test('is of a subject that no attribute can hold: 422 naming the attribute, nothing written', async () => {
    expect(await ask('POST /papers', { body: { title: 'T' }, as: { subject: 'x'.repeat(201) } })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '#/owner' }] },
    });
  });
});

describe('lists of an owner', () => {
  beforeEach(async () => {
    await Promise.all(
      Array.from({ length: 6 }, async (_, index) =>
        ask(`PUT /papers/p${index}`, {
          body: { title: `T${index}`, owner: index % 2 === 0 ? 'ada' : 'ben' },
          as: EDITOR,
        }),
      ),
    );
    database.proxy.clear();
  });

  test.each([
    ['/papers', 'byOwner', ['p4', 'p2', 'p0']],
    ['/papers?sort=title', 'byOwnerAndTitle', ['p0', 'p2', 'p4']],
    ['/papers?title=T2', 'byOwnerAndTitle', ['p2']],
    ['/papers?owner=ada', 'byOwner', ['p4', 'p2', 'p0']],
    ['/papers?state=draft', 'byOwner', ['p4', 'p2', 'p0']],
  ])('%s is a Query of the partition of %s alone, which reads no more than it gives', async (path, index, ids) => {
    const { body } = await ask(`GET ${path}`, { as: ADA });
    expect(body.items.map(({ id }: { id: string }) => id)).toEqual(ids);
    const [request, ...more] = database.proxy.requests;
    expect([request!.operation, Object.values(request!.input['ExpressionAttributeValues'] as object)]).toEqual([
      'Query',
      expect.arrayContaining([{ S: `papers#${index}#ada` }]),
    ]);
    expect([more.length, request!.output?.['ScannedCount']]).toEqual([0, ids.length]);
  });

  test('of someone else are empty', async () => {
    expect((await ask('GET /papers?owner=ben', { as: ADA })).body.items).toEqual([]);
    expect((await ask('GET /papers?id[in]=p1,p3', { as: ADA })).body.items).toEqual([]);
  });

  test('in an order that only an index of everyone has are refused, naming those that are served', async () => {
    const { status, body } = await ask('GET /papers?sort=state', { as: ADA });
    expect([status, body.errors[0].detail]).toEqual([
      400,
      'No index serves this order. Served are: id; title. Each also descending, with - before every name.',
    ]);
  });

  test('are counted among themselves', async () => {
    expect(await ask('GET /papers?limit=1', { headers: { Prefer: 'count=exact' }, as: ADA })).toMatchObject({
      body: { total: 3 },
    });
  });

  test('are whole pages from first to last, while others write', async () => {
    const seen: string[] = [];
    for (let path: string | undefined = '/papers?limit=1'; path !== undefined;) {
      const { body } = await ask(`GET ${path}`, { as: ADA });
      seen.push(...body.items.map(({ id }: { id: string }) => id));
      await ask('POST /papers', { body: { title: 'of Ben' }, as: BEN });
      path = body.next;
    }
    expect(seen).toEqual(['p4', 'p2', 'p0']);
  });
});

describe('lists by the conditions of a function', () => {
  const rule: AccessFunction = ({ subject, roles }) =>
    roles.includes('editor') ? { state: 'draft' } : { owner: subject };
  const byState = papersWith({ create: 'public', list: rule });
  const guarded = useProxy({ resources: byState, config: RULES, described: false });

  test.each([
    ['/papers', ADA, 'papers#byOwner#ada', 3, 3],
    ['/papers?sort=title', ADA, 'papers#byOwnerAndTitle#ada', 3, 3],
    ['/papers?owner=ben&sort=title', EDITOR, 'papers#byOwnerAndTitle#ben', 3, 3],
    ['/papers?title[gte]=T4&sort=title', EDITOR, 'papers#byTitle', 2, 2],
  ] as const)(
    '%s are planned as filters are, by the index that leaves out most',
    async (path, as, partition, scanned, given) => {
      await Promise.all(
        Array.from({ length: 6 }, async (_, index) =>
          guarded.ask(`POST /papers`, { body: { title: `T${index}`, owner: index % 2 === 0 ? 'ada' : 'ben' } }),
        ),
      );
      guarded.proxy.clear();
      const { body } = await guarded.ask(`GET ${path}`, { as });
      const [request] = guarded.proxy.requests;
      expect([body.items.length, request!.output?.['ScannedCount']]).toEqual([given, scanned]);
      expect(Object.values(request!.input['ExpressionAttributeValues'] as object)).toEqual(
        expect.arrayContaining([{ S: partition }]),
      );
    },
  );
});

describe('the owner `id`, whose item has the subject as its id', () => {
  const self = { owner: 'id' } as const;
  const people = defineResource({
    name: 'people',
    description: 'People.',
    schema: { name: { type: String, required: true, maxLength: 50 } },
    access: { list: self, read: self, create: self, replace: self, patch: self, delete: self },
  });
  const asked = createClient({ resources: listResources(people), config: RULES });

  test('makes, lists and changes that item and no other', async () => {
    expect(await asked('PUT /people/ben', { body: { name: 'Ben' }, as: ADA })).toMatchObject({ status: 404 });
    expect(await asked('POST /people', { body: { name: 'Ada' }, as: ADA })).toMatchObject({
      status: 403,
      body: { detail: expect.stringContaining('send PUT to /people/ada') },
    });
    expect(await asked('PUT /people/ada', { body: { name: 'Ada' }, as: ADA })).toMatchObject({ status: 201 });
    expect(await asked('PUT /people/ben', { body: { name: 'Ben' }, as: BEN })).toMatchObject({ status: 201 });
    expect((await asked('GET /people', { as: ADA })).body.items.map(({ id }: { id: string }) => id)).toEqual(['ada']);
    expect(await asked('PATCH /people/ben', { body: { name: 'Hacked' }, as: ADA })).toMatchObject({ status: 404 });
    expect(await asked('DELETE /people/ada', { as: ADA })).toMatchObject({ status: 204 });
  });
});

describe('a change of owner while the owner writes', () => {
  test('ends the writes of the former owner: none takes effect after it, of any number that race with it', async () => {
    await ask('PUT /papers/p', { body: { title: 'T' }, as: ADA });
    const handOver = CLIENTS / 2;
    const answers = await race(async (number) =>
      number === handOver
        ? ask('PATCH /papers/p', { body: { owner: 'ben' }, as: EDITOR })
        : ask('PATCH /papers/p', { body: { title: `T${number}` }, as: ADA }),
    );

    const given = answers[handOver]!;
    const written = answers
      .filter(({ status }, number) => status === 200 && number !== handOver)
      .map(({ body }) => body.version as number);
    expect(given.status).toBe(200);
    expect(Object.keys(statuses(answers))).toEqual(expect.arrayContaining(['200']));
    expect(written.filter((version) => version > given.body.version)).toEqual([]);
    expect(await ask('GET /papers/p', { as: BEN })).toMatchObject({
      status: 200,
      body: { owner: 'ben', version: given.body.version },
    });
    expect(answers.every(({ status }) => [200, 404].includes(status))).toBe(true);
  });
});
