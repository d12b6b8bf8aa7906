// Problem types of the app's own that functions throw: described where functions alone name them, and held to what they
// declare.

import { defineProblem } from '../../src/definition/thrown';
import { defineFunction } from '../../src/lambda';
import { createClient } from '../../src/testing/client';
import { RULES } from '../../src/testing/rules';
import { useTable } from '../../src/testing/table';
import { toolshed } from '../setup/toolshed';

useTable();

const noSuchYear = defineProblem({
  type: 'no-such-year',
  status: 404,
  title: 'No such year',
  description: 'There is no report of the year. Take one of `years`.',
  schema: { years: { type: Array, schema: [Number], required: true } },
});
const busy = defineProblem({ type: 'busy', status: 409, title: 'Busy', description: 'Others do the same. Wait.' });
const unnamed = defineProblem({ type: 'unnamed', status: 422, title: 'Unnamed', description: 'Named by nobody.' });

const functions = {
  report: defineFunction(
    { resources: toolshed },
    {
      route: 'GET /reports/{year}',
      description: 'The report of a year.',
      access: 'public',
      problems: [noSuchYear, busy],
      run({ params: { year } }) {
        switch (year) {
          case 'busy':
            throw busy('Wait.');
          case 'unnamed':
            throw unnamed('It is thrown.');
          case 'wrong':
            throw noSuchYear('It is not there.', { years: 'all' } as never);
          default:
            throw noSuchYear('There is none of that year.', { years: [2026] });
        }
      },
    },
  ),
};

const ask = createClient({ resources: toolshed, functions, config: RULES });

afterEach(() => jest.restoreAllMocks());

test('one that it names is answered with its attributes, and its type leads to its section of the docs', async () => {
  const { status, body } = await ask('GET /reports/2020');
  expect({ status, body }).toMatchObject({
    status: 404,
    body: { type: '/docs#no-such-year', title: 'No such year', detail: 'There is none of that year.', years: [2026] },
  });
  expect((await ask('GET /reports/busy')).status).toBe(409);
  const { text } = await ask('GET /docs', { headers: { Accept: 'text/html' } });
  expect(text).toContain('id="no-such-year"');
  expect(text).toContain('id="busy"');
});

test('it is among what the function answers, with a schema of its own', async () => {
  const { body } = await ask('GET /openapi.json');
  const { responses } = body.paths['/reports/{year}'].get;
  expect(responses['404'].content['application/problem+json'].schema).toEqual({
    anyOf: [{ $ref: '#/components/schemas/NotFoundProblem' }, { $ref: '#/components/schemas/NoSuchYearProblem' }],
  });
  expect(body.components.schemas.NoSuchYearProblem).toMatchObject({
    properties: { status: { const: 404 }, years: { type: 'array', items: { type: 'number' } } },
    required: expect.arrayContaining(['years']) as string[],
  });
  expect(body.components.responses.busy.content['application/problem+json'].example).toMatchObject({ status: 409 });
  // What its attributes are is known of their schema alone.
  expect(body.components.responses['no-such-year'].content['application/problem+json']).not.toHaveProperty('example');
});

test.each([
  ['unnamed', 'GET /reports/{year}: the function throws the problem \\"unnamed\\" and does not name it'],
  [
    'wrong',
    'GET /reports/{year}: the problem \\"no-such-year\\" is thrown with attributes that are not as it declares',
  ],
])('one that is %s is a 500, and the log says what to do', async (year, sentence) => {
  const log = jest.spyOn(console, 'error').mockImplementation(() => undefined);
  expect((await ask(`GET /reports/${year}`)).status).toBe(500);
  expect(log.mock.calls.flat().join()).toContain(sentence);
});
