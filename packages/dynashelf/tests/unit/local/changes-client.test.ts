// What a client sees of changes while its connections break.

import fc from 'fast-check';

import { followChanges, type FollowedChange, type Following } from '../../../src/local/changes-client';
import { ClientSocket, type Disturbance, type LiveApi, startLiveApi } from '../../setup/live-api';
import { runs } from '../../setup/runs';

let api: LiveApi;
beforeEach(async () => {
  api = await startLiveApi();
});
afterEach(async () => {
  await Promise.all(followed.splice(0).map(async (changes) => changes.return()));
  await api.stop();
});

/** What is followed, to be ended. */
const followed: AsyncGenerator<unknown, void>[] = [];

class Refused extends Error {
  constructor(
    readonly status: number,
    readonly problem: unknown,
  ) {
    super(`refused ${status}`);
  }
}

/** Quick, so that no test waits for a pause. */
const TIMING = { pause: 1, longestPause: 4, quiet: 60_000, patience: 5_000, good: 5_000 };

function follow(more: Partial<Following> = {}): AsyncGenerator<FollowedChange, void> {
  const changes = followChanges({
    collection: 'books',
    WebSocket: ClientSocket,
    async ask(method, path, query, signal) {
      const response = await fetch(`${api.url}${path}?${new URLSearchParams(query).toString()}`, { method, signal });
      return { status: response.status, body: await response.json() };
    },
    refused: (status, problem) => new Refused(status, problem),
    timing: TIMING,
    ...more,
  });
  followed.push(changes);
  return changes;
}

async function take(changes: AsyncGenerator<FollowedChange, void>, count: number): Promise<FollowedChange[]> {
  const taken: FollowedChange[] = [];
  while (taken.length < count) {
    const { value, done } = await changes.next();
    if (done === true) {
      break;
    }
    taken.push(value);
  }
  return taken;
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) {
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

const numbers = (changes: readonly FollowedChange[]): number[] => changes.map(({ sequence }) => Number(sequence));
const upTo = (count: number, from = 1): number[] => Array.from({ length: count }, (_, index) => from + index);

test('changes come as they are committed, with the place behind each', async () => {
  const changes = follow();
  const first = changes.next();
  await until(() => api.heard.length > 0);
  api.write('a', 'b');
  expect((await first).value).toMatchObject({ subject: 'a', data: { title: '1' }, since: 'p2' });
  expect((await changes.next()).value).toMatchObject({ subject: 'b', since: 'p3' });
  expect(api.heard).toEqual([{ action: 'subscribe', collection: 'books', ref: '1' }]);
  await until(() => api.requests.length === 1);
});

test('from a place on, what was missed comes first', async () => {
  api.write('a', 'b', 'c');
  expect(numbers(await take(follow({ since: 'p2' }), 2))).toEqual([2, 3]);
});

test('from the oldest on, all that is kept comes, then what is committed', async () => {
  api.write(...Array.from({ length: 8 }, () => 'a'));
  api.oldest = 2;
  const changes = follow({ since: 'oldest' });
  expect(numbers(await take(changes, 7))).toEqual(upTo(7, 2));
  const next = changes.next();
  await until(() => api.heard.length > 0);
  api.write('a');
  expect(Number(((await next).value as FollowedChange).sequence)).toBe(9);
});

test('one item, and filters, are subscribed to', async () => {
  const changes = follow({ id: 'b', filter: { 'pages[gte]': '3' } });
  const next = changes.next();
  await until(() => api.heard.length > 0);
  api.write('a', 'b');
  expect((await next).value).toMatchObject({ subject: 'b' });
  expect(api.heard[0]).toMatchObject({ id: 'b', filter: { 'pages[gte]': '3' } });
});

test('a place that is told without a change is gone on from', async () => {
  api.write('a', 'a', 'a');
  const changes = follow({ id: 'b', since: 'p1' });
  const next = changes.next();
  await until(() => api.heard.length > 0);
  const disturbances: Disturbance[] = ['expire'];
  api.disturb = () => disturbances.shift() ?? 'none';
  api.write('b');
  expect(await next).toMatchObject({ value: { subject: 'b' } });
  expect(api.heard.map(({ since }) => since)).toEqual(['p1', 'p4']);
});

test('whatever breaks and whatever comes again, each change comes once and in order', async () => {
  const disturbances = fc.array(
    fc.constantFrom<Disturbance>('none', 'none', 'cut before', 'cut behind', 'again', 'expire'),
    { maxLength: 40 },
  );
  await fc.assert(
    fc.asyncProperty(
      disturbances,
      fc.array(fc.boolean(), { maxLength: 10 }),
      fc.array(fc.nat(4), { minLength: 1, maxLength: 10 }),
      async (plan, opens, bursts) => {
        await api.stop();
        api = await startLiveApi();
        const refusals = [...opens];
        api.disturb = () => plan.shift() ?? 'none';
        api.takes = () => refusals.shift() ?? true;
        const total = bursts.reduce((sum, burst) => sum + burst, 0) + 1;
        const taken = take(follow({ since: 'p1' }), total);
        for (const burst of [...bursts, 1]) {
          api.write(...Array.from({ length: burst }, () => 'a'));
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
        expect(numbers(await taken)).toEqual(upTo(total));
        await followed.pop()?.return();
      },
    ),
    { numRuns: runs(40) },
  );
});

test('where there are no sockets, the feed is asked, and nothing is missed', async () => {
  api.hasSockets = false;
  api.write('a', 'a', 'a', 'a', 'a');
  const changes = follow({ since: 'p2' });
  expect(numbers(await take(changes, 4))).toEqual(upTo(4, 2));
  const next = changes.next();
  api.write('b');
  expect((await next).value).toMatchObject({ subject: 'b', since: 'p7' });
});

test('a program without WebSockets asks the feed, from now on', async () => {
  api.write('a');
  const changes = follow({ WebSocket: undefined, id: 'c' });
  const next = changes.next();
  await until(() => api.requests.length === 2);
  api.write('b', 'c');
  expect((await next).value).toMatchObject({ subject: 'c', since: 'p4' });
});

test('where nothing lets sockets through, the feed is asked', async () => {
  api.takes = () => false;
  const changes = follow({ since: 'p1' });
  api.write('a', 'a');
  expect(numbers(await take(changes, 2))).toEqual([1, 2]);
  expect(api.requests.filter((one) => one === 'POST /tickets')).toHaveLength(3);
});

test('filters without sockets are refused', async () => {
  api.hasSockets = false;
  await expect(follow({ filter: { author: 'x' } }).next()).rejects.toThrow('Filters need sockets');
});

test.each([true, false])('a place that is gone is a refusal: with sockets %s', async (hasSockets) => {
  api.hasSockets = hasSockets;
  api.write('a', 'a', 'a');
  api.oldest = 3;
  await expect(follow({ since: 'p1' }).next()).rejects.toMatchObject({ status: 410, problem: { title: 'Gone' } });
});

test('what the API refuses is thrown, and what it cannot answer now is asked again', async () => {
  api.refusal = { status: 503, body: {} };
  const next = follow().next();
  await until(() => api.requests.length >= 3);
  api.refusal = { status: 401, body: { title: 'Unauthorized', status: 401 } };
  await expect(next).rejects.toMatchObject({ status: 401 });
});

test('a connection that is quiet is asked whether it is there, and made anew where it does not answer', async () => {
  const changes = follow({ timing: { ...TIMING, quiet: 20, patience: 200 } });
  const next = changes.next();
  await until(() => api.heard.some(({ action }) => action === 'ping'));
  expect(api.requests).toHaveLength(1);
  api.answersPings = false;
  await until(() => api.requests.length > 1);
  api.write('a');
  expect((await next).value).toMatchObject({ subject: 'a' });
});

test('a program that is slower than the changes gets all of them', async () => {
  const changes = follow({ since: 'p1' });
  api.write(...Array.from({ length: 2_500 }, () => 'a'));
  const taken: FollowedChange[] = [];
  for await (const change of changes) {
    taken.push(change);
    if (taken.length % 500 === 1) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    if (taken.length === 2_500) {
      break;
    }
  }
  expect(numbers(taken)).toEqual(upTo(2_500));
  expect(api.requests.length).toBeGreaterThan(1);
});

test.each(['socket', 'feed', 'pause'])('the signal ends it while it waits for a %s', async (at) => {
  api.hasSockets = at !== 'feed';
  const stop = new AbortController();
  const next = follow({
    signal: stop.signal,
    since: 'p1',
    timing: { ...TIMING, pause: 1e6, longestPause: 1e6 },
  }).next();
  if (at === 'pause') {
    api.refusal = { status: 503, body: {} };
  }
  await until(() => (at === 'socket' ? api.heard.length > 0 : api.requests.length > 0));
  stop.abort();
  expect(await next).toEqual({ value: undefined, done: true });
  expect(await follow({ signal: stop.signal }).next()).toEqual({ value: undefined, done: true });
});
