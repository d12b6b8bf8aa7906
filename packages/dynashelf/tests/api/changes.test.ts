// GET /changes: parameters, places, who sees what, what it costs.

import { connect } from '#connect';
import { readConfig } from '../../src/config';
import { publisher } from '../../src/functions/publish';
import { writePlace } from '../../src/events/place';
import type { As } from '../../src/testing/ask';
import { useClock } from '../../src/testing/clock';
import { tableName, useTable } from '../../src/testing/table';
import { changing } from '../setup/changing';
import { noteResources } from '../setup/notes';
import { useProxy } from '../setup/proxied';
import { createClient } from '../../src/testing/client';
import { useTokens } from '../../src/testing/tokens';
import { openPump, type Pump, type StreamFunction } from '../setup/stream';

useTable(true);
const clock = useClock();
const served = useProxy({ resources: changing });
const tokens = useTokens();
const guarded = createClient({ resources: changing, tokens });
const ask: typeof guarded = async (line, more) => served.ask(line, more);

const publish = publisher({ resources: changing, send: connect(), tableName: tableName() }) as StreamFunction;
let pump: Pump;
beforeAll(async () => {
  pump = await openPump();
});

interface Event {
  type: string;
  subject?: string;
  sequence: string;
  data?: Record<string, unknown>;
}

interface Page {
  changes: Event[];
  next: string;
}

const admin: As = { subject: 'root', roles: ['admin'] };
const ada: As = { subject: 'ada' };
const ben: As = { subject: 'ben' };

const memo = async (id: string, body: object): Promise<void> => {
  expect((await ask(`PUT /memos/${id}`, { body: { title: id, ...body } })).status).toBeLessThan(300);
};

const shown = ({ changes }: Page): string[] => changes.map(({ type, subject }) => `${type} ${subject}`);

async function now(of = 'memos', as?: As): Promise<string> {
  const client = as === undefined ? ask : guarded;
  return ((await client(`GET /changes?collection=${of}&since=now`, { ...(as && { as }) })).body as Page).next;
}

async function follow(next: string, as?: As): Promise<Page> {
  const answer = await (as === undefined ? ask : guarded)(`GET ${next}`, { ...(as && { as }) });
  expect([answer.status, answer.text]).toEqual([200, expect.any(String)]);
  return answer.body;
}

test('pages follow one another without a gap, and the last one is empty and has a next one', async () => {
  const start = await now();
  for (const number of [1, 2, 3, 4, 5]) {
    await memo(`p${number}`, { owner: 'ada' });
  }
  await pump(publish);
  const found: string[] = [];
  let page = await follow(`${start}&limit=2`);
  for (let count = 0; page.changes.length > 0; count++) {
    expect(count).toBeLessThan(3);
    found.push(...shown(page));
    page = await follow(page.next);
  }
  expect(found).toEqual([1, 2, 3, 4, 5].map((number) => `memos.created p${number}`));
  const again = await ask(`GET ${page.next}`);
  expect(again.headers).toMatchObject({ link: `<${page.next}>; rel="next"`, 'cache-control': 'no-cache' });
  expect(again.body).toEqual({ changes: [], next: page.next });
  const same = await ask(`GET ${page.next}`, { headers: { 'If-None-Match': again.headers['etag']! } });
  expect([same.status, same.text]).toEqual([304, '']);
  const head = await ask(`HEAD ${page.next}`);
  expect([head.status, head.text, head.headers['etag']]).toEqual([200, '', again.headers['etag']]);
});

test('a page costs one Query for each partition of each collection, however much there is', async () => {
  const start = await now('memos,remarks');
  await memo('q', { owner: 'ada' });
  await ask('PUT /remarks/q', { body: { memo: 'q' } });
  await pump(publish);
  const { next } = await follow(start);
  for (const page of [start, next]) {
    await follow(page);
    served.proxy.clear();
    const { headers } = await ask(`GET ${page}`);
    // memos lie in one partition, remarks in three.
    expect(served.proxy.requests.map(({ operation }) => operation)).toEqual(['Query', 'Query', 'Query', 'Query']);
    expect(headers['server-timing']).toMatch(/store;dur=[0-9.]+;desc="4 reads, [0-4](\.5)? RCU"/);
  }
});

test('several collections come together, by the time of the writes', async () => {
  const start = await now('memos,remarks');
  await memo('s1', { owner: 'ada' });
  clock.advance({ seconds: 1 });
  await ask('PUT /remarks/s', { body: { memo: 's1' } });
  clock.advance({ seconds: 1 });
  await memo('s2', { owner: 'ada' });
  await pump(publish);
  const page = await follow(`${start}&limit=3`);
  const rest = await follow(page.next);
  expect([...shown(page), ...shown(rest)].sort()).toEqual([
    'memos.created s1',
    'memos.created s2',
    'memos.updated s1',
    'remarks.created s',
  ]);
  expect(shown(page)[0]).toBe('memos.created s1');
});

test('without a place the feed begins at the oldest change that is kept', async () => {
  const { changes } = (await ask('GET /changes?collection=memos&limit=1')).body as unknown as Page;
  expect(changes[0]!.sequence).toBe('000000000000001');
  await memo('o', { owner: 'ada' });
  await ask('PUT /remarks/o', { body: { memo: 'o' } });
  await pump(publish);
  clock.advance({ days: 8 });
  await ask('PUT /remarks/o2', { body: { memo: 'o' } });
  await pump(publish);
  const kept = (await ask('GET /changes?collection=remarks')).body as unknown as Page;
  expect(shown(kept)).toEqual(['remarks.created o2']);
});

test('a place that is no longer kept is gone, and the list begins anew', async () => {
  const start = await now('remarks');
  await ask('PUT /remarks/g1', { body: { memo: 'o' } });
  await pump(publish);
  expect(shown(await follow(start))).toEqual(['remarks.created g1']);
  clock.advance({ days: 8 });
  const answer = await ask(`GET ${start}`);
  expect([answer.status, answer.body]).toEqual([
    410,
    expect.objectContaining({
      type: '/docs#gone',
      detail:
        'The changes of remarks are no longer kept from this place on: begin with since=now, read the list anew, then go on from there.',
    }),
  ]);
  // Behind all that was ever written nothing is missing.
  expect((await follow(await now('remarks'))).changes).toEqual([]);
});

test('a place beyond the feed, which is that of another table, is gone', async () => {
  const since = writePlace(readConfig(process.env).cursorKeys, '', { memos: 1_000_000 });
  expect((await ask(`GET /changes?collection=memos&since=${since}`)).status).toBe(410);
});

test.each<[string, string, RegExp]>([
  ['GET /changes', 'collection', /Must name collections.*There are changes of: memos, remarks/],
  ['GET /changes?collection=', 'collection', /Must name collections/],
  [
    'GET /changes?collection=memo',
    'collection',
    /"memo" is no collection whose changes are kept\. Did you mean "memos"\?/,
  ],
  ['GET /changes?collection=memos&since=nonsense', 'since', /Is no place that was given to this caller/],
  ['GET /changes?collection=memos&since=', 'since', /Is no place/],
  ['GET /changes?collection=memos&limit=0', 'limit', /from 1 to 100/],
  ['GET /changes?collection=memos&limit=101', 'limit', /from 1 to 100/],
  ['GET /changes?collection=memos&wait=21', 'wait', /from 0 to 20/],
  ['GET /changes?collection=memos&wait=-1', 'wait', /from 0 to 20/],
  ['GET /changes?collection=memos&sinse=now', 'sinse', /Did you mean "since"\?/],
  ['GET /changes?collection=memos&collection=remarks', 'collection', /stands twice/],
  [`GET /changes?collection=${'a,'.repeat(11)}`, 'collection', /at most 10 collections/],
])('%s is 400 and names %s', async (line, parameter, detail) => {
  const { status, body } = await ask(line);
  expect(status).toBe(400);
  expect(body).toMatchObject({
    errors: expect.arrayContaining([{ detail: expect.stringMatching(detail) as string, parameter }]) as object,
  });
});

test('a place is good for the caller that it was given to, and for the collections that it is of', async () => {
  const place = new URL(await now('memos', ada), 'http://x').searchParams.get('since')!;
  expect((await guarded(`GET /changes?collection=memos&since=${place}`, { as: ada })).status).toBe(200);
  expect((await guarded(`GET /changes?collection=memos&since=${place}`, { as: ben })).status).toBe(400);
  const other = await guarded(`GET /changes?collection=memos,remarks&since=${place}`, { as: ada });
  expect([other.status, other.text]).toEqual([
    400,
    expect.stringContaining('Is a place in memos, and in nothing of remarks'),
  ]);
  const broken = `${place.slice(0, -2)}${place.endsWith('AA') ? 'BB' : 'AA'}`;
  expect((await guarded(`GET /changes?collection=memos&since=${broken}`, { as: ada })).status).toBe(400);
});

test('who may list nothing of a collection may not follow it', async () => {
  expect((await guarded('GET /changes?collection=memos')).status).toBe(401);
  expect((await guarded('GET /changes?collection=remarks')).status).toBe(200);
  const unknown = await guarded('GET /changes?collection=memoes');
  expect(unknown.status).toBe(400);
  expect(unknown.text).not.toContain('memos');
});

test('each sees what the list would show it: what leaves its sight is deleted for it, what comes into it created', async () => {
  const starts = [await now('memos', admin), await now('memos', ada), await now('memos', ben)];
  await memo('x', { owner: 'ada', secret: 'hush' });
  await memo('x', { owner: 'ada', secret: 'other' });
  await memo('x', { owner: 'ben', secret: 'other' });
  await ask('DELETE /memos/x');
  await pump(publish);
  const [all, hers, his] = await Promise.all([admin, ada, ben].map(async (as, index) => follow(starts[index]!, as)));
  expect(shown(all!)).toEqual(['memos.created x', 'memos.updated x', 'memos.updated x', 'memos.deleted x']);
  expect(shown(hers!)).toEqual(['memos.created x', 'memos.updated x', 'memos.deleted x']);
  expect(shown(his!)).toEqual(['memos.created x', 'memos.deleted x']);
  expect(all!.changes[0]!.data).toMatchObject({ secret: 'hush', owner: 'ada' });
  expect(hers!.changes[0]!.data).toMatchObject({ owner: 'ada' });
  expect(hers!.changes[0]!.data).not.toHaveProperty('secret');
  expect(hers!.changes[2]).not.toHaveProperty('data');
});

test('who sees few of many changes is given those, and the cost is not told', async () => {
  const start = await now('memos', ben);
  for (let number = 0; number < 12; number++) {
    await memo(`m${number}`, { owner: number === 11 ? 'ben' : 'ada' });
  }
  await pump(publish);
  const page = await follow(`${start}&limit=3`, ben);
  expect(shown(page)).toEqual(['memos.created m11']);
  const { headers } = await guarded(`GET ${start}`, { as: ben });
  expect(headers['server-timing']).not.toContain('store');
});

test('an empty answer is held back until there is something', async () => {
  const start = await now();
  await follow(start);
  served.proxy.clear();
  const waiting = ask(`GET ${start}&wait=20`);
  await memo('w', { owner: 'ada' });
  await pump(publish);
  const { body } = await waiting;
  expect(shown(body as unknown as Page)).toEqual(['memos.created w']);
  const reads = served.proxy.requests.filter(
    ({ operation, input }) =>
      operation === 'Query' || (operation === 'GetItem' && JSON.stringify(input).includes('#feed#')),
  );
  expect(reads.length).toBeLessThanOrEqual(4);
  const empty = await ask(`GET ${(body as unknown as Page).next.replace('wait=20', 'wait=1')}`);
  expect((empty.body as unknown as Page).changes).toEqual([]);
});

test('an item as large as it may be comes whole, and as many of them as an answer holds', async () => {
  const start = await now();
  for (let number = 0; number < 14; number++) {
    await memo(`l${number}`, { owner: 'ada', title: 'ä'.repeat(150_000) });
  }
  await pump(publish);
  const found: string[] = [];
  let page = await follow(`${start}&limit=100`);
  while (page.changes.length > 0) {
    found.push(...page.changes.map(({ subject }) => subject!));
    expect((page.changes[0]!.data!['title'] as string).length).toBe(150_000);
    page = await follow(page.next);
  }
  expect(found).toEqual(Array.from({ length: 14 }, (_, number) => `l${number}`));
});

test('/changes takes GET alone, and is a collection’s path where nothing is kept', async () => {
  expect((await ask('POST /changes', { body: {} })).headers['allow']).toBe('GET, HEAD, OPTIONS');
  expect((await ask('OPTIONS /changes')).status).toBe(204);
  expect((await ask('GET /changes/1')).status).toBe(404);
  const plain = createClient({ resources: noteResources });
  expect((await plain('GET /changes')).status).toBe(404);
  expect((await plain('GET /openapi.json')).text).not.toContain('/changes');
});
