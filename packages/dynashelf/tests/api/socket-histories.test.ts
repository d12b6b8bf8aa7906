// Sockets that are lost, functions that are killed between any two requests, and everything at once: each client gets
// each change that it is to see, in order, and knows by their places what it has had.

import { connect } from '#connect';
import { accessOf } from '../../src/authorization/permission';
import type { SocketGateway } from '../../src/events/socket-gateway';
import { presentChange } from '../../src/events/cloud-event';
import { publisher } from '../../src/functions/publish';
import type { Send } from '../../src/store/client/send';
import { openFeed, type StoredChange } from '../../src/store/feed';
import { createClient } from '../../src/testing/client';
import { useClock } from '../../src/testing/clock';
import { tableName, useTable } from '../../src/testing/table';
import type { JsonObject } from '../../src/values/json';
import { changing, memos } from '../setup/changing';
import { follower, type Follower } from '../setup/follower';
import { IS_LONG, runs } from '../setup/runs';
import { seeded, type Random } from '../setup/seeded';
import { bearer, openSocketWorld } from '../setup/sockets';
import { openPump, type Pump, type StreamFunction } from '../setup/stream';

useTable(true);
const clock = useClock();
const ask = createClient({ resources: changing });
const world = openSocketWorld(changing, { connections: 1000 });
const admin = bearer('root', 'admin');

let pump: Pump;
beforeAll(async () => {
  pump = await openPump();
});
beforeEach(() => {
  jest.spyOn(console, 'error').mockImplementation(() => undefined);
});
afterEach(() => {
  world.mishap = undefined;
  jest.restoreAllMocks();
});

/** How many of the requests of a long way are tried: each in the long run, else one of some. */
const STRIDE = IS_LONG ? 1 : 4;

/** Seconds after which a lease has ended that a killed function had. */
const LEASE = 16;

/** `publish` by some ways to the database and to sockets. */
function publishBy(by: { send: Send; gateway?: SocketGateway }): StreamFunction {
  return publisher({
    resources: changing,
    tableName: tableName(),
    send: by.send,
    afterAppend: [
      async (collections) => {
        for (const name of collections) {
          await world.fanOut(name, by, 600_000);
        }
      },
    ],
  });
}

const publish = publishBy({ send: connect() });

/** A process that is killed at one of its requests: none of those after it is sent either. */
function mortal(requests: number): { send: Send; gateway: SocketGateway; readonly isDead: boolean } {
  let left = requests;
  const live = async <T>(go: () => Promise<T>): Promise<T> => {
    if (left-- <= 0) {
      throw new Error('killed');
    }
    return go();
  };
  const send = connect();
  const { gateway } = world;
  return {
    send: async (...request) => live(async () => send(...request)),
    gateway: {
      post: async (...message) => live(async () => gateway.post(...message)),
      close: async (id) => live(async () => gateway.close(id)),
      isOpen: async (id) => live(async () => gateway.isOpen(id)),
    },
    get isDead() {
      return left < 0;
    },
  };
}

/** All changes of memos. */
async function allChanges(): Promise<StoredChange[]> {
  const feed = openFeed(connect(), tableName(), Date.now() + 600_000);
  const found: StoredChange[] = [];
  for (let next = 1; ;) {
    const stretch = await feed.read(memos, next, 100);
    if (stretch.changes.length === 0) {
      return found;
    }
    found.push(...stretch.changes);
    next = stretch.next;
  }
}

/** What a client should have got: by what its filter says of items as JSON. */
function expected({ caller, filter, from }: Follower, changes: readonly StoredChange[]): string[] {
  const passes = (image: StoredChange['after']): StoredChange['after'] =>
    image !== undefined && Object.entries(filter).every(([name, value]) => isSo(image.item as JsonObject, name, value))
      ? image
      : undefined;
  return changes
    .filter(({ sequence }) => sequence >= from!)
    .map((change) => ({ ...change, before: passes(change.before), after: passes(change.after) }))
    .flatMap((change) => presentChange(accessOf(caller), memos, change) ?? [])
    .map((event) => JSON.stringify(event));
}

function isSo(item: JsonObject, name: string, value: unknown): boolean {
  return name === 'pages[gte]' ? ((item['pages'] as number | undefined) ?? -1) >= Number(value) : item[name] === value;
}

/** What is wrong with what clients have got. */
async function wrong(followers: readonly Follower[]): Promise<string[]> {
  const changes = await allChanges();
  return followers.flatMap((one) => {
    const [got, want] = [one.events.map((event) => JSON.stringify(event)), expected(one, changes)];
    const at = want.findIndex((event, index) => got[index] !== event);
    return got.length === want.length && at < 0
      ? []
      : [
          `${one.caller.subject} ${JSON.stringify(one.filter)} got ${got.length} of ${want.length}; at ${at}: ${got[at]} instead of ${want[at]}`,
        ];
  });
}

/** Lets everybody come to the end: leases end, everyone connects, and all is sent. */
async function settle(followers: readonly Follower[]): Promise<void> {
  await pump(publish);
  for (let round = 0; round < 3; round++) {
    clock.advance({ seconds: LEASE });
    await world.fanOut('memos', {}, 600_000);
    for (const one of followers) {
      await one.follow();
    }
  }
  for (const one of followers) {
    one.read();
    await one.lose('close');
  }
}

const write = async (id: string, title = 'A'): Promise<unknown> =>
  ask(`PUT /memos/${id}`, { body: { owner: 'ada', title } });

test('what is committed between any two steps of subscribing, or in one, is told once', async () => {
  const back = follower(world, 'memos', admin);
  await back.follow();
  await back.lose('cut');
  for (let step = 0, most = 0; step <= most; step++) {
    const fresh = follower(world, 'memos', admin);
    for (const one of [fresh, back]) {
      let count = 0;
      let isOver = false;
      const between = async <T>(go: () => Promise<T>): Promise<T> => {
        if (!isOver && count++ === step) {
          await write(`step-${step}`);
          await pump(publish);
        }
        return go();
      };
      const send = connect();
      await one.follow(
        world.by({
          send: async (...request) => between(async () => send(...request)),
          gateway: {
            ...world.gateway,
            post: async (...message) => between(async () => world.gateway.post(...message)),
          },
        }),
      );
      isOver = true;
      most = Math.max(most, count);
      // Whoever found the fan-out at work has left it to that one, which comes to it without a further ring.
      one.read();
      expect([step, await wrong([one])]).toEqual([step, []]);
    }
    await write(`after-${step}`);
    await pump(publish);
    for (const one of [fresh, back]) {
      one.read();
      await one.lose('close');
    }
    expect([step, await wrong([fresh, back]), fresh.doubles + back.doubles]).toEqual([step, [], 0]);
  }
});

test('a fan-out that is killed at any of its requests is taken up by another: nothing is missed', async () => {
  const [early, arriving] = [follower(world, 'memos', admin), follower(world, 'memos', bearer('ada'))];
  for (let kill = 0; ; kill += IS_LONG ? 1 : 2) {
    await early.follow();
    // It is handed over, and not taken over: the function `socket` is killed at the first request of its own fan-out.
    await arriving.follow();
    await arriving.lose('cut');
    await write(`kill-${kill}-a`);
    await write(`kill-${kill}-b`);
    const killed = mortal(kill);
    await pump(publishBy({ send: connect(), gateway: killed.gateway }));
    await Promise.allSettled([world.fanOut('memos', killed, 600_000)]);
    await arriving.follow();
    await write(`kill-${kill}-c`);
    await pump(publish);
    clock.advance({ seconds: LEASE });
    await world.fanOut('memos', {}, 600_000);
    early.read();
    arriving.read();
    expect([kill, await wrong([early, arriving])]).toEqual([kill, []]);
    if (!killed.isDead) {
      return;
    }
  }
});

test('a function `socket` that is killed at any request leaves a client that can come anew', async () => {
  for (let kill = 0; ; kill += STRIDE) {
    const one = follower(world, 'memos', admin);
    await one.follow();
    await one.lose('cut');
    await write(`socket-${kill}-a`);
    await pump(publish);
    const killed = mortal(kill);
    await one.follow(world.by(killed)).catch(() => undefined);
    await write(`socket-${kill}-b`);
    await pump(publish);
    clock.advance({ seconds: LEASE });
    await world.fanOut('memos', {}, 600_000);
    one.read();
    // What API Gateway tells a client of a failed function makes it connect anew.
    await one.lose('cut');
    await one.follow();
    await write(`socket-${kill}-c`);
    await pump(publish);
    one.read();
    await one.lose('close');
    expect([kill, await wrong([one])]).toEqual([kill, []]);
    if (!killed.isDead) {
      return;
    }
  }
});

describe('random histories', () => {
  test.each(Array.from({ length: runs(1) }, (_, index) => Number(process.env['SEED'] ?? 1) + index))(
    'of writers, clients that are lost, and functions that are killed, or stopped while others go on: seed %i',
    async (seed) => {
      const random = seeded(seed);
      const followers = [
        follower(world, 'memos', admin),
        follower(world, 'memos', admin, { 'pages[gte]': 5 }),
        follower(world, 'memos', bearer('ada')),
        follower(world, 'memos', bearer('ben'), { title: 'T' }),
      ];
      world.mishap = async () => {
        await pauseFor(random, 3);
        return random.chance(0.03) ? random.pick(['failed', 'failed after'] as const) : undefined;
      };
      let isOver = false;
      const untilOver = async (go: () => Promise<unknown>): Promise<void> => {
        while (!isOver) {
          await go().catch(() => undefined);
          await pauseFor(random, 8);
        }
      };
      const writers = Array.from({ length: 3 }, async () => {
        for (let count = 0; count < 20; count++) {
          await writeRandomly(random, seed);
        }
      });
      const others = [
        ...followers.map(async (one) => untilOver(async () => liveRandomly(random, one))),
        untilOver(async () =>
          pump(random.chance(0.3) ? publishBy(mortal(random.below(40))) : publish, { random, shards: 2 }),
        ),
        untilOver(async () => world.fanOut('memos', random.chance(0.5) ? mortal(random.below(30)) : {}, 600_000)),
        untilOver(async () => {
          await pauseFor(random, 200);
          clock.advance({ seconds: LEASE });
        }),
      ];
      await Promise.all(writers);
      isOver = true;
      await Promise.all(others);
      world.mishap = undefined;
      await settle(followers);
      expect(await wrong(followers)).toEqual([]);
      // The histories are ones in which something happens.
      expect(followers.map(({ events }) => events.length).every((count) => count > 0)).toBe(true);
    },
  );
});

async function pauseFor(random: Random, milliseconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, random.below(milliseconds)));
}

async function writeRandomly(random: Random, seed: number): Promise<void> {
  const id = `${seed}-${random.below(6)}`;
  const body = { owner: random.pick(['ada', 'ben']), title: random.pick(['S', 'T']), pages: random.below(10) };
  await ask(random.chance(0.2) ? `DELETE /memos/${id}` : `PUT /memos/${id}`, {
    body: random.chance(0.2) ? undefined : body,
  }).catch(() => undefined);
}

async function liveRandomly(random: Random, one: Follower): Promise<void> {
  const by = random.chance(0.2) ? world.by(mortal(random.below(30))) : world;
  await one.follow(by).catch(async () => one.lose('cut'));
  await pauseFor(random, 60);
  one.read();
  if (random.chance(0.4)) {
    await one.lose(random.pick(['cut', 'close']));
  }
}
