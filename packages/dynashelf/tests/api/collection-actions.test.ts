// Actions of a collection, POST /{collection}/{action}; and answers that are no items, as `response` declares them.
import type { Answer } from '../../src/definition/action';
import { defineResource, listResources } from '../../src/definition/define-resource';
import { conflict } from '../../src/definition/thrown';
import { createClient } from '../../src/testing/client';
import { useTable } from '../../src/testing/table';
import { CLIENTS, race, statuses } from '../setup/race';
import { ADA, RULES } from '../setup/rules';

let quoted: () => unknown = () => ({ price: 1 });
const tools = defineResource({
  name: 'tools',
  description: 'Tools.',
  schema: { price: { type: Number, required: true }, hired: { type: Number, default: 0 } },
  access: { read: 'authenticated', hire: 'authenticated', count: () => ({ price: 1 }), quote: 'public' },
  actions: (action) => ({
    offer: action({
      description: 'What it costs for some days.',
      body: { days: { type: Number, integer: true, default: 1 } },
      response: { price: { type: Number, required: true }, by: String },
      run: async ({ item, body, caller }) => ({ price: item.price * body.days, by: caller.kind }),
    }),
    rent: action({
      description: 'Rents it, and says for how much.',
      response: { price: { type: Number, required: true }, note: String },
      async run({ item, transaction }) {
        await transaction.update(tools, item.id, { hired: item.hired + 1 });
        return { price: item.price, note: undefined };
      },
    }),
  }),
  collectionActions: (action) => ({
    quote: action({
      description: 'What some tools cost.',
      body: { ids: { type: Array, required: true, maxItems: 10, schema: [String] } },
      response: { price: { type: Number, required: true, minimum: 0 }, until: Date },
      run: async () => quoted() as { price: number },
    }),
    hire: action({
      description: 'Hires the only tool, once.',
      body: { id: { type: String, required: true } },
      async run({ body, caller, now, transaction }): Promise<Answer> {
        const tool = await transaction.read(tools, body.id);
        if (tool === undefined || tool.hired > 0) {
          throw conflict(`${caller.subject} is too late at ${now.getFullYear()}.`);
        }
        return transaction.update(tools, tool.id, { hired: 1 });
      },
    }),
    add: action({
      description: 'Makes a tool under an id.',
      body: { id: String },
      run: ({ body, transaction }): Promise<Answer> => transaction.create(tools, { price: 3 }, { id: body.id }),
    }),
    count: action({
      description: 'Of whose access a function answers with values.',
      response: { count: { type: Number, required: true } },
      run: async () => ({ count: 1 }),
    }),
  }),
});
const resources = listResources(tools);

useTable();
const ask = createClient({ resources });
const askByRules = createClient({ resources, config: RULES });
const post = (path: string, body: object = {}, headers: Record<string, string> = {}): ReturnType<typeof ask> =>
  ask(`POST ${path}`, { body, headers });

beforeAll(async () => {
  await ask('PUT /tools/drill', { body: { price: 5 } });
});

describe('an action of the collection', () => {
  test('answers with what its response declares: 200, as JSON, without ETag', async () => {
    quoted = () => ({ price: 7, until: new Date(0) });
    const { status, headers, body } = await post('/tools/quote', { ids: ['drill'] });
    expect([status, body]).toEqual([200, { price: 7, until: '1970-01-01T00:00:00.000Z' }]);
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-cache' });
    expect(headers['etag']).toBeUndefined();
  });

  test('answers with an item that it made: 201 with its Location', async () => {
    const { status, headers, body } = await post('/tools/add');
    expect([status, headers['location'], body.price]).toEqual([201, `/tools/${body.id}`, 3]);
    expect((await ask(`GET /tools/${body.id}`)).body).toEqual(body);
  });

  test('is held to what it read, however many race', async () => {
    await ask('PUT /tools/hired', { body: { price: 5 } });
    const answers = await race(() => post('/tools/hire', { id: 'hired' }));
    expect(statuses(answers)).toEqual({ 200: 1, 409: CLIENTS - 1 });
    expect((await ask('GET /tools/hired')).body).toMatchObject({ hired: 1, version: 2 });
  });

  test('with an idempotency key is done once', async () => {
    const answers = await race(() => post('/tools/add', {}, { 'Idempotency-Key': 'add' }));
    expect(statuses(answers)).toEqual({ 201: CLIENTS });
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    quoted = () => ({ price: Math.random() });
    const quotes = await race(() => post('/tools/quote', { ids: [] }, { 'Idempotency-Key': 'quote' }));
    expect(new Set(quotes.map(({ text }) => text)).size).toBe(1);
  });

  test.each<[string, object, Record<string, string>, number]>([
    ['a body that lacks what is required', {}, {}, 422],
    ['an unknown attribute', { ids: [], idz: 'x' }, {}, 422],
    ['a precondition that a collection never fulfils', { ids: [] }, { 'If-Match': '"1"' }, 412],
    ['a precondition that it fulfils', { ids: [] }, { 'If-Match': '*' }, 200],
    ['another media type', { ids: [] }, { 'Content-Type': 'text/plain' }, 415],
    ['an answer that is not JSON', { ids: [] }, { Accept: 'text/html' }, 406],
  ])('with %s is answered so', async (_, body, headers, status) => {
    quoted = () => ({ price: 1 });
    expect((await post('/tools/quote', body, headers)).status).toBe(status);
  });

  test('has its path to itself: no item has such an id, and no other method is taken', async () => {
    for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE']) {
      const { status, headers } = await ask(`${method} /tools/quote`, method === 'PUT' ? { body: { price: 1 } } : {});
      expect([method, status, headers['allow']]).toEqual([method, 405, 'POST, OPTIONS']);
    }
    expect((await ask('OPTIONS /tools/quote')).headers['allow']).toBe('POST, OPTIONS');
    expect(await post('/tools/add', { id: 'quote' })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '#', detail: 'Is the name of an action of the collection.' }] },
    });
    const operations = [{ method: 'PUT', path: '/tools/quote', body: { price: 1 } }];
    expect((await post('/transactions', { operations })).status).toBe(405);
  });

  test('of another name is 405, as POST to an item is', async () => {
    for (const path of ['/tools/drill', '/tools/constructor', '/tools/offer']) {
      const { status, headers } = await post(path);
      expect([status, headers['allow']]).toEqual([405, 'GET, PUT, PATCH, DELETE, HEAD, OPTIONS']);
    }
    expect((await ask('PUT /tools/offer', { body: { price: 1 } })).status).toBe(201);
  });
});

describe('access to an action of the collection', () => {
  test('goes by its line, and is refused where it has none', async () => {
    quoted = () => ({ price: 1 });
    const body = { ids: [] };
    expect((await askByRules('POST /tools/quote', { body })).status).toBe(200);
    expect((await askByRules('POST /tools/hire', { body: { id: 'x' } })).status).toBe(401);
    expect(await askByRules('POST /tools/hire', { body: { id: 'x' }, as: ADA })).toMatchObject({
      status: 409,
      body: { detail: `ada is too late at ${new Date().getFullYear()}.` },
    });
    expect((await askByRules('POST /tools/add', { body: {}, as: ADA })).status).toBe(403);
  });

  test('by a function that answers with values of items is a mistake: 500, and the log says what to do', async () => {
    const logged = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    expect((await askByRules('POST /tools/count', { body: {}, as: ADA })).status).toBe(500);
    expect(logged.mock.calls.join()).toContain(
      'an action of the collection has no item: let it answer with true or false',
    );
    logged.mockRestore();
  });
});

describe('a response that is declared', () => {
  test('is what an action of an item answers with, too, and its writes are done', async () => {
    expect((await post('/tools/drill/offer', { days: 3 })).body).toEqual({ price: 15, by: 'open' });
    const { status, body } = await post('/tools/drill/rent', {}, { Prefer: 'return=minimal' });
    expect([status, body]).toEqual([200, { price: 5 }]);
    expect((await ask('GET /tools/drill')).body).toMatchObject({ hired: 1 });
    expect((await post('/tools/drill/offer', {}, { 'If-Match': '"9"' })).status).toBe(412);
    expect((await post('/tools/none/offer')).status).toBe(404);
  });

  test('is in the description, without what only items have', async () => {
    const { paths } = (await ask('GET /openapi.json')).body;
    const { responses, parameters } = paths['/tools/quote'].post;
    expect(responses['200'].content['application/json'].schema).toMatchObject({
      properties: { price: { type: 'number', minimum: 0 }, until: { format: 'date-time' } },
      required: ['price'],
      additionalProperties: false,
    });
    expect([responses['201'], responses['204']]).toEqual([undefined, undefined]);
    expect(parameters).toEqual([{ $ref: '#/components/parameters/Idempotency-Key' }]);
  });

  test.each<[string, () => unknown, string]>([
    ['another type', () => ({ price: '1' }), '#/price: Must be a number'],
    [
      'what is not declared',
      () => ({ price: 1, other: 2 }),
      '#/other: \\"other\\" is not an attribute of the response of',
    ],
    ['a lack of what is required', () => ({}), '#/price: \\"price\\" is required'],
    ['a number that JSON does not have', () => ({ price: NaN }), '#/price: Must be'],
    ['no object', () => [1], '#: Must be an object.'],
    ['nothing', () => undefined, '#: Must be an object.'],
  ])('%s in it is a mistake of the code: 500 that is logged', async (_, answer, message) => {
    const logged = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    quoted = answer;
    expect((await post('/tools/quote', { ids: [] })).status).toBe(500);
    expect(logged.mock.calls.join()).toContain(message);
    logged.mockRestore();
  });
});
