// Functions whose routes have variables: what they are given, what is refused, and what is said of them.

import { defineFunction } from '../../src/lambda';
import { callFunction } from '../../src/testing/functions';
import { createClient } from '../../src/testing/client';
import { useTable } from '../../src/testing/table';
import { useTokens } from '../../src/testing/tokens';
import { toolshed } from '../setup/toolshed';

useTable();
const tokens = useTokens();

const served = { resources: toolshed };

const functions = {
  report: defineFunction(served, {
    route: 'GET /reports/{year}/of/{owner}',
    description: 'What was borrowed of an owner in a year.',
    access: 'authenticated',
    params: { year: { type: Number, integer: true, minimum: 2000, maximum: 2100, description: 'The year.' } },
    query: { most: { type: Number, default: 10 } },
    answer: { year: Number, owner: String, most: Number, path: String },
    run: ({ params: { year, owner }, query: { most }, request: { path } }) => ({
      // The types: a number, and a text.
      body: { year: year + 0, owner: owner.slice(0), most, path },
    }),
  }),
  last: defineFunction(served, {
    route: 'POST /exports/last',
    description: 'Makes the last export anew.',
    access: 'public',
    run: () => ({ body: 'last' }),
  }),
  some: defineFunction(served, {
    route: 'GET /exports/{name}',
    description: 'An export.',
    access: 'public',
    run: ({ params }) => ({ body: `export ${params.name}` }),
  }),
  day: defineFunction(served, {
    route: 'DELETE /days/{day}',
    description: 'Forgets a day.',
    access: 'public',
    params: { day: Date },
    run: ({ params }) => ({ body: params.day }),
  }),
};

const ask = createClient({ resources: toolshed, functions, tokens });
const ada = { as: { token: tokens.sign({ subject: 'ada', roles: [], claims: {} }) } };

test('the variables come with their types, decoded, beside the parameters of the query', async () => {
  expect((await ask('GET /reports/2026/of/a%2Fb%20%C3%BC?most=2', ada)).body).toEqual({
    year: 2026,
    owner: 'a/b ü',
    most: 2,
    path: '/reports/2026/of/a/b ü',
  });
  expect((await ask('DELETE /days/2026-11-27T00:00:00Z')).text).toBe('2026-11-27T00:00:00.000Z');
});

test('what is wrong in the path and in the query is said at once', async () => {
  const answer = await ask('GET /reports/26/of/ada?most=x', ada);
  expect(answer).toMatchObject({ status: 400, body: { type: expect.stringContaining('malformed-request') as string } });
  expect((await ask('GET /reports/abc/of/ada?most=x&more=1', ada)).body.errors).toMatchObject([
    { parameter: 'more' },
    { parameter: 'most' },
    { parameter: 'year' },
  ]);
  expect((await ask('GET /reports/26/of/ada', ada)).body.errors).toMatchObject([{ parameter: 'year' }]);
  expect((await ask('DELETE /days/today')).body.errors).toMatchObject([{ parameter: 'day' }]);
});

test('other segments are no path of it', async () => {
  for (const path of [
    '/reports',
    '/reports/2026',
    '/reports/2026/of',
    '/reports/2026/by/ada',
    '/reports/2026/of/a/b',
  ]) {
    expect([path, (await ask(`GET ${path}`, ada)).status]).toEqual([path, 404]);
  }
});

test('who may call it is asked as of any other, OPTIONS and 405 go by its path', async () => {
  expect((await ask('GET /reports/2026/of/ada')).status).toBe(401);
  expect((await ask('OPTIONS /reports/2026/of/ada')).headers).toMatchObject({ allow: 'GET, HEAD, OPTIONS' });
  expect(await ask('POST /reports/2026/of/ada')).toMatchObject({
    status: 405,
    headers: { allow: 'GET, HEAD, OPTIONS' },
  });
});

test('a literal segment goes before a variable, for every method', async () => {
  expect((await ask('POST /exports/last')).text).toBe('last');
  expect((await ask('GET /exports/first')).text).toBe('export first');
  expect(await ask('GET /exports/last')).toMatchObject({ status: 405, headers: { allow: 'POST, OPTIONS' } });
});

test('the description has its path with each variable', async () => {
  const { body } = await ask('GET /openapi.json');
  expect(body.paths['/reports/{year}/of/{owner}'].get.parameters).toEqual([
    {
      name: 'year',
      in: 'path',
      required: true,
      description: 'The year.',
      schema: { type: 'integer', format: 'int64', minimum: 2000, maximum: 2100 },
    },
    {
      name: 'owner',
      in: 'path',
      required: true,
      schema: { type: 'string' },
    },
    { name: 'most', in: 'query', required: false, schema: { type: 'number', format: 'double' } },
  ]);
});

test('a test calls it with its variables', async () => {
  expect(await callFunction(functions.report, { params: { year: 2027, owner: 'a b' } })).toMatchObject({
    body: { year: 2027, owner: 'a b', most: 10, path: '/reports/2027/of/a%20b' },
  });
  await expect(callFunction(functions.report, { params: { year: 1, owner: 'a' } })).rejects.toMatchObject({
    type: 'invalid',
  });
});
