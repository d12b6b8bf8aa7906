// Who asks, from what stands in front of a function: what has not the form in which the authorizer speaks is nobody, or
// a mistake, and never somebody.

import fc from 'fast-check';

import { identityOf, readCaller, type VerifiedToken } from '../../../src/authentication/caller';
import { readRequest } from '../../../src/http/request';
import { readFunction } from '../../../src/lambda';
import { normalizeEvent } from '../../../src/http/request';
import { gatewayEvent } from '../../../src/testing/client';
import { defineResource, listResources } from '../../../src/definition/define-resource';
import { readConfig, type TokenTrust } from '../../../src/config';
import { ANONYMOUS, grantOf } from '../../../src/authorization/grant';
import type { Resource } from '../../../src/definition/resource';
import type { Caller } from '../../../src/values/caller';
import { RULES } from '../../setup/rules';
import { runs } from '../../setup/runs';

const good: VerifiedToken = { subject: 'ada', roles: '["boss"]', claims: '{"sub":"ada"}', expires: '4102444800' };
const config = { ...readConfig(process.env), ...RULES };

/** The caller of an event with this context and API key, or the word "refused". */
function callerOf(context: unknown, apiKeyId?: unknown): ReturnType<typeof readCaller> | 'refused' {
  const event = gatewayEvent('GET /papers');
  Object.assign(event.requestContext, { authorizer: context, identity: { apiKeyId } });
  try {
    return readCaller(config, readRequest(normalizeEvent(event)).credentials);
  } catch {
    return 'refused';
  }
}

test('a context as the authorizer writes it is its bearer, whatever the gateway adds', () => {
  expect(callerOf({ ...good, principalId: 'ada', integrationLatency: 7 })).toEqual({
    kind: 'token',
    subject: 'ada',
    roles: ['boss'],
    claims: { sub: 'ada' },
  });
});

test.each<[string, object]>([
  ['roles as the JSON of one text', { roles: '"a boss b"' }],
  ['roles as a text', { roles: 'boss' }],
  ['roles as a list', { roles: ['boss'] }],
  ['roles as an object', { roles: '{"includes":"boss"}' }],
  ['roles of which one is a list', { roles: '[["boss"]]' }],
  ['no roles', { roles: undefined }],
  ['claims as an object', { claims: { sub: 'ada' } }],
  ['claims as a list', { claims: '[]' }],
  ['claims that are null', { claims: 'null' }],
  ['no claims', { claims: undefined }],
  ['an empty subject', { subject: '' }],
  ['the subject of an API key', { subject: 'key:k1' }],
  ['an end in infinity', { expires: 'Infinity' }],
  ['an end that is a number', { expires: 4102444800 }],
  ['an empty end', { expires: '' }],
  ['an end that is a word', { expires: 'never' }],
  ['no end', { expires: undefined }],
])('a context with %s is refused', (_what, but) => {
  expect(callerOf({ ...good, ...but })).toBe('refused');
});

test.each<[string, unknown]>([
  ['nothing', undefined],
  ['null', null],
  ['a text', 'ada'],
  ['a list', [good]],
  ['a principal alone', { principalId: 'ada' }],
  ['a subject that is a number', { ...good, subject: 7 }],
  ['a subject that is a list', { ...good, subject: ['ada'] }],
  ['the claims of API Gateway’s own Cognito authorizer', { claims: { sub: 'ada', 'cognito:groups': 'boss' } }],
])('a context that is %s is nobody in particular', (_what, context) => {
  expect(callerOf(context)).toMatchObject({ kind: 'anonymous', subject: '', roles: [] });
});

test.each<[string, unknown]>([
  ['empty', ''],
  ['a number', 0],
  ['an object', {}],
  ['a list', ['k1']],
  ['null', null],
])('an API key id that is %s is none', (_what, id) => {
  expect(callerOf(undefined, id)).toMatchObject({ kind: 'anonymous' });
});

test('whatever the context, only one of the right form is somebody, with the roles that it lists', () => {
  const member = fc.oneof(
    fc.jsonValue(),
    fc.jsonValue().map((value) => JSON.stringify(value)),
    fc.constantFrom(...Object.values(good)),
  );
  fc.assert(
    fc.property(
      fc.record({ subject: member, roles: member, claims: member, expires: member }, { requiredKeys: [] }),
      (but) => {
        const caller = callerOf({ ...good, ...but });
        if (caller === 'refused' || caller.kind === 'anonymous') {
          return;
        }
        const context = { ...good, ...but } as Record<keyof VerifiedToken, string>;
        expect(caller).toEqual({
          kind: 'token',
          subject: context.subject,
          roles: JSON.parse(context.roles),
          claims: JSON.parse(context.claims),
        });
        expect(caller.roles.every((role) => typeof role === 'string')).toBe(true);
        expect(Number(context.expires)).toBeGreaterThan(Date.now() / 1000 - 60);
      },
    ),
    { numRuns: runs(200) },
  );
});

test('a function answers a mistaken context with 500, and logs which authorizer is meant, without what it said', async () => {
  const papers = defineResource({
    name: 'papers',
    description: 'For one role.',
    schema: { title: { type: String } },
    access: { list: { role: 'boss' }, read: { role: 'boss' } },
  });
  const logged = jest.spyOn(console, 'error').mockImplementation(() => undefined);
  const event = gatewayEvent('GET /papers');
  Object.assign(event.requestContext, { authorizer: { ...good, subject: 'somebody', roles: '"a boss b"' } });
  const answer = await readFunction({
    resources: listResources(papers),
    config,
    send: () => Promise.reject(new Error('Nothing is to be read.')),
  })(event);
  expect(answer.statusCode).toBe(500);
  expect(logged.mock.calls.join()).toContain('src/http/endpoints/authorizer.ts');
  expect(logged.mock.calls.join()).not.toMatch(/boss|somebody/);
  logged.mockRestore();
});

describe('by what a deployment trusts,', () => {
  const TRUST = { ...(RULES.tokens as TokenTrust), clockSkew: 30 };
  const RULED = { access: 'rules', tokens: TRUST, apiKeys: true } as const;
  const BEARER = { kind: 'token', subject: 'ada', roles: ['boss'], claims: { sub: 'ada' } };

  test('everyone may do everything where the API is open, whatever they send', () => {
    expect(readCaller({ ...RULED, access: 'open' }, { context: good, apiKeyId: 'k1' })).toEqual({
      kind: 'open',
      subject: '',
      roles: [],
      claims: {},
    });
  });

  test('where the API is open everyone has the subject that is set, and by rules nobody has it', () => {
    const caller = { kind: 'open', subject: 'rita', roles: [], claims: {} };
    expect(readCaller({ ...RULED, access: 'open', localSubject: 'rita' }, { context: good })).toEqual(caller);
    expect(readCaller({ ...RULED, localSubject: 'rita' }, {})).toMatchObject({ kind: 'anonymous', subject: '' });
    // No rule goes by it.
    const things = {
      name: 'things',
      access: new Map([['read', [{ owner: 'maker' }]]]),
    } as unknown as Resource;
    expect(grantOf(things, 'read', caller as Caller)).toBe('all');
  });

  test('nobody may do anything where nothing is trusted', () => {
    const nothing = { access: 'rules', tokens: undefined, apiKeys: false } as const;
    for (const credentials of [{}, { context: good }, { apiKeyId: 'k1' }]) {
      expect(() => readCaller(nothing, credentials)).toThrow(expect.objectContaining({ type: 'forbidden' }) as Error);
    }
  });

  test('a token counts where an issuer is trusted, and before a key', () => {
    expect(readCaller(RULED, { context: good, apiKeyId: 'k1' })).toEqual(BEARER);
    expect(readCaller({ ...RULED, apiKeys: false }, { context: good })).toEqual(BEARER);
    expect(readCaller({ ...RULED, tokens: undefined }, { context: good })).toBe(ANONYMOUS);
  });

  test('a key counts where keys are trusted', () => {
    const key = { kind: 'key', subject: 'key:k1', roles: [], claims: {} };
    expect(readCaller(RULED, { apiKeyId: 'k1' })).toEqual(key);
    expect(readCaller({ ...RULED, tokens: undefined }, { context: good, apiKeyId: 'k1' })).toEqual(key);
    expect(readCaller({ ...RULED, apiKeys: false }, { apiKeyId: 'k1' })).toBe(ANONYMOUS);
    expect(readCaller(RULED, {})).toBe(ANONYMOUS);
  });

  test('a token that was verified is good to its end and the skew of clocks, and then 401', () => {
    jest.spyOn(Date, 'now').mockReturnValue(1_000_000);
    const until = (expires: string) => readCaller(RULED, { context: { ...good, expires } });
    expect(until('971')).toEqual(BEARER);
    for (const expires of ['970', '0', '', 'x']) {
      expect(() => until(expires)).toThrow(
        expect.objectContaining({
          type: 'unauthenticated',
          more: { headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' } },
        }) as Error,
      );
    }
    jest.restoreAllMocks();
  });
});

test('a caller as text is equal for the same alone', () => {
  const caller = (kind: Caller['kind'], subject: string): Caller => ({ kind, subject, roles: [], claims: {} });
  expect(identityOf(caller('token', 'ada'))).toBe('token:ada');
  expect(identityOf(caller('key', 'key:k1'))).toBe('key:key:k1');
  expect([identityOf(ANONYMOUS), identityOf(caller('open', ''))]).toEqual(['', '']);
});
