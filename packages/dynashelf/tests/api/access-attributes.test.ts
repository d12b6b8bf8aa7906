// Attributes that not everyone sees or sets: for the others they do not exist, on any way.
import { createClient, type Client } from '../../src/testing/client';
import type { Ask } from '../../src/testing/ask';
import { papersWith } from '../setup/papers';
import { ADA, BEN, EDITOR, RULES } from '../setup/rules';
import { scanTable } from '../setup/scan';
import { tableName, useTable } from '../../src/testing/table';

useTable();

const all = {
  list: 'public',
  read: 'public',
  create: 'authenticated',
  replace: 'authenticated',
  patch: 'authenticated',
  delete: 'authenticated',
  publish: 'authenticated',
} as const;
const resources = papersWith(all);
const ask: Client = createClient({ resources, config: RULES });

const JSON_PATCH = { 'Content-Type': 'application/json-patch+json' };

/** `grade` is seen and set by editors, `pin` is set by everyone and seen by nobody. */
beforeEach(async () => {
  await ask('PUT /papers/p', { body: { title: 'T', owner: 'ada', grade: 3, pin: '1234' }, as: EDITOR });
  await ask('PUT /remarks/r', { body: { text: 'Good', paper: 'p' } });
});

test('an editor sees the grade, everyone else does not, and nobody sees the pin', async () => {
  expect((await ask('GET /papers/p', { as: EDITOR })).body).toMatchObject({ title: 'T', grade: 3 });
  for (const as of [EDITOR, ADA, undefined]) {
    const { body } = await ask('GET /papers/p', { as });
    expect(body).not.toHaveProperty('pin');
    expect(Object.hasOwn(body, 'grade')).toBe(as === EDITOR);
  }
});

test.each<[string, Ask, string]>([
  ['GET /papers', {}, 'items'],
  ['GET /papers?id[in]=p', {}, 'items'],
  ['GET /papers/p', {}, 'title'],
  ['GET /remarks/r?expand=paper', {}, 'expand'],
  ['GET /remarks?expand=paper', {}, 'items'],
  ['PUT /papers/p', { body: { title: 'T', owner: 'ada' } }, 'title'],
  ['PATCH /papers/p', { body: { title: 'T' } }, 'title'],
  ['PATCH /papers/p', { body: [{ op: 'test', path: '/title', value: 'T' }], headers: JSON_PATCH }, 'title'],
  ['POST /papers/p/publish', {}, 'title'],
  ['PUT /papers/p', { body: { title: 'T', owner: 'ada' }, headers: { 'If-Match': '"99"' } }, 'current'],
  ['PATCH /papers/p', { body: { title: 'T' }, headers: { 'If-Match': '"99"' } }, 'current'],
  ['DELETE /papers/p', { headers: { 'If-Match': '"99"' } }, 'current'],
  ['POST /papers/p/publish', { headers: { 'If-Match': '"99"' } }, 'current'],
  ['POST /transactions', { body: { operations: [{ method: 'GET', path: '/papers/p' }] } }, 'results'],
  [
    'POST /transactions',
    { body: { operations: [{ method: 'PATCH', path: '/papers/p', body: { title: 'U' } }] } },
    'results',
  ],
  [
    'POST /transactions',
    {
      body: {
        operations: [{ method: 'PATCH', path: '/papers/p', body: { title: 'U' }, headers: { 'If-Match': '"99"' } }],
      },
    },
    'current',
  ],
])('%s %j of someone who may not see them holds neither grade nor pin', async (line, more, member) => {
  const { body, text } = await ask(line, { ...more, as: ADA });
  expect(body).toHaveProperty(member);
  expect(text).not.toMatch(/grade|pin|1234/);
});

test.each([
  'grade=3',
  'grade[gte]=1',
  'grade[exists]=true',
  'sort=grade',
  'fields=grade',
  'pin=1234',
  'pin[begins]=1',
  'fields=pin',
])('?%s asks for what is not there: 400, the same as of an attribute that is not declared', async (query) => {
  const { status, body } = await ask(`GET /papers?${query}`, { as: ADA });
  const unknown = await ask(`GET /papers?${query.replace(/grade|pin/, 'zzz')}`, { as: ADA });
  expect([status, body.errors[0].detail.replaceAll(/grade|pin/g, 'zzz')]).toEqual([400, unknown.body.errors[0].detail]);
});

test('an order that is not served names no index of an attribute that is not seen', async () => {
  expect((await ask('GET /papers?sort=owner', { as: ADA })).body.errors[0].detail).not.toContain('grade');
  expect((await ask('GET /papers?sort=owner', { as: EDITOR })).body.errors[0].detail).toContain('grade');
});

test('an editor filters, sorts and selects by the grade', async () => {
  expect((await ask('GET /papers?grade=3&sort=grade&fields=grade', { as: EDITOR })).body.items).toEqual([
    { id: 'p', grade: 3 },
  ]);
});

test.each<[string, object[]]>([
  ['a test of it', [{ op: 'test', path: '/pin', value: '1234' }]],
  ['a copy of it', [{ op: 'copy', from: '/pin', path: '/title' }]],
  ['a move of it', [{ op: 'move', from: '/grade', path: '/title' }]],
  ['its removal', [{ op: 'remove', path: '/pin' }]],
  ['its replacement', [{ op: 'replace', path: '/pin', value: 'x' }]],
])('JSON Patch with %s finds no such member: 422, nothing changed', async (_what, patch) => {
  const { status, text } = await ask('PATCH /papers/p', { body: patch, headers: JSON_PATCH, as: ADA });
  expect([status, text]).toEqual([422, expect.not.stringContaining('1234')]);
  expect(await ask('GET /papers?grade=3', { as: EDITOR })).toMatchObject({
    body: { items: [{ id: 'p', title: 'T', grade: 3 }] },
  });
});

describe('what someone sends who may not set the grade', () => {
  test.each<[string, Ask]>([
    ['PUT /papers/p', { body: { title: 'U', owner: 'ada', grade: 1 } }],
    ['PUT /papers/p', { body: { title: 'U', owner: 'ada' } }],
    ['PATCH /papers/p', { body: { title: 'U', grade: 1 } }],
    ['PATCH /papers/p', { body: { title: 'U', grade: null } }],
    [
      'PATCH /papers/p',
      {
        body: [
          { op: 'add', path: '/grade', value: 1 },
          { op: 'replace', path: '/title', value: 'U' },
        ],
        headers: JSON_PATCH,
      },
    ],
    [
      'POST /transactions',
      { body: { operations: [{ method: 'PATCH', path: '/papers/p', body: { title: 'U', grade: 1 } }] } },
    ],
    [
      'POST /transactions',
      { body: { operations: [{ method: 'PUT', path: '/papers/p', body: { title: 'U', owner: 'ada', grade: 1 } }] } },
    ],
  ])('%s %j changes the rest and leaves grade and pin as they are', async (line, more) => {
    expect(await ask(line, { ...more, as: ADA })).toMatchObject({ status: 200 });
    expect((await ask('GET /papers/p', { as: EDITOR })).body).toMatchObject({ title: 'U', grade: 3 });
    expect(await pinIs('1234')).toBe(true);
  });

  test('POST makes an item without it', async () => {
    const { body } = await ask('POST /papers', { body: { title: 'New', owner: 'ada', grade: 5 }, as: ADA });
    expect((await ask(`GET /papers/${body.id}`, { as: EDITOR })).body).not.toHaveProperty('grade');
  });
});

describe('what nobody sees can still be set', () => {
  test('by PUT', async () => {
    await ask('PUT /papers/p', { body: { title: 'T', owner: 'ada', pin: '9' }, as: ADA });
    expect(await pinIs('9')).toBe(true);
  });

  test('by merge patch, which can also remove it', async () => {
    await ask('PATCH /papers/p', { body: { pin: '8' }, as: ADA });
    expect(await pinIs('8')).toBe(true);
    await ask('PATCH /papers/p', { body: { pin: null }, as: ADA });
    expect(await pinIs(undefined)).toBe(true);
  });

  test('and is checked: a wrong value is 422', async () => {
    expect(await ask('PATCH /papers/p', { body: { pin: 5 }, as: ADA })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '#/pin' }] },
    });
  });

  test('is not seen where access is open either', async () => {
    const open = createClient({ resources });
    const { body } = await open('GET /papers/p');
    expect(body).toMatchObject({ grade: 3 });
    expect(body).not.toHaveProperty('pin');
  });
});

test('a replay of the outcome for the same key and caller shows what was shown, and another caller gets an answer of its own', async () => {
  const headers = { 'Idempotency-Key': 'the-same' };
  const body = { title: 'Once', owner: 'ada', grade: 4 };
  const first = await ask('POST /papers', { body, headers, as: EDITOR });
  const again = await ask('POST /papers', { body, headers, as: EDITOR });
  const others = await ask('POST /papers', { body, headers, as: BEN });
  expect(first.body).toMatchObject({ grade: 4 });
  expect([again.text, again.headers['idempotent-replayed']]).toEqual([first.text, 'true']);
  expect(others.headers['idempotent-replayed']).toBeUndefined();
  expect(others.body.id).not.toBe(first.body.id);
  expect(others.body).not.toHaveProperty('grade');
});

describe('a caller that may write and not read', () => {
  const dropBox: Client = createClient({
    resources: papersWith({ ...all, read: { role: 'editor' }, create: 'public' }),
    config: RULES,
  });

  test.each<[string, Ask, number]>([
    ['POST /papers', { body: { title: 'T', owner: 'x' } }, 201],
    ['POST /papers', { body: [{ title: 'T', owner: 'x' }] }, 201],
    ['PUT /papers/p', { body: { title: 'T', owner: 'x' } }, 204],
    ['PUT /papers/unseen', { body: { title: 'T', owner: 'x' } }, 201],
    ['PATCH /papers/p', { body: { title: 'T' } }, 204],
    ['POST /papers/p/publish', {}, 204],
  ])('is answered without body to %s %j', async (line, more, status) => {
    const answer = await dropBox(line, { ...more, as: ADA });
    expect([answer.status, answer.text, answer.headers['content-type'], answer.headers['preference-applied']]).toEqual([
      status,
      '',
      undefined,
      undefined,
    ]);
    expect(answer.headers['location']).toEqual(
      status === 201 && !Array.isArray(more.body) ? expect.stringMatching(/^\/papers\/./) : undefined,
    );
  });

  test('is told of its operations in a transaction without their items', async () => {
    const operations = [
      { method: 'PUT', path: '/papers/p', body: { title: 'T', owner: 'x' } },
      { method: 'POST', path: '/papers', body: { title: 'T', owner: 'x' } },
    ];
    const { status, body } = await dropBox('POST /transactions', { body: { operations }, as: ADA });
    expect([
      status,
      body.results.map((result: { status: number; body?: unknown }) => [result.status, 'body' in result]),
    ]).toEqual([
      200,
      [
        [204, false],
        [201, false],
      ],
    ]);
  });

  test('sees no `current` with 412, nor its ETag', async () => {
    const answer = await dropBox('PATCH /papers/p', { body: { title: 'T' }, headers: { 'If-Match': '"99"' }, as: ADA });
    expect([answer.status, answer.body.current, answer.headers['etag']]).toEqual([412, undefined, undefined]);
  });

  test('expands nothing: 403 naming the collection', async () => {
    expect(await dropBox('GET /remarks?expand=paper', { as: ADA })).toMatchObject({
      status: 403,
      body: { detail: expect.stringContaining('papers') },
    });
  });
});

/** Whether the pin is what it should be, which only the table can tell. */
async function pinIs(pin: string | undefined): Promise<boolean> {
  const record = (await scanTable(tableName())).find(({ sk }) => sk?.S === 'p');
  return record?.['pin']?.S === pin;
}
