// Who asks, from what stands in front of a function: what has not the form in which the authorizer speaks is nobody, or
// a mistake, and never somebody.

import fc from 'fast-check';

import { readCaller, type VerifiedToken } from '../../../src/authentication/caller';
import { readRequest } from '../../../src/http/request';
import { readFunction } from '../../../src/lambda';
import { soundEvent } from '../../../src/http/request';
import { gatewayEvent } from '../../../src/testing/client';
import { defineResource, listResources } from '../../../src/definition/resource';
import { readConfig } from '../../../src/config';
import { RULES } from '../../setup/rules';
import { runs } from '../../setup/runs';

const good: VerifiedToken = { subject: 'ada', roles: '["boss"]', claims: '{"sub":"ada"}', expires: '4102444800' };
const config = { ...readConfig(process.env), ...RULES };

/** The caller of an event with this context and API key, or the word "refused". */
function callerOf(context: unknown, apiKeyId?: unknown): ReturnType<typeof readCaller> | 'refused' {
  const event = gatewayEvent('GET /papers');
  Object.assign(event.requestContext, { authorizer: context, identity: { apiKeyId } });
  try {
    return readCaller(config, readRequest(soundEvent(event)).credentials);
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
    { numRuns: runs(500) },
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
