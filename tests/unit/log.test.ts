// The log keeps no secret, whatever the text that it is given quotes.

import { createHmac, randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import fc from 'fast-check';

import { logError, redact } from '../../src/log';

const JWT = `${part({ alg: 'HS256' })}.${part({ sub: 'ada', exp: 1 })}.${createHmac('sha256', 'k').update('x').digest('base64url')}`;

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

const secrets: [what: string, text: string, secret: string][] = [
  ['a token', `The token ${JWT} has no role.`, JWT],
  ['half a token', `Unexpected token ${JWT.slice(0, 30)}`, JWT.slice(0, 30)],
  ['a bearer header', 'Authorization: Bearer abc-DEF_123', 'abc-DEF_123'],
  ['a basic header', '{"authorization":"Basic YWRhOnB3"}', 'YWRhOnB3'],
  ['an API key header', 'headers: { "x-api-key": "k3y-of-a-client" }', 'k3y-of-a-client'],
  ['a cookie', 'cookie: sid=s3cr3t', 's3cr3t'],
  ['a password', 'password=hunter2&user=ada', 'hunter2'],
  ['a password in JSON', 'Cannot read {"password":"hunter2"}', 'hunter2'],
  ['a cursor', '/books?cursor=AbCdEf', 'AbCdEf'],
  ['an address with a password', 'connect to https://ada:hunter2@db.example failed', 'hunter2'],
  ['an id of an access key', 'The key AKIAIOSFODNN7EXAMPLE is not active', 'AKIAIOSFODNN7EXAMPLE'],
  ['a key of API Gateway', 'no plan for rT8sW2xYq9LmN4vB7cZ1pK6jH3gF5dD0aQwErTyU', 'rT8sW2xYq9LmN4vB7cZ1pK6jH3gF5dD0aQwErTyU'],
];

test.each(secrets)('%s is not shown', (_what, text, secret) => {
  expect(redact(text)).not.toContain(secret);
  expect(redact(text)).toContain('[redacted]');
});

test('a secret of the environment is not shown, in whatever form it is quoted', () => {
  expect(redact(`signed with ${process.env['CURSOR_KEY']!}!`)).toBe('signed with [redacted]!');
});

test.each([
  'Something is wrong with the attribute "title" of books.',
  'TypeError: Cannot read properties of undefined (reading \'length\')',
  '    at readItem (/var/task/src/http/write-input.ts:110:11)',
  'There is no item "018f3b2e-7c1a-7c3e-9d2b-0123456789ab" in books.',
  'serverless.yml sends GET /books to a function that does not serve "list".',
])('%s is shown as it is', (text) => {
  expect(redact(text)).toBe(text);
});

test('any random key, in any text, is not shown', () => {
  fc.assert(fc.property(fc.integer({ min: 24, max: 64 }), fc.string(), fc.string(), (length, before, after) => {
    const key = randomBytes(length).toString('hex');
    expect(redact(`${before.slice(0, 500)} ${key} ${after}`)).not.toContain(key);
  }));
});

test('an entry is one line, whatever it quotes', () => {
  const written: string[] = [];
  const spy = jest.spyOn(console, 'error').mockImplementation((line: string) => void written.push(line));
  logError({ message: 'a\r\n{"level":"info","message":"forged"}\u2028', requestId: 'r\n', path: '/a\n' });
  spy.mockRestore();
  expect(written).toHaveLength(1);
  expect(written[0]).not.toMatch(/[\r\n]/);
  expect(JSON.parse(written[0]!)).toMatchObject({ level: 'error', requestId: 'r\n' });
});

test.each(['a', 'eyJ', 'token', 'bearer ', '//a:', '-', 'session:', 'A1_'])('a text of a million characters that repeats %p is cut, and takes a moment', (piece) => {
  const start = performance.now();
  expect(redact(piece.repeat(1_000_000 / piece.length)).length).toBeLessThan(10_000);
  expect(performance.now() - start).toBeLessThan(500);
});
