// What the tests of an app are given: tokens that the authorizer verifies, and a clock that the engine goes by.

import { createClient, RULES, useClock, useTable, useTokens } from '../../src/testing/index';
import { defineResource, listResources } from '../../src/definition/define-resource';

const resources = listResources(
  defineResource({
    name: 'slips',
    description: 'Slips of paper that somebody has written.',
    schema: {
      text: { type: String, maxLength: 100 },
      author: { type: String, required: true, maxLength: 200 },
      noted: { type: Date, default: () => new Date() },
    },
    indexes: { byAuthor: { partition: 'author' } },
    access: {
      list: { owner: 'author' },
      read: 'public',
      create: 'authenticated',
      patch: [{ owner: 'author' }, { role: 'editor' }],
      delete: { role: 'editor' },
    },
  }),
);

useTable();
const tokens = useTokens();
const clock = useClock();
const ask = createClient({ resources, tokens });

const ada = { token: tokens.sign({ subject: 'ada' }) };
const ben = { token: tokens.sign({ subject: 'ben' }) };
const editor = { token: tokens.sign({ subject: 'eve', roles: ['editor'] }) };
const newSlip = async (): Promise<string> =>
  `/slips/${(await ask('POST /slips', { as: ada, body: { author: 'ada' } })).body.id}`;

beforeEach(() => {
  jest.spyOn(console, 'warn').mockImplementation(() => undefined); // why a token was refused
});
afterEach(() => {
  jest.restoreAllMocks();
});

describe('tokens', () => {
  test('a token is its bearer: the owner changes the own item, another may not, a role may, and nobody must show one', async () => {
    const slip = await newSlip();
    const change = { body: { text: 'x' }, headers: { 'Content-Type': 'application/merge-patch+json' } };
    expect((await ask(`PATCH ${slip}`, { ...change, as: ada })).status).toBe(200);
    expect((await ask(`PATCH ${slip}`, { ...change, as: ben })).status).toBe(403);
    expect((await ask(`PATCH ${slip}`, { ...change, as: editor })).status).toBe(200);
    expect((await ask(`DELETE ${slip}`, { as: ada })).status).toBe(403);
    expect((await ask('GET /slips', { as: ben })).body.items).toEqual([]);
    expect((await ask(`GET ${slip}`)).status).toBe(200);
    const refused = await ask('POST /slips', { body: { author: 'ada' } });
    expect(refused.status).toBe(401);
    expect(refused.headers['www-authenticate']).toBe('Bearer');
  });

  test.each<[string, string | (() => string)]>([
    ['has expired', () => tokens.sign({ subject: 'ada', expiresIn: -1 })],
    ['is of another issuer', () => tokens.sign({ subject: 'ada', claims: { iss: 'https://other.example' } })],
    ['is for another audience', () => tokens.sign({ subject: 'ada', claims: { aud: 'other' } })],
    ['names no end', () => tokens.sign({ subject: 'ada', claims: { exp: undefined } })],
    ['is not as it was signed', () => tokens.sign({ subject: 'ada' }).replace(/\.[^.]+\./, '.e30.')],
    ['is no token', 'a.b.c'],
  ])('a token that %s is refused, also where nobody has to show one', async (_what, token) => {
    const slip = await newSlip();
    const { status, headers } = await ask(`GET ${slip}`, {
      as: { token: typeof token === 'string' ? token : token() },
    });
    expect(status).toBe(401);
    expect(headers['www-authenticate']).toBe('Bearer error="invalid_token"');
  });

  test('a header that a test writes itself is verified too', async () => {
    const body = { author: 'ada' };
    expect((await ask('POST /slips', { body, headers: { authorization: `Bearer ${ada.token}` } })).status).toBe(201);
    expect((await ask('POST /slips', { body, headers: { authorization: 'Bearer x' } })).status).toBe(401);
  });

  test('the description says whose tokens are wanted, and is there for everyone', async () => {
    const { status, body } = await ask('GET /openapi.json');
    expect(status).toBe(200);
    expect(Object.keys(body.components.securitySchemes)).toEqual(['token']);
  });

  test('where the description is private, it is there for who has a token', async () => {
    const guarded = createClient({ resources, tokens, config: { description: 'private' } });
    expect((await guarded('GET /openapi.json')).status).toBe(401);
    expect((await guarded('GET /openapi.json', { as: ada })).status).toBe(200);
  });

  test('a key of an API that wants keys is good without a token', async () => {
    const keyed = createClient({ resources, tokens, config: RULES });
    expect((await keyed('POST /slips', { as: { key: 'k1' }, body: { author: 'key:k1' } })).status).toBe(201);
  });

  test('a client that trusts no tokens says so', async () => {
    await expect(createClient({ resources })('GET /slips', { as: ada })).rejects.toThrow('useTokens()');
  });
});

describe('the claim of the roles is the one that the app is deployed with', () => {
  describe.each(['cognito:groups', 'realm_access.roles', 'scope'])('%s', (rolesClaim) => {
    const other = useTokens({ rolesClaim });
    const client = createClient({ resources, tokens: other });

    test('gives the roles that rules name', async () => {
      const slip = await newSlip();
      const sent = async (...roles: string[]): Promise<number> =>
        (await client(`DELETE ${slip}`, { as: { token: other.sign({ subject: 'x', roles, scopes: ['api'] }) } }))
          .status;
      expect(await sent('reader')).toBe(403);
      expect(await sent('reader', 'editor')).toBe(204);
    });
  });
});

describe('the clock', () => {
  const later = '2031-02-03T04:05:06.007Z';

  test('that is set is what an item is made and changed at, and what a default by a function says', async () => {
    clock.set(later);
    const as = { token: tokens.sign({ subject: 'ada' }) };
    const { body } = await ask('POST /slips', { as, body: { author: 'ada' } });
    expect(body).toMatchObject({ createdAt: later, updatedAt: later, noted: later });
    clock.advance({ days: 1, hours: 2, minutes: 3, seconds: 4, milliseconds: 5 });
    const headers = { 'Content-Type': 'application/merge-patch+json' };
    const changed = await ask(`PATCH /slips/${body.id}`, {
      as: { token: tokens.sign({ subject: 'ada' }) },
      headers,
      body: { text: 'x' },
    });
    expect(changed.body).toMatchObject({ createdAt: later, updatedAt: '2031-02-04T06:08:10.012Z', noted: later });
  });

  test('is right again in the next test, and goes on where it is only moved', async () => {
    expect(Math.abs(Date.now() - performance.timeOrigin - performance.now())).toBeLessThan(10_000);
    clock.advance({ hours: -1 });
    const began = Date.now();
    while (Date.now() === began) {
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    expect(performance.timeOrigin + performance.now() - Date.now()).toBeGreaterThan(3_500_000);
    clock.reset();
    expect(Math.abs(Date.now() - performance.timeOrigin - performance.now())).toBeLessThan(10_000);
  });

  test('ends a token', async () => {
    const body = { author: 'ada' };
    const as = { token: tokens.sign({ subject: 'ada', expiresIn: 60 }) };
    clock.advance({ seconds: 50 });
    expect((await ask('POST /slips', { as, body })).status).toBe(201);
    clock.advance({ seconds: 10 });
    expect((await ask('POST /slips', { as, body })).status).toBe(401);
  });

  test('ends what is kept of an Idempotency-Key', async () => {
    const post = async (): Promise<string> => {
      const as = { token: tokens.sign({ subject: 'ada' }) };
      const headers = { 'Idempotency-Key': 'once' };
      return (await ask('POST /slips', { as, headers, body: { author: 'ada' } })).body.id as string;
    };
    const first = await post();
    clock.advance({ hours: 23 });
    expect(await post()).toBe(first);
    clock.advance({ hours: 2 });
    expect(await post()).not.toBe(first);
  });

  test('is in Date as it was: what is one stays one, and is written as before', () => {
    clock.set(0);
    const date: unknown = new Date();
    expect(date).toBeInstanceOf(Date);
    expect(date).toStrictEqual(new Date('1970-01-01T00:00:00Z'));
    expect((date as Date).constructor).toBe(Date);
    expect(Date()).toBe((date as Date).toString());
    expect([Date.UTC(1970, 0, 1), Date.parse('1970-01-01'), new Date(1, 2, 3).getFullYear()]).toEqual([0, 0, 1901]);
    class Day extends Date {}
    expect(new Day().getTime()).toBe(0);
    expect(new Day()).toBeInstanceOf(Day);
  });

  test('leaves jest’s timers and spies as they are', () => {
    clock.set(later);
    jest.useFakeTimers({ now: 5 });
    expect(Date.now()).toBe(5);
    jest.advanceTimersByTime(10);
    expect(new Date().getTime()).toBe(15);
    jest.useRealTimers();
    expect(new Date().toISOString()).toBe(later);
    const spy = jest.spyOn(Date, 'now').mockReturnValue(7);
    expect(Date.now()).toBe(7);
    spy.mockRestore();
    expect(Date.now()).toBe(Date.parse(later));
  });

  test('that is set to what is no time says so', () => {
    expect(() => clock.set('soon')).toThrow('"soon" is no time: write one such as 2030-01-31T12:00:00Z.');
  });
});
