// The dearest requests: each body of a megabyte is answered, and with an answer that Lambda can send. What is worse
// than linear in one of them takes minutes, which is longer than a test may.

import { MOST_BODY_BYTES, MOST_BODY_VALUES } from '../../src/definition/limits';
import { defineResource, listResources } from '../../src/definition/define-resource';
import { createClient } from '../../src/testing/client';
import type { Answer } from '../../src/testing/ask';
import { useTable } from '../../src/testing/table';
import { filled } from '../../bench/worst/filled';
import { thingResources } from '../setup/things';

useTable();
const ask = createClient({ resources: thingResources, described: false });

const JSON_PATCH = { 'Content-Type': 'application/json-patch+json' };

/** Lambda sends 6 MB at most, the body once more as JSON among them. */
const MOST_SENT = 6_000_000;

const name = (index: number): string => `"k${index.toString(36)}"`;
const FEW = MOST_BODY_VALUES - 20;
const LONG = MOST_BODY_BYTES - 200;
const thing = (attribute: string, value: string): string => `{"title":"a","${attribute}":${value}}`;
const text = (attribute: string, value: string): string => thing(attribute, JSON.stringify(value));
const operation = (headers: object, path = '/things/1', method = 'GET'): string =>
  JSON.stringify({ operations: [{ method, path, headers, ...(method === 'PATCH' && { body: {} }) }] });

const bodies: [what: string, line: string, body: () => string, status: number, headers?: Record<string, string>][] = [
  ['more values than are taken', 'POST /things', () => filled('{"title":"a","any":{"x":[', () => '0', ']}}'), 413],
  ['unknown attributes', 'POST /things', () => filled('{"title":"a",', (index) => `${name(index)}:1`, '}', FEW), 422],
  [
    'unknown attributes in an object',
    'POST /things',
    () => filled('{"title":"a","address":{', (index) => `${name(index)}:1`, '}}', FEW),
    422,
  ],
  ['elements of another type', 'POST /things', () => filled('{"title":"a","list":[', () => '""', ']}', FEW), 422],
  [
    'objects of another form',
    'POST /things',
    () => filled('{"title":"a","objects":[', () => '{"b":{"d":1}}', ']}', FEW / 4),
    422,
  ],
  [
    'elements that a function refuses',
    'POST /things',
    () => filled('{"title":"a","checked":{"list":[', () => '"y"', ']}}', FEW),
    422,
  ],
  ['numbers of a set', 'POST /things', () => filled('{"title":"a","set":[', String, ']}', FEW), 201],
  ['a number twice in a set', 'POST /things', () => filled('{"title":"a","set":[0,', String, ']}', FEW), 422],
  ['different words', 'POST /things', () => filled('{"title":"a","words":[', name, ']}', FEW), 413],
  [
    'different objects',
    'POST /things',
    () => filled('{"title":"a","objects":[', (index) => `{"a":${name(index)}}`, ']}', FEW / 3),
    201,
  ],
  [
    'members of any name',
    'POST /things',
    () => filled('{"title":"a","any":{', (index) => `${name(index)}:0`, '}}', FEW),
    413,
  ],
  ['members that stand twice', 'POST /things', () => filled('{', () => '"title":1', '}', FEW), 400],
  ['numbers that cannot be kept', 'POST /things', () => filled('{"title":"a","list":[', () => '1e999', ']}', FEW), 422],
  ['a long whole number', 'POST /things', () => thing('list', `[${'1'.repeat(LONG)}]`), 422],
  ['a long fraction that ends in zeros', 'POST /things', () => thing('list', `[0.1${'0'.repeat(LONG)}]`), 201],
  ['a long fraction of zeros', 'POST /things', () => thing('list', `[0.1${'0'.repeat(LONG)}1]`), 422],
  ['a long name', 'POST /things', () => thing('é'.repeat(LONG / 2), '1'), 422],
  ['a long name of what JSON escapes', 'POST /things', () => thing('\\"'.repeat(LONG / 2), '1'), 422],
  [
    'a long name inside an object',
    'POST /things',
    () => `{"title":"a","address":{"${'\\\\'.repeat(LONG / 2)}":1}}`,
    422,
  ],
  [
    'a hundred items with faults',
    'POST /things',
    () => filled('[', () => `{${Array.from({ length: 300 }, (_, index) => `${name(index)}:1`).join(',')}}`, ']', 100),
    422,
  ],
  ['an array of what is no item', 'POST /things', () => filled('[', () => '0', ']', FEW), 413],
  ['a reference of slashes', 'POST /things', () => text('link', `${'/a'.repeat(LONG / 2)}^`), 422],
  ['a reference of a long host', 'POST /things', () => text('link', `//${'a'.repeat(LONG)}^`), 422],
  ['a reference of escapes', 'POST /things', () => text('link', `//${'%41'.repeat(LONG / 3)}@^`), 422],
  ['an address of letters', 'POST /things', () => text('mail', 'a'.repeat(LONG)), 422],
  ['an address of quotes', 'POST /things', () => thing('mail', `"\\"${'\\\\\\\\'.repeat(LONG / 4 - 1)}"`), 422],
  ['a host of dots', 'POST /things', () => text('host', 'a.'.repeat(LONG / 2)), 422],
  ['an address of colons', 'POST /things', () => text('ip', '1:'.repeat(LONG / 2)), 422],
  ['a duration of digits', 'POST /things', () => text('spent', `P${'1'.repeat(LONG)}`), 422],
  ['a moment of digits', 'POST /things', () => text('at', `2026-01-01T00:00:00.${'1'.repeat(LONG)}`), 422],
  ['a moment of separators', 'POST /things', () => text('at', 't'.repeat(LONG)), 422],
  ['base64 that does not end', 'POST /things', () => text('bytes', 'a'.repeat(LONG - 1)), 422],
  ['spaces', 'POST /things', () => `${' '.repeat(LONG)}{"title":1}`, 422],
  ['a string that does not end', 'POST /things', () => `"${'a'.repeat(LONG)}`, 400],
  [
    'a merge patch of unknown attributes',
    'PATCH /things/1',
    () => filled('{', (index) => `${name(index)}:1`, '}', FEW),
    422,
  ],
  ['a JSON Patch of what is none', 'PATCH /things/1', () => filled('[', () => '{}', ']', FEW), 400, JSON_PATCH],
  [
    'a JSON Patch that adds at the front',
    'PATCH /things/1',
    () => filled('[', () => '{"op":"add","path":"/list/0","value":1}', ']', FEW / 4),
    200,
    JSON_PATCH,
  ],
  [
    'a JSON Patch that tests',
    'PATCH /things/1',
    () => filled('[', () => '{"op":"test","path":"/title","value":"a"}', ']', FEW / 4),
    200,
    JSON_PATCH,
  ],
  [
    'a JSON Patch that doubles an array with each copy',
    'PATCH /things/1',
    () => filled('[', () => '{"op":"copy","from":"/list","path":"/list/-"}', ']', 60),
    413,
    JSON_PATCH,
  ],
  [
    'a JSON Patch that doubles the item with each copy',
    'PATCH /things/1',
    () => filled('[', (index) => `{"op":"copy","from":"","path":"/x${index}"}`, ']', 60),
    413,
    JSON_PATCH,
  ],
  [
    'a JSON Patch that nests without end',
    'PATCH /things/1',
    () =>
      filled(
        '[',
        (index) =>
          [
            '{"op":"add","path":"/b","value":{}}',
            '{"op":"move","from":"/any","path":"/b/x"}',
            '{"op":"move","from":"/b","path":"/any"}',
          ][index % 3]!,
        ']',
        24_000,
      ),
    422,
    JSON_PATCH,
  ],
  ['operations that are none', 'POST /transactions', () => filled('{"operations":[', () => '0', ']}', FEW), 413],
  [
    'operations with parameters',
    'POST /transactions',
    () => filled('{"operations":[', () => `{"method":"GET","path":"/things/1?${'x=&'.repeat(2000)}"}`, ']}', 100),
    400,
  ],
  [
    'an operation with a long tag list',
    'POST /transactions',
    () => operation({ 'If-Match': '"a",'.repeat(LONG / 6) }),
    400,
  ],
  [
    'an operation with a long list of types',
    'POST /transactions',
    () => operation({ Accept: 'a/b,'.repeat(LONG / 4) }),
    400,
  ],
  [
    'an operation with long preferences',
    'POST /transactions',
    () => operation({ Prefer: 'a=b,'.repeat(LONG / 4) }, '/things/1', 'PATCH'),
    400,
  ],
  [
    'an operation with a long content type',
    'POST /transactions',
    () => operation({ 'Content-Type': `application/json${';a'.repeat(LONG / 2)}` }, '/things/1', 'PATCH'),
    400,
  ],
  ['an operation with a long path', 'POST /transactions', () => operation({}, `/things/${'%'.repeat(LONG)}`), 400],
  ['an operation of slashes', 'POST /transactions', () => operation({}, '/'.repeat(LONG)), 400],
];

beforeEach(async () => {
  expect((await ask('PUT /things/1', { body: { title: 'a', list: [1], any: {} } })).status).toBeLessThan(300);
});

test.each(bodies.map(([what, line, body, status, headers = {}]) => [what, line, body, status, headers] as const))(
  'a body of %s (%s) is answered with what can be sent',
  async (_what, line, body, status, headers) => {
    const sent = body();
    expect(sent.length).toBeLessThanOrEqual(MOST_BODY_BYTES);
    const answer = await ask(line, { body: sent, headers });
    expect([answer.status, answer.text.slice(0, 300)]).toEqual([status, expect.any(String)]);
    expect(Buffer.byteLength(JSON.stringify(answer.text))).toBeLessThan(MOST_SENT);
  },
);

test('a merge patch of unknown attributes costs about what an item of them does', async () => {
  const body = filled('{"title":"a",', (index) => `${name(index)}:1`, '}', FEW / 2);
  const cost = async (line: string): Promise<number> => {
    const start = process.cpuUsage();
    expect((await ask(line, { body })).status).toBe(422);
    return process.cpuUsage(start).user;
  };
  await cost('POST /things');
  expect(await cost('PATCH /things/1')).toBeLessThan(5 * (await cost('POST /things')));
});

test('of more than 100 faults the first 100 are named, and how many there are', async () => {
  const answer = await ask('POST /things', {
    body: Object.fromEntries(Array.from({ length: 250 }, (_, index) => [`k${index}`, 1])),
  });
  expect(answer.status).toBe(422);
  expect(answer.body.errors).toHaveLength(100);
  expect(answer.body.detail).toContain('There are 251 faults, of which the first 100 are named.');
});

test('of an item of very many faults a hundred are named, in the order of the schema, and all are counted', async () => {
  const answer = await ask('POST /things', {
    body: { group: 7, list: Array.from({ length: 20_000 }, () => 'x'), address: { city: 1, town: 2 }, unknown: 1 },
  });
  expect(answer.body.detail).toContain('There are 20005 faults, of which the first 100 are named.');
  expect((answer.body.errors as { pointer: string }[]).map(({ pointer }) => pointer)).toEqual([
    '#/title',
    '#/group',
    ...Array.from({ length: 98 }, (_, index) => `#/list/${index}`),
  ]);
});

test('a text that is longer than its maxLength is not matched against its pattern', async () => {
  // Exponential: src/local/patterns.ts would not let it be served.
  const evil = defineResource({
    name: 'evils',
    description: 'Evil.',
    schema: {
      text: { type: String, maxLength: 10, pattern: '^(a+)+$' },
      texts: { type: Array, schema: [{ type: String, maxLength: 10, validate: /^(a+)+$/ }] },
    },
  });
  const send = createClient({ resources: listResources(evil) });
  const answer = await send('POST /evils', { body: { text: `${'a'.repeat(50)}!`, texts: [`${'a'.repeat(50)}!`] } });
  expect(answer.body.errors).toEqual([
    { detail: 'Must have at most 10 characters.', pointer: '#/text' },
    { detail: 'Must have at most 10 characters.', pointer: '#/texts/0' },
  ]);
  expect(pointersOf(await send('POST /evils', { body: { text: 'b' } }))).toEqual(['#/text']);
});

test('sets and arrays with uniqueItems refuse an element that stands twice, whatever the order of its members', async () => {
  const answer = await ask('POST /things', {
    body: '{"title":"a","set":[1,2,1.0],"words":["a","b","a"],"objects":[{"a":"x","b":{"c":1}},{"b":{"c":1},"a":"x"}]}',
  });
  expect(answer.body.errors).toEqual(
    ['set', 'words', 'objects'].map((attribute) => ({
      detail: 'Must not hold an element twice.',
      pointer: `#/${attribute}`,
    })),
  );
  expect(
    (
      await ask('POST /things', {
        body: { title: 'a', set: [1, 2], words: ['1', '"1"'], objects: [{ a: 'x' }, { a: 'y' }, {}] },
      })
    ).status,
  ).toBe(201);
});

function pointersOf({ body }: Answer): string[] {
  return body.errors.map(({ pointer }: { pointer: string }) => pointer).sort();
}
