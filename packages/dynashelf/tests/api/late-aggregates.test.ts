// `counts` and `sums` declared on a table with data: until the migration has made them, writes that would change them
// are refused; then they are true, with all that follows from them.

import { connect } from '#connect';

import { defineResource, listResources } from '../../src/definition/define-resource';
import type { Send } from '../../src/store/client/send';
import { establishConstraints } from '../../src/store/migrate/establish-constraints';
import { createClient } from '../../src/testing/client';
import type { Answer } from '../../src/testing/ask';
import { useClock } from '../../src/testing/clock';
import { tableName, useTable } from '../../src/testing/table';
import { brokenRules } from '../setup/invariants';
import { killAtEachRequest } from '../setup/kill';
import { race } from '../setup/race';
import { scanTable } from '../setup/scan';

useTable();
const clock = useClock();

const kept = { type: Number, readOnly: true, default: 0 } as const;

/** Tools and reviews; what tools keep of reviews is declared or not. */
function declare({ isLate = false, most = 1000 }): ReturnType<typeof listResources> {
  const reviews = defineResource({
    name: 'reviews',
    description: 'Reviews.',
    schema: {
      tool: { type: String, references: 'tools' },
      stars: { type: Number, integer: true },
      price: Number,
      isHidden: Boolean,
      text: { type: String, maxLength: 50 },
    },
  });
  const tools = defineResource({
    name: 'tools',
    description: 'Tools.',
    schema: {
      title: { type: String, maxLength: 50 },
      most: { type: Number, default: most },
      ...(isLate && {
        reviews: { ...kept, counts: { collection: 'reviews', attribute: 'tool' } },
        stars: { ...kept, integer: true, sums: { collection: 'reviews', attribute: 'tool', of: 'stars' } },
        paid: {
          ...kept,
          sums: {
            collection: 'reviews',
            attribute: 'tool',
            of: 'price',
            where: (review: Record<string, unknown>) => review['isHidden'] !== true,
          },
        },
        average: { type: Number, readOnly: true },
      }),
    },
    ...(isLate && {
      computed: {
        average: ({ stars, reviews: count }: { stars: number; reviews: number }) =>
          count === 0 ? undefined : stars / count,
      },
      rules: [
        {
          holds: ({ paid, most: limit }: { paid: number; most: number }) => paid <= limit,
          detail: 'No more may be paid than that.',
        },
      ],
      indexes: { byAverage: { sort: 'average' } },
    }),
  } as never);
  return listResources(tools as never, reviews as never);
}

const before = declare({});
const late = declare({ isLate: true });

const establish = async (send: Send = connect()): ReturnType<typeof establishConstraints> =>
  establishConstraints(send, tableName(), late, 0);

/** Later, functions ask again which constraints hold. */
const later = (): void => clock.advance({ seconds: 61 });

async function fillTable(): Promise<void> {
  const ask = createClient({ resources: before });
  for (const id of ['a', 'b', 'none']) {
    expect((await ask(`PUT /tools/${id}`, { body: { title: id } })).status).toBe(201);
  }
  const body = [0.1, 0.2, 0.7, 4.35].map((price, index) => ({
    tool: index < 3 ? 'a' : 'b',
    stars: index + 1,
    price,
    isHidden: index === 1,
  }));
  for (const [index, review] of body.entries()) {
    expect((await ask(`PUT /reviews/${index}`, { body: review })).status).toBe(201);
  }
}

afterEach(async () => {
  const ask = createClient({ resources: before });
  for (const collection of ['reviews', 'tools']) {
    for (const { id } of (await ask(`GET /${collection}?limit=100`)).body.items as { id: string }[]) {
      await ask(`DELETE /${collection}/${id}`);
    }
  }
});

const TRUE = {
  a: { reviews: 3, stars: 6, paid: 0.8, average: 2 },
  b: { reviews: 1, stars: 4, paid: 4.35, average: 4 },
};

const WRITES: [string, string, object | undefined][] = [
  ['a new item', 'POST /reviews', { tool: 'a', stars: 1 }],
  ['another number', 'PATCH /reviews/0', { stars: 5 }],
  ['what it is counted by', 'PATCH /reviews/0', { isHidden: true }],
  ['another item to refer to', 'PATCH /reviews/0', { tool: 'none' }],
  ['a deletion', 'DELETE /reviews/0', undefined],
  [
    'an item with what refers to it',
    'POST /transactions',
    {
      operations: [
        { method: 'PUT', path: '/tools/new', body: {} },
        { method: 'PUT', path: '/reviews/new', body: { tool: 'new', stars: 2 } },
      ],
    },
  ],
];

test.each(WRITES)('before the migration, %s is refused, and after it done', async (_, line, body) => {
  await establishConstraints(connect(), tableName(), before, 0);
  await fillTable();
  const ask = createClient({ resources: late });
  const write = async (): Promise<Answer> => ask(line, body === undefined ? {} : { body });
  const { status, body: refusal, headers } = await write();
  expect([status, headers['retry-after']]).toEqual([503, '60']);
  expect(refusal.detail).toMatch(
    /^The attribute "(reviews|stars|paid)" of tools was declared "(counts|sums)" when there were items already.*"npm run rekey" once\.$/,
  );
  await establish();
  later();
  expect((await write()).status).toBeLessThan(300);
  expect(await brokenRules(late, await scanTable(tableName()))).toEqual([]);
});

test('before the migration, what changes no count goes on', async () => {
  await establishConstraints(connect(), tableName(), before, 0);
  await fillTable();
  const ask = createClient({ resources: late });
  const writes: [string, object?][] = [
    ['PATCH /reviews/0', { body: { text: 'x' } }],
    ['POST /reviews', { body: { stars: 5 } }],
    ['PATCH /tools/a', { body: { title: 'x' } }],
    ['PUT /tools/none', { body: { title: 'y' } }],
    ['PUT /tools/new', { body: {} }],
    ['DELETE /tools/new', {}],
    ['DELETE /tools/none', {}],
  ];
  for (const [line, more] of writes) {
    expect([line, [200, 201, 204].includes((await ask(line, more)).status)]).toEqual([line, true]);
  }
});

test('a migration that is killed at any request and run again makes them true, with what follows from them', async () => {
  await establishConstraints(connect(), tableName(), before, 0);
  await fillTable();
  const ask = createClient({ resources: late });
  const { etag } = (await ask('GET /tools/a')).headers;
  await killAtEachRequest(establish);
  expect(await establish()).toEqual([]);
  later();
  for (const [id, shown] of Object.entries(TRUE)) {
    expect((await ask(`GET /tools/${id}`)).body).toMatchObject({ ...shown, version: 2 });
  }
  expect((await ask('GET /tools/none')).body).toMatchObject({ version: 1 });
  expect((await ask('PATCH /tools/a', { body: { title: 'x' }, headers: { 'If-Match': etag! } })).status).toBe(412);
  const sorted = (await ask('GET /tools?sort=-average')).body.items as { id: string }[];
  expect(sorted.map(({ id }) => id)).toEqual(['b', 'a']);
  expect(await brokenRules(late, await scanTable(tableName()))).toEqual([]);
});

test('an item that would break a rule is named, and the counts hold once it is mended', async () => {
  await establishConstraints(connect(), tableName(), before, 0);
  await fillTable();
  const ask = createClient({ resources: late });
  await createClient({ resources: before })('PATCH /tools/b', { body: { most: 4 } });
  const [done] = await establish();
  expect(done!.obstacles).toEqual([
    'tools/b would not be valid with what it counts or sums: No more may be paid than that. Correct it.',
  ]);
  later();
  expect((await ask('POST /reviews', { body: { tool: 'a' } })).status).toBe(503);
  expect((await ask('PATCH /tools/b', { body: { most: 5 } })).status).toBe(200);
  expect((await establish())[0]!.obstacles).toEqual([]);
  later();
  expect((await ask('POST /reviews', { body: { tool: 'b', price: 1 } })).status).toBe(409);
  expect((await ask('POST /reviews', { body: { tool: 'b', price: 0.1 } })).status).toBe(201);
  expect(await brokenRules(late, await scanTable(tableName()))).toEqual([]);
});

test('while others write, it makes them true, and overwrites nothing', async () => {
  await establishConstraints(connect(), tableName(), before, 0);
  await fillTable();
  const ask = createClient({ resources: late });
  const migrating = establish();
  const answers = await race((client) =>
    client % 2 === 0
      ? ask(`PATCH /tools/${client % 4 === 0 ? 'a' : 'b'}`, { body: { title: `t${client}` } })
      : ask('POST /reviews', { body: { tool: 'a', stars: 1 } }),
  );
  expect((await migrating)[0]!.obstacles).toEqual([]);
  later();
  expect(answers.every(({ status }, client) => (client % 2 === 0 ? status === 200 : [201, 503].includes(status)))).toBe(
    true,
  );
  expect(await brokenRules(late, await scanTable(tableName()))).toEqual([]);
  const { body } = await ask('GET /tools/b');
  expect(body.version).toBe(2 + answers.filter((_, client) => client % 4 === 2).length);
});

test('counts that were taken out and declared again are made anew', async () => {
  await establish();
  later();
  await fillTable();
  const ask = createClient({ resources: late });
  expect((await ask('PATCH /reviews/3', { body: { stars: 2 } })).status).toBe(503);
  await establish();
  later();
  expect((await ask('PATCH /reviews/3', { body: { stars: 2 } })).status).toBe(200);
  expect(await brokenRules(late, await scanTable(tableName()))).toEqual([]);
});
