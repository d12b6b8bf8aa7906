// Problems that the own code of a resource file throws: those of the catalogue, and types of the app's own.
import type { ActionInput, Answer as ActionAnswer } from '../../src/definition/action';
import { defineResource, listResources } from '../../src/definition/define-resource';
import { conflict, defineProblem, problem, THROWABLE, type ThrowableProblemType } from '../../src/definition/thrown';
import { describeProblem } from '../../src/problem';
import { createClient } from '../../src/testing/client';
import type { Answer } from '../../src/testing/ask';
import { useTable } from '../../src/testing/table';
import { ADA, RULES } from '../setup/rules';
import { CLIENTS, race, statuses } from '../setup/race';

const outOfOrder = defineProblem({
  type: 'tool-out-of-order',
  status: 409,
  title: 'Tool out of order',
  description: 'The tool is being mended. Wait until the day that `until` names, or take another <one>.',
  schema: { until: { type: String, format: 'date', required: true }, left: { type: Number, integer: true } },
});
const unpaid = defineProblem({
  type: 'unpaid',
  status: 402,
  title: 'Unpaid',
  description: 'Something is to be paid first.',
});
const banned = defineProblem({
  type: 'banned',
  status: 403,
  title: 'Banned',
  description: 'You are banned.',
});
const unnamed = defineProblem({ type: 'unnamed', status: 422, title: 'Unnamed', description: 'Named by no action.' });

const schema = { uses: { type: Number, default: 0 } } as const;
type Run = (input: ActionInput<typeof schema>) => Promise<ActionAnswer>;
let run: Run;
const tools = defineResource({
  name: 'tools',
  description: 'Tools.',
  schema,
  access: { read: 'public', run: 'public' },
  actions: (action) => ({
    run: action({
      description: 'Runs.',
      body: { by: String },
      problems: [outOfOrder, unpaid, banned],
      run: (input): Promise<ActionAnswer> => run(input as never),
    }),
  }),
});
const resources = listResources(tools);

useTable();
const ask = createClient({ resources });
const askByRules = createClient({ resources, config: RULES });

beforeAll(async () => {
  await ask('PUT /tools/drill', { body: {} });
});

async function act(does: Run, headers: Record<string, string> = {}): Promise<Answer> {
  run = does;
  return ask('POST /tools/drill/run', { headers });
}

const throwing =
  (thrown: () => unknown): Run =>
  () => {
    throw thrown();
  };

describe('of the catalogue', () => {
  test.each([...THROWABLE])('%s is answered with its status, its sentence and its faults', async (type) => {
    const errors = [{ detail: 'Not by you.', pointer: '#/by' }];
    const { status, body, headers } = await act(throwing(() => problem(type, 'Do something else.', { errors })));
    expect([status, body.type, body.title, body.detail, body.errors]).toEqual([
      describeProblem(type).status,
      `/docs#${type}`,
      describeProblem(type).title,
      'Do something else.',
      errors,
    ]);
    expect(headers['retry-after']).toBe(type === 'throttled' || type === 'unavailable' ? '1' : undefined);
  });

  test.each<ThrowableProblemType>(['conflict', 'throttled', 'unavailable'])(
    '%s says when to come again',
    async (type) => {
      const { headers } = await act(throwing(() => problem(type, 'Wait.', { retryAfter: 29.5 })));
      expect(headers['retry-after']).toBe('30');
    },
  );

  test('forbidden is described, and answered, whether access goes by rules or not', async () => {
    expect((await act(throwing(() => problem('forbidden', 'Not yours.')))).status).toBe(403);
    expect((await askByRules('POST /tools/drill/run', { as: ADA })).status).toBe(403);
  });

  test('what is none of an action’s, or does not pass by waiting, is a mistake of the code', () => {
    expect(() => problem('internal' as never, 'x')).toThrow(
      /cannot throw the problem "internal": use one of forbidden/,
    );
    expect(() => problem('invalid', 'x', { retryAfter: 1 })).toThrow(/"invalid" does not pass by waiting/);
    expect(conflict('x')).toMatchObject({ type: 'conflict', status: 409 });
  });
});

describe('of a type of the app’s own', () => {
  test('is answered with its status, title and attributes, beside what every problem has', async () => {
    const { status, body, headers } = await act(
      throwing(() => outOfOrder('It is back in May.', { until: '2027-05-01', left: 2 })),
    );
    expect([status, headers['content-type']]).toEqual([409, 'application/problem+json']);
    expect(body).toEqual({
      type: '/docs#tool-out-of-order',
      title: 'Tool out of order',
      status: 409,
      detail: 'It is back in May.',
      instance: expect.any(String),
      until: '2027-05-01',
      left: 2,
    });
  });

  test('names faults', async () => {
    const errors = [{ detail: 'Pay this.', pointer: '#/by' }];
    expect(await act(throwing(() => unpaid('Pay.', {}, { errors })))).toMatchObject({ status: 402, body: { errors } });
  });

  test('with the status of a refusal is described beside it where access goes by rules', async () => {
    run = throwing(() => banned('Go.'));
    expect((await askByRules('POST /tools/drill/run', { as: ADA })).body).toMatchObject({
      status: 403,
      type: '/docs#banned',
    });
  });

  test('changes nothing', async () => {
    const before = (await ask('GET /tools/drill')).body;
    await act(async ({ transaction }) => {
      await transaction.update(tools, 'drill', { uses: 9 });
      throw unpaid('Pay.');
    });
    expect((await ask('GET /tools/drill')).body).toEqual(before);
  });

  test('that the first request of a key brought about is not told to its repetition', async () => {
    const once: Run = async ({ item, transaction }) => {
      if (item.uses === 1) {
        throw unpaid('It is used up.');
      }
      return transaction.update(tools, item.id, { uses: 1 });
    };
    await ask('PUT /tools/drill', { body: {} });
    run = once;
    const headers = { 'Idempotency-Key': 'use' };
    const answers = await race(() => ask('POST /tools/drill/run', { headers }));
    expect(statuses(answers)).toEqual({ 200: CLIENTS });
    expect((await act(once)).status).toBe(402);
    await ask('PUT /tools/drill', { body: {} });
  });

  test('has its section on the docs page, and its schema and answer in the description', async () => {
    const page = (await ask('GET /docs')).text;
    expect(page).toContain('<article class="problem" id="tool-out-of-order">');
    expect(page).toContain('the day that <code>until</code> names, or take another &lt;one&gt;.');
    const { body: document } = await ask('GET /openapi.json');
    expect(document.components.schemas.ToolOutOfOrderProblem).toMatchObject({
      properties: { status: { const: 409 }, until: { type: 'string', format: 'date' } },
      required: expect.arrayContaining(['type', 'until']),
      additionalProperties: false,
    });
    const { responses } = document.paths['/tools/{id}/run'].post;
    expect(responses['402']).toEqual({ $ref: '#/components/responses/unpaid' });
    expect(responses['409'].content['application/problem+json'].schema).toEqual({
      anyOf: [{ $ref: '#/components/schemas/ConflictProblem' }, { $ref: '#/components/schemas/ToolOutOfOrderProblem' }],
    });
  });

  describe('is a mistake of the code', () => {
    let logged: jest.SpyInstance;
    beforeEach(() => {
      logged = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    });
    afterEach(() => logged.mockRestore());

    test.each<[string, () => unknown, string]>([
      [
        'that the action does not name',
        () => unnamed('x'),
        'src/resources/tools.ts: the action \\"run\\" throws the problem \\"unnamed\\" and does not name it: add it to its problems',
      ],
      [
        'with attributes that are not as it declares',
        () => outOfOrder('x', { until: 'May', lef: 1 } as never),
        '#/until: Must be a valid date, such as 2026-03-31. #/lef: \\"lef\\" is not an attribute',
      ],
      ['without one that it requires', () => outOfOrder('x', {} as never), '#/until: \\"until\\" is required'],
    ])('%s: 500 that is logged', async (_, thrown, message) => {
      const { status, body, text } = await act(throwing(thrown));
      expect([status, body.type, text.includes('unnamed')]).toEqual([500, '/docs#internal', false]);
      expect(logged.mock.calls.join()).toContain(message);
    });
  });
});
