// The log keeps no secret, whatever the text that it is given quotes.

import { createHmac, randomBytes } from 'node:crypto';
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
  [
    'a key of API Gateway',
    'no plan for rT8sW2xYq9LmN4vB7cZ1pK6jH3gF5dD0aQwErTyU',
    'rT8sW2xYq9LmN4vB7cZ1pK6jH3gF5dD0aQwErTyU',
  ],
  ['a header of a scheme of one’s own', 'Authorization: Token s3cr3t', 's3cr3t'],
  ['an API key as a scheme', '{"authorization":"ApiKey s3cr3t"}', 's3cr3t'],
  ['the second cookie', 'Cookie: theme=dark; sid=s3cr3t; other=x', 's3cr3t'],
  ['a cookie that is set', 'set-cookie: theme=dark; sid=s3cr3t', 's3cr3t'],
  ['a password with a blank', '{"password":"hunter two s3cr3t"}', 's3cr3t'],
  ['a password with a comma', '{"password":"hunter,s3cr3t"}', 's3cr3t'],
  ['a password with a quote', '{"password":"hunter\\"s3cr3t"}', 's3cr3t'],
  ['a password that is a number', '{"pin": 314159, "x": 1}', '314159'],
  ['a password of several words', 'password: hunter two s3cr3t', 's3cr3t'],
  ['a password as DynamoDB has it', '{"password":{"S":"s3cr3t"}}', 's3cr3t'],
  ['passwords in a list', '{"passwords":["one","s3cr3t"]}', 's3cr3t'],
  ['passwords in lists', 'tokens: [["one"],["s3cr3t"]]', 's3cr3t'],
  ['a password in JSON in JSON', '{"message":"{\\"password\\":\\"s3cr3t, x\\"}"}', 's3cr3t'],
  [
    'a password in JSON in JSON in JSON',
    '{"message":"{\\"m\\":\\"{\\\\\\"password\\\\\\":\\\\\\"s3cr3t\\\\\\"}\\"}"}',
    's3cr3t',
  ],
  ['a password behind blanks', 'password:  s3cr3t', 's3cr3t'],
  ['a password behind a tab', 'password:\ts3cr3t', 's3cr3t'],
  ['a password on the next line', 'password:\n  s3cr3t', 's3cr3t'],
  ['a password behind an arrow', 'password => s3cr3t', 's3cr3t'],
  ['a password as Node prints it', "{ password: 's3cr3t x' }", 's3cr3t'],
  ['a password of another name', 'pwd=s3cr3t', 's3cr3t'],
  ['a password of a short name', 'user=ada pass=s3cr3t', 's3cr3t'],
  ['a passphrase', 'passphrase: correct horse s3cr3t', 's3cr3t'],
  ['a token in an escaped query', 'redirect=%2Fa%3Ftoken%3Ds3cr3t', 's3cr3t'],
  ['an idempotency key', 'Idempotency-Key: s3cr3t', 's3cr3t'],
  [
    'a short private key',
    '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2Vw\n-----END PRIVATE KEY-----',
    'MC4CAQAwBQYDK2Vw',
  ],
  ['half a private key', '-----BEGIN EC PRIVATE KEY-----\nMC4CAQAwBQYDK2Vw', 'MC4CAQAwBQYDK2Vw'],
  ['base64 with a plus', 'key q83v/EiRq83vEiRq83v+EiRq83vEiRq83vEiRq83vEiR', 'q83v/EiRq83v'],
  ['base64 that is filled up', 'key q83vEiRq83v/EiRq83vEg==', 'q83vEiRq83v'],
  ['a password that is cut', `${'word '.repeat(797)} password: "${'hunter '.repeat(10)}"`, 'hunter'],
];

test.each(secrets)('%s is not shown', (_what, text, secret) => {
  expect(redact(text)).not.toContain(secret);
  expect(redact(text)).toContain('[redacted]');
});

test('a key that the end of an entry cuts is not shown by half', () => {
  expect(redact(`${'word '.repeat(798)} ${'k3y'.repeat(12)}`)).not.toContain('k3y');
});

test('a secret of the environment is not shown, in whatever form it is quoted', () => {
  expect(redact(`signed with ${process.env['CURSOR_KEY']!}!`)).toBe('signed with [redacted]!');
});

test.each([
  'Something is wrong with the attribute "title" of books.',
  "TypeError: Cannot read properties of undefined (reading 'length')",
  '    at readItem (/var/task/src/http/write-input.ts:110:11)',
  'There is no item "018f3b2e-7c1a-7c3e-9d2b-0123456789ab" in books.',
  'The body is application/problem+json, which is not read here: send application/merge-patch+json.',
  "Cannot find module '/var/task/node_modules/a-package/with-a/long-path/to-its/file/index'",
  'The pass mark is 7, the token has no role, and a pinned session ended.',
  'serverless.yml sends GET /books to a function that does not serve "list".',
])('%s is shown as it is', (text) => {
  expect(redact(text)).toBe(text);
});

test('any random key, in any text, is not shown', () => {
  fc.assert(
    fc.property(fc.integer({ min: 24, max: 64 }), fc.string(), fc.string(), (length, before, after) => {
      const key = randomBytes(length).toString('hex');
      expect(redact(`${before.slice(0, 500)} ${key} ${after}`)).not.toContain(key);
    }),
  );
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

test('an entry has no character that a viewer takes for a line break, a command or the direction of text', () => {
  const written: string[] = [];
  const spy = jest.spyOn(console, 'error').mockImplementation((line: string) => void written.push(line));
  const text = 'a\u0085\u009b31m\u007f\u2028\u2029\u202e\u2066\u200b\ufeff\u{e0041}\u001b[2J é 漢 😀';
  logError({ message: text, path: text });
  spy.mockRestore();
  expect(written[0]).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  expect(written[0]).toContain('é 漢 😀');
  expect(JSON.parse(written[0]!)).toEqual({ level: 'error', message: text, path: text });
});

test.each([
  'a',
  'eyJ',
  'token',
  'bearer ',
  '//a:',
  '-',
  'session:',
  'A1_',
  '/a',
  'a+',
  'password:"',
  'password=\\\\',
  'token: ',
  'pin\\t:',
  '-----BEGIN ',
  'cookie= ',
  '\\n',
])('a text of a million characters that repeats %p is cut, and takes a moment', (piece) => {
  const start = process.cpuUsage();
  expect(redact(piece.repeat(1_000_000 / piece.length)).length).toBeLessThan(10_000);
  expect(process.cpuUsage(start).user / 1000).toBeLessThan(500);
});
