// Sockets: what a client sends and is sent, who is let in, and what becomes of connections that end.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { connect } from '#connect';
import { defineResource, listResources } from '../../src/definition/define-resource';
import { fanOutAfterAppend } from '../../src/functions/socket-fan-out';
import { publisher } from '../../src/functions/publish';
import { openConnections } from '../../src/store/connections';
import type { Connection } from '../../src/store/layout/sockets';
import { createClient } from '../../src/testing/client';
import { useClock } from '../../src/testing/clock';
import { tableName, useTable } from '../../src/testing/table';
import type { JsonObject } from '../../src/values/json';
import { changing } from '../setup/changing';
import { APP } from '../setup/places';
import { bearer, openSocketWorld, type Socket } from '../setup/sockets';
import { openPump, type Pump, type StreamFunction } from '../setup/stream';

useTable(true);
const clock = useClock();

const ask = createClient({ resources: changing });
const world = openSocketWorld(changing);
const publish = publisher({
  resources: changing,
  send: connect(),
  tableName: tableName(),
  afterAppend: [fanOutAfterAppend({ ...world.parts, ...world.parts.config })],
}) as StreamFunction;

const admin = bearer('root', 'admin');
const ada = bearer('ada');

let pump: Pump;
beforeAll(async () => {
  pump = await openPump();
});
beforeEach(async () => {
  await pump(publish);
});
afterEach(async () => {
  clock.reset();
  world.mishap = undefined;
  jest.restoreAllMocks();
  await Promise.all([...world.sockets.values()].filter(({ isOpen }) => isOpen).map(async (socket) => socket.close()));
});

/** Subscribes; its answer. */
async function subscribe(socket: Socket, message: object): Promise<JsonObject> {
  const before = socket.messages.length;
  await socket.say({ action: 'subscribe', ...message });
  return socket.messages[before]!;
}

/** What of the changes that have come since matters. */
function told(socket: Socket, since = 0): string[] {
  return socket.messages.slice(since).flatMap(({ action, change }) => {
    const { type, subject } = change as { type: string; subject: string };
    return action === 'change' ? [`${type} ${subject}`] : [];
  });
}

const connection = async ({ id }: Socket): Promise<Connection | undefined> =>
  openConnections(connect(), tableName(), Date.now() + 30_000).read(id);

describe('a ticket', () => {
  test('is good once, of many who bring it at once', async () => {
    const ticket = await world.ticket(ada);
    const came = await Promise.all(Array.from({ length: 8 }, async () => world.connect(ticket)));
    expect(came.filter((one) => one === 401)).toHaveLength(7);
    expect(came.filter((one) => typeof one === 'object')).toHaveLength(1);
  });

  test('is good for a minute, and no longer than its token', async () => {
    const [late, ended] = [await world.ticket(ada), await world.ticket(ada, { ends: Date.now() + 10_000 })];
    clock.advance({ seconds: 11 });
    expect(await world.connect(ended)).toBe(401);
    clock.advance({ seconds: 50 });
    expect(await world.connect(late)).toBe(401);
  });

  test.each(['', 'x', 'x'.repeat(5_000)])('is none that somebody has made up: %#', async (ticket) => {
    expect(await world.connect(ticket)).toBe(401);
  });
});

describe('a subscription', () => {
  test('is told each change of a collection as it is committed, with the place behind it', async () => {
    const socket = await world.connectAs(admin);
    const answer = await subscribe(socket, { collection: 'memos', ref: 7 });
    expect(answer).toEqual({
      action: 'subscribed',
      ref: 7,
      subscription: expect.any(String) as string,
      collection: 'memos',
      since: expect.any(String) as string,
    });
    await ask('PUT /memos/a1', { body: { owner: 'ada', title: 'A' } });
    await ask('PATCH /memos/a1', { body: { title: 'B' } });
    await ask('DELETE /memos/a1');
    await pump(publish);
    expect(socket.messages.slice(1)).toMatchObject([
      {
        action: 'change',
        subscription: answer['subscription'],
        change: { type: 'memos.created', data: { title: 'A' } },
      },
      { change: { type: 'memos.updated', data: { title: 'B' } } },
      { change: { type: 'memos.deleted' } },
    ]);
    expect(new Set(socket.messages.map(({ since }) => since)).size).toBe(4);
  });

  test('goes on behind its last place, and gets first what it has missed', async () => {
    const first = await world.connectAs(admin);
    await subscribe(first, { collection: 'memos' });
    await ask('PUT /memos/b1', { body: { owner: 'ada', title: 'A' } });
    await pump(publish);
    first.cut();
    const { since } = first.messages.at(-1)!;
    for (const id of ['b2', 'b3', 'b4', 'b5', 'b6']) {
      await ask(`PUT /memos/${id}`, { body: { owner: 'ada', title: 'A' } });
    }
    await pump(publish);
    const second = await world.connectAs(admin);
    await subscribe(second, { collection: 'memos', since });
    await ask('PUT /memos/b7', { body: { owner: 'ada', title: 'A' } });
    await pump(publish);
    expect(told(second, 1)).toEqual(['b2', 'b3', 'b4', 'b5', 'b6', 'b7'].map((id) => `memos.created ${id}`));
  });

  test('by a filter is told of what comes into it as created, and of what leaves it as deleted', async () => {
    const socket = await world.connectAs(admin);
    await subscribe(socket, { collection: 'memos', filter: { 'pages[gte]': 100, owner: 'ada' } });
    await ask('PUT /memos/c1', { body: { owner: 'ada', title: 'A', pages: 50 } });
    await ask('PUT /memos/c2', { body: { owner: 'ben', title: 'A', pages: 150 } });
    await ask('PATCH /memos/c1', { body: { pages: 100 } });
    await ask('PATCH /memos/c1', { body: { title: 'B' } });
    await ask('PATCH /memos/c1', { body: { pages: 99 } });
    await ask('DELETE /memos/c1');
    await pump(publish);
    expect(told(socket, 1)).toEqual(['memos.created c1', 'memos.updated c1', 'memos.deleted c1']);
  });

  test('by an id is of one item', async () => {
    const socket = await world.connectAs(admin);
    await subscribe(socket, { collection: 'memos', id: 'd2' });
    for (const id of ['d1', 'd2', 'd3']) {
      await ask(`PUT /memos/${id}`, { body: { owner: 'ada', title: 'A' } });
    }
    await pump(publish);
    expect(told(socket, 1)).toEqual(['memos.created d2']);
  });

  test('is of what its caller may list, and shows the attributes that it may see', async () => {
    const [own, other] = [await world.connectAs(ada), await world.connectAs(bearer('ben'))];
    await subscribe(own, { collection: 'memos' });
    await subscribe(other, { collection: 'memos' });
    await ask('PUT /memos/e1', { body: { owner: 'ada', title: 'A', secret: 'x' } });
    await ask('PATCH /memos/e1', { body: { owner: 'ben' } });
    await pump(publish);
    expect([told(own, 1), told(other, 1)]).toEqual([['memos.created e1', 'memos.deleted e1'], ['memos.created e1']]);
    expect(own.messages[1]).toMatchObject({ change: { data: { title: 'A' } } });
    expect(JSON.stringify([...own.messages, ...other.messages])).not.toContain('secret');
  });

  test('is told how far it has come where nothing that it missed is for it, so that it goes on from there', async () => {
    const first = await world.connectAs(admin);
    const { since } = await subscribe(first, { collection: 'memos', id: 'none' });
    for (const number of [1, 2, 3, 4, 5]) {
      await ask(`PUT /memos/p${number}`, { body: { owner: 'ada', title: 'A' } });
    }
    await pump(publish);
    await first.close();
    const second = await world.connectAs(admin);
    await subscribe(second, { collection: 'memos', id: 'none', since });
    const [{ subscription } = {}, place = {}] = second.messages;
    expect(second.messages.slice(1)).toEqual([{ action: 'place', subscription, since: expect.any(String) as string }]);
    // Behind it is nothing more.
    const third = await world.connectAs(admin);
    await subscribe(third, { collection: 'memos', since: place['since'] });
    await ask('PUT /memos/p6', { body: { owner: 'ada', title: 'A' } });
    await pump(publish);
    expect(third.messages.map(({ action }) => action)).toEqual(['subscribed', 'change']);
    expect(told(third, 1)).toEqual(['memos.created p6']);
  });

  test('that has ended is told nothing more, and the connection goes on', async () => {
    const socket = await world.connectAs(admin);
    const { subscription } = await subscribe(socket, { collection: 'memos' });
    await socket.say({ action: 'unsubscribe', subscription, ref: 'r' });
    await ask('PUT /memos/f1', { body: { owner: 'ada', title: 'A' } });
    await pump(publish);
    await socket.say({ action: 'ping' });
    await socket.say({ action: 'unsubscribe', subscription });
    expect(socket.messages.slice(1)).toMatchObject([
      { action: 'unsubscribed', subscription, ref: 'r' },
      { action: 'pong' },
      { action: 'problem', problem: { status: 404 } },
    ]);
    expect((await connection(socket))?.subscriptions.size).toBe(0);
  });

  test('of what is too large for a message says where it is', async () => {
    const socket = await world.connectAs(admin, { base: '/dev' });
    await subscribe(socket, { collection: 'memos' });
    await ask('PUT /memos/g1', { body: { owner: 'ada', title: 'A'.repeat(140_000) } });
    await pump(publish);
    const { change } = socket.messages[1] as { change: JsonObject };
    expect(change).toMatchObject({ type: 'memos.created', subject: 'g1', dataref: '/dev/memos/g1' });
    expect(change).not.toHaveProperty('data');
  });
});

describe('a message that is not right gets a problem', () => {
  const cases: [string, unknown, object][] = [
    ['no JSON', '{', { status: 400 }],
    ['no object', '[]', { status: 400, errors: [{ pointer: '#' }] }],
    ['nothing', '', { status: 400 }],
    ['a name twice', '{"action":"ping","action":"ping"}', { status: 400 }],
    [
      'an unknown action',
      { action: 'subscrib' },
      { errors: [{ detail: expect.stringContaining('"subscribe"') as string, pointer: '#/action' }] },
    ],
    ['no action', {}, { errors: [{ pointer: '#/action' }] }],
    ['an unknown member', { action: 'ping', filtre: 1 }, { errors: [{ pointer: '#/filtre' }] }],
    ['a ref that is none', { action: 'ping', ref: {} }, { errors: [{ pointer: '#/ref' }] }],
    ['no collection', { action: 'subscribe' }, { errors: [{ detail: 'Is missing.', pointer: '#/collection' }] }],
    [
      'an unknown collection',
      { action: 'subscribe', collection: 'memo' },
      { errors: [{ detail: expect.stringMatching(/memos, remarks.*"memos"/s) as string, pointer: '#/collection' }] },
    ],
    [
      'an unknown attribute',
      { action: 'subscribe', collection: 'memos', filter: { titel: 'x' } },
      { errors: [{ pointer: '#/filter/titel' }] },
    ],
    [
      'an operator that does not go',
      { action: 'subscribe', collection: 'memos', filter: { 'data[gt]': 'x', 'pages[begins]': '1' } },
      { errors: [{ pointer: '#/filter/data%5Bgt%5D' }, { pointer: '#/filter/pages%5Bbegins%5D' }] },
    ],
    [
      'a value that is none',
      { action: 'subscribe', collection: 'memos', filter: { pages: 'many', title: null } },
      { status: 400 },
    ],
    [
      'an attribute that is not seen',
      { action: 'subscribe', collection: 'memos', filter: { secret: 'x' } },
      { errors: [{ pointer: '#/filter/secret' }] },
    ],
    [
      'a place that was made up',
      { action: 'subscribe', collection: 'memos', since: 'abc' },
      { errors: [{ pointer: '#/since' }] },
    ],
    ['too long', { action: 'ping', ref: 'x'.repeat(5_000) }, { status: 413 }],
  ];

  test.each(cases)('%s', async (_name, message, problem) => {
    const socket = await world.connectAs(ada);
    await socket.say(message);
    expect(socket.messages).toMatchObject([{ action: 'problem', problem }]);
    expect(socket.isOpen).toBe(true);
    expect((await connection(socket))?.subscriptions.size).toBe(0);
  });

  test('with what the client calls it', async () => {
    const socket = await world.connectAs(ada);
    await socket.say({ action: 'subscribe', collection: 'memo', ref: 'mine' });
    expect(socket.messages).toMatchObject([{ action: 'problem', ref: 'mine' }]);
  });

  test('a place of another caller is none', async () => {
    const [socket, other] = [await world.connectAs(admin), await world.connectAs(ada)];
    const { since } = await subscribe(socket, { collection: 'memos' });
    expect(await subscribe(other, { collection: 'memos', since })).toMatchObject({ problem: { status: 400 } });
  });

  test('who may list nothing is refused', async () => {
    const socket = await world.connectAs({ kind: 'anonymous', subject: '', roles: [], claims: {} });
    expect(await subscribe(socket, { collection: 'memos' })).toMatchObject({ problem: { status: 401 } });
    expect(await subscribe(socket, { collection: 'remarks' })).toMatchObject({ action: 'subscribed' });
  });

  test('a place that is no longer kept is gone', async () => {
    const socket = await world.connectAs(admin);
    const { since } = await subscribe(socket, { collection: 'remarks' });
    await ask('PUT /memos/h1', { body: { owner: 'ada', title: 'A' } });
    await ask('PUT /remarks/h1', { body: { memo: 'h1' } });
    await pump(publish);
    await socket.close();
    clock.advance({ days: 8 });
    const later = await world.connectAs(admin);
    expect(await subscribe(later, { collection: 'remarks', since })).toMatchObject({
      action: 'problem',
      problem: { status: 410, type: '/docs#gone' },
    });
    expect((await connection(later))?.subscriptions.size).toBe(0);
  });
});

describe('limits', () => {
  test('a connection has so many subscriptions, however many it asks for at once', async () => {
    const socket = await world.connectAs(admin);
    await Promise.all(Array.from({ length: 9 }, async () => socket.say({ action: 'subscribe', collection: 'memos' })));
    const actions = socket.messages.map(({ action }) => action);
    expect(actions.filter((action) => action === 'subscribed')).toHaveLength(5);
    expect(socket.messages.filter(({ action }) => action === 'problem')).toHaveLength(4);
    expect(socket.messages.find(({ action }) => action === 'problem')).toMatchObject({ problem: { status: 409 } });
    expect((await connection(socket))?.subscriptions.size).toBe(5);
  });

  test('a caller has so many connections, however many it makes at once; nobody in particular has any number', async () => {
    const cleo = bearer('cleo');
    const came = await Promise.all(Array.from({ length: 9 }, async () => world.connect(await world.ticket(cleo))));
    expect(came.filter((one) => one === 429)).toHaveLength(5);
    const [one] = came.filter((socket) => typeof socket === 'object');
    await one!.close();
    expect(typeof (await world.connect(await world.ticket(cleo)))).toBe('object');
    expect(await world.connect(await world.ticket(cleo))).toBe(429);
    const nobody = { kind: 'anonymous', subject: '', roles: [], claims: {} } as const;
    const many = await Promise.all(Array.from({ length: 6 }, async () => world.connect(await world.ticket(nobody))));
    expect(many.every((socket) => typeof socket === 'object')).toBe(true);
  });

  test('connections that were lost without a word leave their places to others', async () => {
    const dora = bearer('dora');
    for (let time = 0; time < 4; time++) {
      (await world.connectAs(dora)).cut();
    }
    await world.connectAs(dora);
    expect(typeof (await world.connect(await world.ticket(dora)))).toBe('object');
  });
});

describe('a connection', () => {
  test('whose token ends is told so and closed, by its next message or by the next change', async () => {
    const [one, other] = await Promise.all(
      [1, 2].map(async () => world.connectAs(admin, { ends: Date.now() + 60_000 })),
    );
    await subscribe(other!, { collection: 'memos' });
    clock.advance({ seconds: 61 });
    await one!.say({ action: 'ping' });
    await ask('PUT /memos/i1', { body: { owner: 'ada', title: 'A' } });
    await pump(publish);
    expect([one!.messages, other!.messages.slice(1)]).toEqual([[{ action: 'expired' }], [{ action: 'expired' }]]);
    expect([one!.isOpen, other!.isOpen]).toEqual([false, false]);
    expect(await Promise.all([connection(one!), connection(other!)])).toEqual([undefined, undefined]);
  });

  test('that is gone is forgotten by the next change', async () => {
    const socket = await world.connectAs(admin);
    await subscribe(socket, { collection: 'memos' });
    socket.cut();
    await ask('PUT /memos/j1', { body: { owner: 'ada', title: 'A' } });
    await pump(publish);
    expect(await connection(socket)).toBeUndefined();
    const before = world.posts;
    await ask('PUT /memos/j2', { body: { owner: 'ada', title: 'A' } });
    await pump(publish);
    expect(world.posts).toBe(before);
  });

  test('to which a change cannot be sent is closed, so that nothing after it is sent', async () => {
    const [socket, other] = [await world.connectAs(admin), await world.connectAs(admin)];
    await subscribe(socket, { collection: 'memos' });
    await subscribe(other, { collection: 'memos' });
    world.mishap = (to, { change }) =>
      to === socket && (change as { subject: string } | undefined)?.subject === 'k2' ? 'failed' : undefined;
    for (const id of ['k1', 'k2', 'k3']) {
      await ask(`PUT /memos/${id}`, { body: { owner: 'ada', title: 'A' } });
    }
    await pump(publish);
    expect([told(socket, 1), socket.isOpen]).toEqual([['memos.created k1'], false]);
    expect(told(other, 1)).toHaveLength(3);
  });

  test('that was forgotten is closed by its next message', async () => {
    const socket = await world.connectAs(admin);
    await openConnections(connect(), tableName(), Date.now() + 30_000).forget(socket.id);
    await socket.say({ action: 'ping' });
    expect([socket.messages, socket.isOpen]).toEqual([[], false]);
  });

  test('leaves nothing behind when it ends', async () => {
    const socket = await world.connectAs(bearer('eve'));
    await subscribe(socket, { collection: 'memos' });
    await subscribe(socket, { collection: 'remarks' });
    await socket.close();
    await Promise.all([world.fanOut('memos'), world.fanOut('remarks')]);
    const before = world.posts;
    await ask('PUT /memos/l1', { body: { owner: 'eve', title: 'A' } });
    await pump(publish);
    expect(world.posts).toBe(before);
  });
});

test('while nobody is connected a change costs the fan-out two looks and no write', async () => {
  const sent: string[] = [];
  const send = connect();
  await world.fanOut('memos', {
    async send(operation, input, options) {
      sent.push(operation);
      return send(operation, input, options);
    },
  });
  expect(sent).toEqual(['Query', 'Query']);
});

test('the messages of docs/events.md are understood, each as it says', async () => {
  const books = defineResource({
    name: 'books',
    description: 'Books.',
    schema: { author: String, pages: Number },
    access: { list: 'public' },
    changes: true,
  });
  const library = openSocketWorld(listResources(books));
  const text = readFileSync(join(APP, 'docs/events.md'), 'utf8');
  const [, table = ''] = /\| the client sends \|([^]*?)\n\n/.exec(text) ?? [];
  const rows = table.split('\n').map((row) => row.split(' | '));
  const socket = await library.connectAs(ada);
  let subscription = '';
  for (const [client = ''] of rows) {
    const [, said] = /`(\{"action".*\})`/.exec(client) ?? [];
    const [, more] = /^\| the same with `(".*)`/.exec(client) ?? [];
    const message = said ?? (more === undefined ? undefined : `{"action":"subscribe","collection":"books",${more}}`);
    if (message !== undefined) {
      const before = socket.messages.length;
      await socket.say(message.replace('"since":"…"', '"since":"now"').replace('"…"', JSON.stringify(subscription)));
      const [answer] = socket.messages.slice(before);
      const { action } = JSON.parse(message.replaceAll('…', '')) as { action: string };
      const wanted = { subscribe: 'subscribed', unsubscribe: 'unsubscribed', ping: 'pong' }[action];
      expect([message, answer?.['action']]).toEqual([message, wanted]);
      subscription = (answer?.['subscription'] as string | undefined) ?? subscription;
    }
  }
  expect(socket.messages.length).toBeGreaterThanOrEqual(6);
});
