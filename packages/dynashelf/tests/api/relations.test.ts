// Relations: the items of another collection that refer to one item.

import { setTimeout as pause } from 'node:timers/promises';

import { defineResource, listResources } from '../../src/definition/define-resource';
import { useProxy } from '../setup/proxied';
import { useTable } from '../../src/testing/table';

const writers = defineResource({
  name: 'writers',
  description: 'Who writes.',
  schema: { name: { type: String, required: true, maxLength: 50 } },
  relations: {
    poems: { collection: 'poems', attribute: 'writer' },
    edited: { collection: 'poems', attribute: 'editor' },
  },
});

const poems = defineResource({
  name: 'poems',
  description: 'What they write.',
  schema: {
    title: { type: String, required: true, maxLength: 50 },
    lines: { type: Number, integer: true },
    writer: { type: String, required: true, references: 'writers' },
    editor: { type: String, references: 'writers' },
  },
  indexes: {
    byWriter: { partition: 'writer' },
    byWriterTitle: { partition: 'writer', sort: 'title' },
    byEditor: { partition: 'editor' },
  },
});

useTable();
const database = useProxy({ resources: listResources(writers, poems) });
const ask: typeof database.ask = async (...request) => database.ask(...request);

/** Of each poem its title; it is written by `ann` where its number is even, and edited by her where it is not. */
const titles = ['f', 'b', 'd', 'a', 'e', 'c'].flatMap((letter) => [`${letter}1`, `${letter}2`]);

beforeAll(async () => {
  for (const id of ['ann', 'bob', 'eve']) {
    await ask(`PUT /writers/${id}`, { body: { name: id } });
  }
  for (const [index, title] of titles.entries()) {
    const [writer, editor] = index % 2 === 0 ? ['ann', undefined] : ['bob', 'ann'];
    expect(
      (await ask(`PUT /poems/p${String(index).padStart(2, '0')}`, { body: { title, lines: index, writer, editor } }))
        .status,
    ).toBe(201);
  }
});

function ids(body: { items: { id: string }[] }): string[] {
  return body.items.map(({ id }) => id);
}

test('a relation lists the items that refer to this one, newest first, as their own collection shows them', async () => {
  const { status, body, headers } = await ask('GET /writers/ann/poems');
  expect(status).toBe(200);
  expect(ids(body)).toEqual(['p10', 'p08', 'p06', 'p04', 'p02', 'p00']);
  expect(body.items[0]).toEqual((await ask('GET /poems/p10')).body);
  expect(headers).toMatchObject({
    'content-type': 'application/json',
    'cache-control': 'no-cache',
    etag: expect.stringMatching(/^W\//),
  });
});

test('two relations by different attributes list different items', async () => {
  expect(ids((await ask('GET /writers/ann/edited')).body)).toEqual(['p11', 'p09', 'p07', 'p05', 'p03', 'p01']);
});

test('it takes every parameter of a list', async () => {
  expect(ids((await ask('GET /writers/ann/poems?sort=title')).body)).toEqual([
    'p06',
    'p02',
    'p10',
    'p04',
    'p08',
    'p00',
  ]);
  expect(ids((await ask('GET /writers/ann/poems?lines[gte]=4&limit=2&sort=-title')).body)).toEqual(['p08', 'p04']);
  expect(
    (await ask('GET /writers/ann/poems?fields=title&limit=1&expand=writer', { headers: { Prefer: 'count=exact' } }))
      .body,
  ).toEqual({
    items: [{ id: 'p10', title: 'c1', expand: { writer: expect.objectContaining({ name: 'ann' }) } }],
    total: 6,
    next: expect.stringMatching(/^\/writers\/ann\/poems\?/),
  });
  expect(ids((await ask('GET /writers/ann/poems?id[in]=p00,p01,p02')).body)).toEqual(['p02', 'p00']);
});

test('a filter on the attribute that refers holds as well', async () => {
  expect((await ask('GET /writers/ann/poems?writer=bob')).body).toEqual({ items: [] });
  expect(ids((await ask('GET /writers/ann/poems?writer=ann&limit=1')).body)).toEqual(['p10']);
});

test('faults of the parameters are 400, as in any list', async () => {
  const { status, body } = await ask('GET /writers/ann/poems?sort=lines&nothing=1');
  expect(status).toBe(400);
  expect(body.errors.map(({ parameter }: { parameter: string }) => parameter).sort()).toEqual(['nothing', 'sort']);
});

test('following next stays on the path and yields every item once', async () => {
  const found: string[] = [];
  for (let line: string | undefined = '/writers/ann/poems?limit=2'; line !== undefined;) {
    const { body, headers } = await ask(`GET ${line}`);
    found.push(...ids(body));
    line = body.next as string | undefined;
    if (line !== undefined) {
      expect(line).toMatch(/^\/writers\/ann\/poems\?limit=2&cursor=/);
      expect(headers['link']).toBe(`<${line}>; rel="next"`);
    }
  }
  expect(found).toEqual(['p10', 'p08', 'p06', 'p04', 'p02', 'p00']);
});

test('behind a stage, next holds it too', async () => {
  const { body } = await ask('GET /writers/ann/poems?limit=2', { base: '/prod' });
  expect(body.next).toMatch(/^\/prod\/writers\/ann\/poems\?/);
});

test('a cursor is good for its path alone', async () => {
  const { body } = await ask('GET /writers/ann/poems?limit=2');
  const cursor = new URL(body.next as string, 'http://x').searchParams.get('cursor')!;
  for (const path of ['/writers/bob/poems', '/writers/ann/edited', '/poems', '/poems?writer=ann', '/writers']) {
    const answer = await ask(`GET ${path}${path.includes('?') ? '&' : '?'}cursor=${cursor}`);
    expect([path, answer.status, answer.body.errors?.[0]?.parameter]).toEqual([path, 400, 'cursor']);
  }
});

test('an item that exists and that nothing refers to has an empty list', async () => {
  expect((await ask('GET /writers/eve/poems')).body).toEqual({ items: [] });
});

test('an item that does not exist has none: 404', async () => {
  for (const path of ['/writers/nobody/poems', '/writers/nobody/poems?limit=1', `/writers/${'x'.repeat(128)}/poems`]) {
    const { status, body } = await ask(`GET ${path}`);
    expect([status, body.type]).toEqual([404, '/docs#not-found']);
  }
});

test('what is no relation is 404, what every object has included', async () => {
  for (const path of [
    '/writers/ann/books',
    '/writers/ann/constructor',
    '/poems/p00/poems',
    '/writers/ann/poems/p00',
    '/writers/ann/',
    '/writers//poems',
  ]) {
    expect([path, (await ask(`GET ${path}`)).status]).toEqual([path, 404]);
  }
});

test('an id that no item can have is 404, and no failure', async () => {
  for (const id of ['x'.repeat(1500), '%F0%9F%98%80'.repeat(100), 'a%20b']) {
    expect((await ask(`GET /writers/${id}/poems`)).status).toBe(404);
    for (const [method, status] of Object.entries({ GET: 404, HEAD: 404, DELETE: 404, PATCH: 404, PUT: 422 })) {
      const answer = await ask(`${method} /writers/${id}`, { body: { name: 'x' } });
      expect([method, answer.status]).toEqual([method, status]);
    }
  }
});

test('other methods are 405 with what is allowed, OPTIONS says the same, HEAD has the headers of GET', async () => {
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
    const { status, headers } = await ask(`${method} /writers/ann/poems`, { body: {} });
    expect([method, status, headers['allow']]).toEqual([method, 405, 'GET, HEAD, OPTIONS']);
  }
  expect((await ask('OPTIONS /writers/ann/poems')).headers['allow']).toBe('GET, HEAD, OPTIONS');
  const [get, head] = [await ask('GET /writers/ann/poems?limit=2'), await ask('HEAD /writers/ann/poems?limit=2')];
  expect(head).toMatchObject({ status: 200, text: '' });
  expect([head.headers['etag'], head.headers['link']]).toEqual([get.headers['etag'], get.headers['link']]);
  expect((await ask('HEAD /writers/nobody/poems')).status).toBe(404);
});

test('it costs one GetItem and one Query of its index, at once, and reads what it shows', async () => {
  await ask('GET /writers/ann/poems?limit=3');
  const requests = database.proxy.requests.map(({ operation, input, output }) => [
    operation,
    input['IndexName'],
    output?.['ScannedCount'],
  ]);
  expect(requests.sort()).toEqual([
    ['GetItem', undefined, undefined],
    ['Query', expect.stringMatching(/^gsi\d+$/), 3],
  ]);
  let underWay = 0;
  let together = 0;
  database.proxy.intercept = async (_request, forward) => {
    together = Math.max(together, ++underWay);
    // The first is not answered before the second is there, which would be long ago if it came.
    for (let waits = 0; together < 2 && waits < 200; waits++) {
      await pause(10);
    }
    underWay--;
    return forward();
  };
  await ask('GET /writers/ann/poems');
  expect(together).toBe(2);
});
