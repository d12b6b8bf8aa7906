// Items that a caller may read and not change: 403 that says so; those that it may not see: 404, as if there were none.
import { createClient } from '../../src/testing/client';
import type { Answer, Ask } from '../../src/testing/ask';
import { papersWith } from '../setup/papers';
import { ADA, BEN, RULES } from '../setup/rules';
import { useTable } from '../../src/testing/table';

useTable();

const own = { owner: 'owner' } as const;
const changes = { create: own, replace: own, patch: own, delete: own, publish: own };
const visible = papersWith({ ...changes, read: 'public' });
const hidden = papersWith({ ...changes, read: own });
const open = createClient({
  resources: papersWith({
    list: 'public',
    read: 'public',
    create: 'public',
    replace: 'public',
    patch: 'public',
    delete: 'public',
  }),
  described: false,
});

let tag: string;
beforeEach(async () => {
  const put = await open('PUT /papers/hers', { body: { title: 'Hers', owner: 'ada' } });
  tag = put.headers['etag']!;
});

/** An item that is not its sender's, and how it is afterwards. */
async function change(resources: typeof visible, line: string, ask: Ask): Promise<[Answer, unchanged: boolean]> {
  const before = await open('GET /papers/hers');
  const answer = await createClient({ resources, config: RULES })(line, { ...ask, as: BEN });
  const after = await open('GET /papers/hers');
  return [answer, after.text === before.text && after.headers['etag'] === before.headers['etag']];
}

const CHANGES: [string, string, Ask][] = [
  ['PATCH', 'PATCH /papers/hers', { body: { title: 'Mine' } }],
  [
    'PATCH by a JSON Patch',
    'PATCH /papers/hers',
    {
      body: [{ op: 'replace', path: '/title', value: 'Mine' }],
      headers: { 'Content-Type': 'application/json-patch+json' },
    },
  ],
  ['PATCH with a key', 'PATCH /papers/hers', { body: { title: 'Mine' }, headers: { 'Idempotency-Key': 'k' } }],
  ['PUT', 'PUT /papers/hers', { body: { title: 'Mine', owner: 'ben' } }],
  ['DELETE', 'DELETE /papers/hers', {}],
  ['an action', 'POST /papers/hers/publish', {}],
];

describe.each(CHANGES)('%s of an item of someone else', (name, line, ask) => {
  test.each<[string, (current: string) => Record<string, string>]>([
    ['without precondition', () => ({})],
    ['with If-Match of its tag', (current) => ({ 'If-Match': current })],
    ['with If-Match of another tag', () => ({ 'If-Match': '"99"' })],
  ])('%s is 403 where the caller may read it, and changes nothing', async (_, conditions) => {
    const [answer, unchanged] = await change(visible, line, {
      ...ask,
      headers: { ...ask.headers, ...conditions(tag) },
    });
    expect([answer.status, answer.body.type, answer.body.current, answer.headers['etag'], unchanged]).toEqual([
      403,
      '/docs#forbidden',
      undefined,
      undefined,
      true,
    ]);
    expect(answer.body.detail).toContain('"hers" of papers');
  });

  test('is 404 where the caller may not see it, and changes nothing', async () => {
    const [answer, unchanged] = await change(hidden, line, ask);
    expect([answer.status, answer.body.type, unchanged]).toEqual([404, '/docs#not-found', true]);
  });

  test('is done by its owner', async () => {
    const answer = await createClient({ resources: visible, config: RULES })(line, {
      ...ask,
      headers: { ...ask.headers, 'If-Match': tag },
      as: ADA,
    });
    expect(answer.status).toBe(name === 'DELETE' ? 204 : 200);
  });
});

test.each<[string, typeof visible, number]>([
  ['403 where the caller may read it', visible, 403],
  ['404 where it may not see it', hidden, 404],
])(
  'an operation of a transaction on an item of someone else is %s, and nothing of the transaction is done',
  async (_, resources, status) => {
    for (const operation of [
      { method: 'PATCH', path: '/papers/hers', body: { title: 'Mine' } },
      { method: 'PUT', path: '/papers/hers', body: { title: 'Mine', owner: 'ben' } },
      { method: 'DELETE', path: '/papers/hers' },
    ]) {
      const operations = [{ method: 'PUT', path: '/papers/his', body: { title: 'His', owner: 'ben' } }, operation];
      const [answer, unchanged] = await change(resources, 'POST /transactions', { body: { operations } });
      expect([answer.status, answer.body.errors.map(({ pointer }: { pointer: string }) => pointer), unchanged]).toEqual(
        [status, ['#/operations/1'], true],
      );
      expect((await open('GET /papers/his')).status).toBe(404);
    }
  },
);
