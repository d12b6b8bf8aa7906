// `sums`: what is added up on an item is true after every write, whichever way it comes, to the last digit.

import * as fc from 'fast-check';

import { defineResource, listResources } from '../../src/definition/define-resource';
import { addDecimals } from '../../src/values/decimal';
import type { Answer as ActionAnswer } from '../../src/definition/action';
import type { Answer } from '../../src/testing/ask';
import { createClient } from '../../src/testing/client';
import { useTable } from '../../src/testing/table';
import { useProxy } from '../setup/proxied';
import { CLIENTS, race, statuses } from '../setup/race';
import { runs } from '../setup/runs';
import { reviewed } from '../setup/reviews';

useTable();
const database = useProxy({ resources: reviewed });
const ask: typeof database.ask = (...sent) => database.ask(...sent);
const askInSteps = createClient({ resources: reviewed, transactionSize: 6 });

let number = 0;
async function make(collection: string): Promise<string> {
  const id = `${collection}-${number++}`;
  expect((await ask(`PUT /${collection}/${id}`, { body: {} })).status).toBe(201);
  return id;
}

interface Review {
  readonly tool?: string;
  readonly author?: string;
  readonly stars?: number;
  readonly price?: number;
  readonly refund?: boolean;
}

async function allReviews(): Promise<Review[]> {
  const found: Review[] = [];
  for (let next: string | undefined = '/reviews?limit=100'; next !== undefined;) {
    const { body } = await ask(`GET ${next}`);
    found.push(...(body.items as Review[]));
    next = body.next as string | undefined;
  }
  return found;
}

const sumOf = (reviews: readonly Review[], of: 'stars' | 'price'): number =>
  Number(reviews.map((review) => String(review[of] ?? 0)).reduce(addDecimals, '0'));

/** What a tool and a person should have, by the reviews that there are. */
async function expectTrue(tool: string, author: string): Promise<void> {
  const reviews = await allReviews();
  const ofTool = reviews.filter((review) => review.tool === tool);
  const shown = await ask(`GET /tools/${tool}`);
  if (shown.status === 200) {
    const stars = sumOf(ofTool, 'stars');
    expect(shown.body).toMatchObject({
      reviews: ofTool.length,
      stars,
      paid: sumOf(ofTool, 'price'),
      refunded: sumOf(
        ofTool.filter(({ refund }) => refund === true),
        'price',
      ),
    });
    expect(shown.body.average).toBe(ofTool.length === 0 ? undefined : stars / ofTool.length);
  }
  const person = await ask(`GET /people/${author}`);
  expect(person.status === 404 || person.body.spent).toBe(
    person.status === 404 ||
      sumOf(
        reviews.filter((review) => review.author === author),
        'price',
      ),
  );
}

const transact = (...operations: object[]): Promise<Answer> => ask('POST /transactions', { body: { operations } });

test.each<[string, (review: string, tool: string, author: string) => Promise<Answer>]>([
  ['a number that changes', (review) => ask(`PATCH /reviews/${review}`, { body: { stars: 1, price: 0.2 } })],
  ['a number that goes', (review) => ask(`PATCH /reviews/${review}`, { body: { price: null } })],
  [
    'a number that a JSON Patch changes',
    (review) =>
      ask(`PATCH /reviews/${review}`, {
        body: [{ op: 'replace', path: '/price', value: 1e-7 }],
        headers: { 'Content-Type': 'application/json-patch+json' },
      }),
  ],
  ['what it is by', (review) => ask(`PATCH /reviews/${review}`, { body: { refund: true } })],
  ['what it refers to', async (review) => ask(`PATCH /reviews/${review}`, { body: { tool: await make('tools') } })],
  ['that it refers to nothing any more', (review) => ask(`PATCH /reviews/${review}`, { body: { tool: null } })],
  ['a PUT', (review, tool) => ask(`PUT /reviews/${review}`, { body: { tool, stars: 2, price: 7.35, refund: true } })],
  ['a DELETE', (review) => ask(`DELETE /reviews/${review}`)],
  [
    'several',
    (_, tool, author) =>
      ask('POST /reviews', {
        body: [
          { tool, price: 0.3 },
          { author, price: 0.6 },
        ],
      }),
  ],
  [
    'a transaction',
    (review, tool) =>
      transact(
        { method: 'POST', path: '/reviews', body: { tool, stars: 3, price: 0.1 } },
        { method: 'DELETE', path: `/reviews/${review}` },
      ),
  ],
  ['the tool, which takes its reviews along', (_, tool) => ask(`DELETE /tools/${tool}`)],
  ['the author, whom reviews let go', (_, _tool, author) => ask(`DELETE /people/${author}`)],
  ['the tool, step by step', (_, tool) => askInSteps(`DELETE /tools/${tool}`)],
  ['the author, step by step', (_, _tool, author) => askInSteps(`DELETE /people/${author}`)],
])('a sum follows %s', async (_, write) => {
  const [tool, author] = [await make('tools'), await make('people')];
  const made = await ask('POST /reviews', {
    body: [0.1, 0.7, 4.35, 0.2, 3.1, 2.2, 9.9].map((price, index) => ({
      tool,
      author,
      stars: 1 + (index % 5),
      price,
      refund: index > 3,
    })),
  });
  expect(made.status).toBe(201);
  await expectTrue(tool, author);
  expect((await write((made.body.items as { id: string }[])[0]!.id, tool, author)).status).toBeLessThan(300);
  await expectTrue(tool, author);
});

test('any prices, added and changed and taken away in any order, leave what is there to the last digit', async () => {
  const price = fc.oneof(
    fc.integer({ min: -1000, max: 1000 }).map((cents) => cents / 100),
    fc.constantFrom(0, 0.1, 1e-7, -3.3, 100, 1e-20),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.nat(3), fc.option(price)), { maxLength: 12 }), async (changes) => {
      const [tool, author] = [await make('tools'), await make('people')];
      const prefix = `any-${number++}`;
      for (const [which, value] of changes) {
        const path = `/reviews/${prefix}-${which}`;
        const { status } = await (value === null
          ? ask(`DELETE ${path}`)
          : ask(`PUT ${path}`, { body: { tool, author, price: value } }));
        expect([200, 201, 204, 404, 409]).toContain(status);
        await expectTrue(tool, author);
      }
      await ask(`DELETE /tools/${tool}`);
    }),
    { numRuns: runs(4) },
  );
});

describe('of clients at once', () => {
  test('each adds what it adds, and takes away what it takes away', async () => {
    const [tool, author] = [await make('tools'), await make('people')];
    const id = (client: number): string => `${tool}-${client}`;
    const made = await race((client) =>
      ask(`PUT /reviews/${id(client)}`, { body: { tool, author, stars: 1 + (client % 5), price: 0.1 } }),
    );
    expect(statuses(made)).toEqual({ 201: CLIENTS });
    await expectTrue(tool, author);
    await race((client) =>
      client % 3 === 0
        ? ask(`DELETE /reviews/${id(client)}`)
        : ask(`PATCH /reviews/${id(client % 2)}`, { body: { stars: 1 + (client % 5), price: client / 10 } }),
    );
    await expectTrue(tool, author);
  });

  test('no more is added than a rule allows', async () => {
    const [tool, author] = [await make('tools'), await make('people')];
    const answers = await race(() => ask('POST /reviews', { body: { tool, author, price: 300.3 } }));
    expect(statuses(answers)).toEqual({ 201: 3, 409: CLIENTS - 3 });
    expect(answers.find(({ status }) => status === 409)!.body.errors).toEqual([
      { detail: 'No more than 1000 may be paid for a tool.', pointer: '#/tool' },
      { detail: 'No more than 1000 may be paid for a tool.', pointer: '#/price' },
    ]);
    await expectTrue(tool, author);
  });
});

test('a sum that no number is exactly is refused, and the item that would make it is named', async () => {
  const box = await make('boxes');
  expect((await ask('POST /things', { body: { box, weight: 1e20 } })).status).toBe(201);
  const { status, body } = await ask('POST /things', { body: [{ box, weight: 1 }, { box }] });
  expect([status, body.type]).toEqual([409, '/docs#conflict']);
  expect(body.errors).toEqual([
    {
      detail:
        'The sum "weight" of the item that is referred to would have more digits than a number can: add up numbers of fewer digits.',
      pointer: '#/0/weight',
    },
  ]);
  expect((await ask(`GET /boxes/${box}`)).body.weight).toBe(1e20);
});

test('what it costs: the item with the sum is read and written with the other; a patch of what is not summed is one request', async () => {
  const box = await make('boxes');
  const { id } = (await ask('POST /things', { body: { box, weight: 1 } })).body as { id: string };
  const cost = async (body: object): Promise<string> => {
    database.proxy.clear();
    expect((await ask(`PATCH /things/${id}`, { body })).status).toBe(200);
    return database.proxy.requests.map(({ operation }) => operation).join(', ');
  };
  expect(await cost({ note: 'x' })).toBe('UpdateItem');
  expect(await cost({ weight: 1 })).toBe('GetItem, UpdateItem');
  expect(await cost({ weight: 2 })).toBe('GetItem, GetItem, TransactWriteItems');
});

test('a number whose default is forced is summed as each write leaves it, a patch that does not name it too', async () => {
  let next = 1;
  const boxes = defineResource({
    name: 'crates',
    description: 'Boxes.',
    schema: {
      weight: {
        type: Number,
        readOnly: true,
        default: 0,
        sums: { collection: 'lids', attribute: 'box', of: 'weight' },
      },
    },
  });
  const parts = defineResource({
    name: 'lids',
    description: 'Parts in boxes.',
    schema: {
      box: { type: String, references: 'crates' },
      name: { type: String, maxLength: 100 },
      weight: { type: Number, forceDefault: true, default: () => next++ },
    },
  });
  const askOfParts = createClient({ resources: listResources(boxes, parts) });
  await askOfParts('PUT /crates/forced', { body: {} });
  await askOfParts('PUT /lids/forced', { body: { box: 'forced' } });
  const patched = await askOfParts('PATCH /lids/forced', { body: { name: 'Lid' } });
  expect(patched).toMatchObject({ status: 200, body: { name: 'Lid', weight: next - 1 } });
  expect((await askOfParts('GET /crates/forced')).body['weight']).toBe(patched.body['weight']);
});

test('an action that gives back an item as it read it leaves counts and sums as they are kept', async () => {
  const bins = defineResource({
    name: 'bins',
    description: 'Bins.',
    schema: {
      name: { type: String, maxLength: 100 },
      pieces: { type: Number, readOnly: true, default: 0, counts: { collection: 'pieces', attribute: 'bin' } },
      grams: {
        type: Number,
        readOnly: true,
        default: 0,
        sums: { collection: 'pieces', attribute: 'bin', of: 'grams' },
      },
    },
    actions: (action) => ({
      add: action({
        description: 'Adds a piece.',
        async run({ item, transaction }): Promise<ActionAnswer> {
          await transaction.create(pieces, { bin: item.id, grams: 2.5 });
          const bin = (await transaction.read(bins, item.id))!;
          return transaction.update(bins, item.id, { ...bin, name: 'Full' });
        },
      }),
      copy: action({
        description: 'Makes another such bin, without the pieces.',
        run: ({ item: { name, pieces: count, grams }, transaction }): Promise<ActionAnswer> =>
          // As code without types may.
          transaction.create(bins, { name: name ?? '', ...({ pieces: count, grams } as object) }),
      }),
    }),
  });
  const pieces = defineResource({
    name: 'pieces',
    description: 'Pieces in bins.',
    schema: { bin: { type: String, references: 'bins' }, grams: Number },
  });
  const askOfBins = createClient({ resources: listResources(bins, pieces) });
  await askOfBins('PUT /bins/spread', { body: {} });
  expect(await askOfBins('POST /bins/spread/add')).toMatchObject({ status: 200, body: { pieces: 1, grams: 2.5 } });
  expect(await askOfBins('POST /bins/spread/add')).toMatchObject({ status: 200, body: { pieces: 2, grams: 5 } });
  expect(await askOfBins('POST /bins/spread/copy')).toMatchObject({ status: 201, body: { pieces: 0, grams: 0 } });
});

test('the description says of what it is', async () => {
  const { components } = (await ask('GET /openapi.json')).body;
  const schemas = Object.values(components.schemas as Record<string, { required?: string[]; properties?: object }>);
  const item = schemas.find(
    ({ properties, required }) => properties !== undefined && 'paid' in properties && required?.includes('id'),
  );
  expect(item!.properties).toMatchObject({
    reviews: { description: 'The number of the items of reviews that refer to it.' },
    stars: { description: 'The sum of "stars" of the items of reviews that refer to it.', type: 'integer' },
    refunded: { description: 'The sum of "price" of some items of reviews that refer to it.', type: 'number' },
  });
});
