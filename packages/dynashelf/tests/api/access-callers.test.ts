// Who asks, and what a deployment trusts: credentials, cursors and idempotency keys of one caller and another's.
import { defineResource, listResources } from '../../src/definition/define-resource';
import type { AccessFunction } from '../../src/definition/access';
import type { Answer } from '../../src/definition/action';
import { createClient, type Client } from '../../src/testing/client';
import { papersWith } from '../setup/papers';
import { ADA, BEN, EDITOR, MACHINE, RULES } from '../setup/rules';
import { useTable } from '../../src/testing/table';

useTable();

const everyone = {
  list: 'public',
  read: 'public',
  create: 'public',
  replace: 'public',
  patch: 'public',
  delete: 'public',
  publish: 'public',
} as const;
const ask = createClient({ resources: papersWith(everyone), config: RULES });

function notesWith(rule: AccessFunction, maxAge?: number): Client {
  const notes = defineResource({
    name: 'notes',
    description: 'Notes of branches.',
    schema: {
      branch: { type: String, maxLength: 200, required: true },
      rank: { type: Number, readOnly: true },
      day: { type: Date },
    },
    indexes: { byBranch: { partition: 'branch' } },
    access: { list: rule, read: rule, create: rule, replace: rule, patch: rule, delete: rule, touch: 'public' },
    ...(maxAge !== undefined && { maxAge }),
    actions: (action) => ({
      touch: action({
        description: 'Notes who called.',
        body: {},
        async run({ item, caller, transaction }): Promise<Answer> {
          return transaction.update(notes, item.id, {
            branch: JSON.stringify([caller.kind, caller.subject, caller.roles, caller.claims]),
          });
        },
      }),
    }),
  });
  return createClient({ resources: listResources(notes), config: RULES });
}

describe('a deployment', () => {
  const described = ['GET /', 'GET /health', 'GET /openapi.json', 'GET /docs'];

  test.each(described)('that trusts no credentials still serves %s', async (line) => {
    const closed = createClient({
      resources: papersWith(everyone),
      config: { access: 'rules', tokens: undefined, apiKeys: false },
    });
    expect((await closed(line, { headers: { Accept: '*/*' } })).status).toBe(200);
  });

  test.each([
    'GET /papers',
    'GET /papers/p',
    'POST /papers',
    'PUT /papers/p',
    'PATCH /papers/p',
    'DELETE /papers/p',
    'POST /papers/p/publish',
    'GET /papers/p/remarks',
    'POST /transactions',
  ])(
    'that trusts no credentials refuses %s with 403, even where the rule is public and an authorizer says who asks',
    async (line) => {
      const closed = createClient({
        resources: papersWith(everyone),
        config: { access: 'rules', tokens: undefined, apiKeys: false },
      });
      expect(await closed(line, { body: line.startsWith('GET') ? undefined : {}, as: ADA })).toMatchObject({
        status: 403,
        body: { type: '/docs#forbidden', detail: expect.stringContaining('configure') },
      });
    },
  );

  test('says 404 and 405 to everyone, of paths that it does not serve', async () => {
    expect(await ask('GET /nothing')).toMatchObject({ status: 404 });
    expect(await ask('DELETE /papers')).toMatchObject({ status: 405 });
    expect(await ask('OPTIONS /papers')).toMatchObject({ status: 204 });
  });

  test('that trusts tokens alone takes no API key for a caller', async () => {
    const tokensOnly = createClient({
      resources: papersWith({ ...everyone, list: 'authenticated' }),
      config: { ...RULES, apiKeys: false },
    });
    expect(await tokensOnly('GET /papers', { as: MACHINE })).toMatchObject({ status: 401 });
  });

  test('that trusts API keys alone takes no authorizer for a caller', async () => {
    const keysOnly = createClient({
      resources: papersWith({ ...everyone, list: 'authenticated' }),
      config: { ...RULES, tokens: undefined },
    });
    expect(await keysOnly('GET /papers', { as: ADA })).toMatchObject({ status: 401 });
    expect(await keysOnly('GET /papers', { as: MACHINE })).toMatchObject({ status: 200 });
  });

  test('answers 401 to a token that has expired since it was verified, public rule or not', async () => {
    const answer = await ask('GET /papers', { as: { subject: 'ada', expires: Math.floor(Date.now() / 1000) - 1 } });
    expect([answer.status, answer.headers['www-authenticate']]).toEqual([401, 'Bearer error="invalid_token"']);
  });
});

test('what can only be refused is refused before its body is read: an anonymous request with a bad body is 401', async () => {
  const guarded = createClient({ resources: papersWith({}), config: RULES });
  expect(await guarded('POST /papers', { body: 'no JSON' })).toMatchObject({ status: 401 });
  expect(await guarded('HEAD /papers/p')).toMatchObject({ status: 401, text: '' });
});

test('an answer says that it depends on who asks, and one to a known caller is not for shared caches', async () => {
  const cached = notesWith(() => true, 60);
  const anonymous = await cached('GET /notes');
  expect(anonymous.headers['vary']).toBe('Accept, Accept-Encoding, Authorization, X-Api-Key, Prefer');
  expect(anonymous.headers['cache-control']).toBe('max-age=60');
  expect((await cached('GET /notes', { as: ADA })).headers['cache-control']).toBe('private, max-age=60');
});

describe('a cursor', () => {
  test('of one caller is 400 to another and to nobody, and good to its own', async () => {
    await ask('POST /papers', {
      body: [
        { title: 'A', owner: 'x' },
        { title: 'B', owner: 'x' },
      ],
    });
    const {
      body: { next },
    } = await ask('GET /papers?limit=1', { as: ADA });
    expect(await ask(`GET ${next}`, { as: BEN })).toMatchObject({
      status: 400,
      body: { errors: [{ parameter: 'cursor' }] },
    });
    expect(await ask(`GET ${next}`)).toMatchObject({ status: 400 });
    expect(await ask(`GET ${next}`, { as: { subject: 'ada', roles: ['other'] } })).toMatchObject({ status: 200 });
  });

  test('made with an older key is good while the key is still accepted', async () => {
    const [older, newer] = ['an older key of some length', 'a newer key of some length'];
    const by = (...cursorKeys: [string, ...string[]]): Client =>
      createClient({ resources: papersWith(everyone), config: { ...RULES, cursorKeys } });
    const {
      body: { next },
    } = await by(older)('GET /papers?limit=1');
    const {
      body: { next: nextByBoth },
    } = await by(newer, older)('GET /papers?limit=1');
    expect((await by(newer, older)(`GET ${next}`)).status).toBe(200);
    expect((await by(newer)(`GET ${next}`)).status).toBe(400);
    expect((await by(newer)(`GET ${nextByBoth}`)).status).toBe(200);
  });
});

test('an idempotency key of one caller is not the same key of another', async () => {
  const headers = { 'Idempotency-Key': 'k' };
  const made = await Promise.all(
    [ADA, BEN, EDITOR, MACHINE, undefined].map(async (as) =>
      ask('POST /papers', { body: { title: 'T', owner: 'x' }, headers, as }),
    ),
  );
  expect(new Set(made.map(({ body }) => body.id)).size).toBe(5);
  expect(await ask('POST /papers', { body: { title: 'Other', owner: 'x' }, headers, as: ADA })).toMatchObject({
    status: 422,
  });
});

describe('a function of the resource file', () => {
  const byBranch = notesWith(({ claims }) => ({ branch: claims['branch'] as string }));
  const OSLO = { subject: 'o', claims: { branch: 'oslo' } };
  const ROME = { subject: 'r', claims: { branch: 'rome' } };

  test('whose conditions follow a claim keeps reads, writes and lists to the items that fulfil them', async () => {
    const { body } = await byBranch('POST /notes', { body: { branch: 'rome' }, as: OSLO });
    expect(body.branch).toBe('oslo');
    expect(await byBranch(`GET /notes/${body.id}`, { as: ROME })).toMatchObject({ status: 404 });
    expect((await byBranch('GET /notes', { as: ROME })).body.items).toEqual([]);
    expect((await byBranch('GET /notes', { as: OSLO })).body.items).toHaveLength(1);
    expect(await byBranch(`DELETE /notes/${body.id}`, { as: ROME })).toMatchObject({ status: 404 });
    expect(await byBranch(`DELETE /notes/${body.id}`, { as: OSLO })).toMatchObject({ status: 204 });
  });

  test('whose condition has no value, the claim being absent, grants nothing', async () => {
    expect(await byBranch('GET /notes', { as: ADA })).toMatchObject({ status: 403 });
    expect(await byBranch('GET /notes')).toMatchObject({ status: 401 });
  });

  test('can set a read-only attribute of what is created', async () => {
    const ranked = notesWith(() => ({ rank: 7 }));
    expect(await ranked('POST /notes', { body: { branch: 'b', rank: 1 }, as: ADA })).toMatchObject({
      status: 201,
      body: { rank: 7 },
    });
  });

  test.each<[string, AccessFunction]>([
    ['no condition', () => ({})],
    ['a condition on what is not declared', () => ({ nothing: 'x' })],
    ['a condition on a Date', () => ({ day: 'x' })],
    ['a value of another type', () => ({ rank: 'x' })],
    ['nothing', () => undefined as never],
  ])('that answers with %s is a mistake of the file: 500, and nothing is shown', async (_what, rule) => {
    const logged = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    expect(await notesWith(rule)('GET /notes', { as: ADA })).toMatchObject({
      status: 500,
      text: expect.not.stringContaining('items'),
    });
    expect(logged.mock.calls.join()).toContain('src/resources/notes.ts');
    logged.mockRestore();
  });
});

test('a relation by an attribute that the caller does not see is refused: it would tell what the attribute holds', async () => {
  const halls = defineResource({
    name: 'halls',
    description: 'Halls.',
    schema: { name: { type: String } },
    relations: { guests: { collection: 'guests', attribute: 'hall' } },
    access: { read: 'public', replace: 'public', create: 'public' },
  });
  const guests = defineResource({
    name: 'guests',
    description: 'Guests.',
    schema: { hall: { type: String, references: 'halls', readableBy: { role: 'porter' } } },
    indexes: { byHall: { partition: 'hall' } },
    access: { list: 'public', create: 'public' },
  });
  const house = createClient({ resources: listResources(halls, guests), config: RULES });
  await house('PUT /halls/h', { body: { name: 'H' } });
  await house('POST /guests', { body: { hall: 'h' } });
  expect(await house('GET /halls/h/guests', { as: ADA })).toMatchObject({ status: 403 });
  expect((await house('GET /halls/h/guests', { as: { subject: 'p', roles: ['porter'] } })).body.items).toHaveLength(1);
  expect((await house('GET /guests', { as: ADA })).body.items[0]).not.toHaveProperty('hall');
});

test('an action is told who calls', async () => {
  const open = notesWith(() => true);
  await open('PUT /notes/n', { body: { branch: 'b' } });
  const called = await open('POST /notes/n/touch', {
    as: { subject: 'ada', roles: ['a', 'b'], claims: { branch: 'oslo' } },
  });
  expect(JSON.parse(called.body.branch)).toEqual(['token', 'ada', ['a', 'b'], { sub: 'ada', branch: 'oslo' }]);
});
