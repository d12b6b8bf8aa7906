// Schedules at `npm start`: functions are called at their times, as EventBridge calls them.

import type { Service } from '../../../src/local/gateway-route';
import { InvocationError } from '../../../src/local/invoke';
import { runSchedules } from '../../../src/local/schedules';

const service = (schedules: Record<string, string[]>): Service => ({
  functions: Object.fromEntries(
    Object.entries(schedules).map(([key, of]) => [key, { name: `x-local-${key}`, routes: [], schedules: of }]),
  ),
  binaryMediaTypes: [],
  responses: [],
});

beforeEach(() => jest.useFakeTimers({ now: new Date('2030-01-01T12:00:00Z') }));
afterEach(() => jest.useRealTimers());

test('each is called at its times with the time that it is for, and said so', async () => {
  const called: [string, unknown][] = [];
  const said: string[] = [];
  const running = runSchedules(
    service({ publish: ['rate(1 minute)'], often: ['rate(1 hour)'], nightly: ['cron(0 3 * * ? *)'], none: [] }),
    async (name, event) => {
      called.push([name, (JSON.parse(event) as { time: string }).time]);
      return Promise.resolve(undefined);
    },
    (line) => said.push(line),
  );
  expect(running.lines).toEqual([
    'often runs by rate(1 hour): next at 2030-01-01T13:00:00Z. Now: npx dynashelf call often',
    'nightly runs by cron(0 3 * * ? *): next at 2030-01-02T03:00:00Z. Now: npx dynashelf call nightly',
  ]);
  await jest.advanceTimersByTimeAsync(2 * 60 * 60 * 1000);
  expect(called.filter(([name]) => name !== 'x-local-publish')).toEqual([
    ['x-local-often', '2030-01-01T13:00:00Z'],
    ['x-local-often', '2030-01-01T14:00:00Z'],
  ]);
  await jest.advanceTimersByTimeAsync(13 * 60 * 60 * 1000);
  expect(called).toContainEqual(['x-local-nightly', '2030-01-02T03:00:00Z']);
  expect(called).toContainEqual(['x-local-publish', '2030-01-01T12:01:00Z']);
  expect(said.join()).not.toContain('publish');
  expect(said).toContain('nightly was called by cron(0 3 * * ? *).');
  running.stop();
  await jest.advanceTimersByTimeAsync(24 * 60 * 60 * 1000);
  expect(called.filter(([name]) => name !== 'x-local-publish')).toHaveLength(16);
});

test('one that fails is said to, and called again the next time', async () => {
  const said: string[] = [];
  const running = runSchedules(
    service({ expire: ['rate(5 minutes)'] }),
    async () => Promise.reject(new InvocationError('nothing is there')),
    (line) => said.push(line),
  );
  await jest.advanceTimersByTimeAsync(10 * 60 * 1000);
  expect(said).toEqual([
    'expire was called by rate(5 minutes) and failed: nothing is there',
    'expire was called by rate(5 minutes) and failed: nothing is there',
  ]);
  running.stop();
});

test('a time that is further away than Node waits for is waited for', async () => {
  const called: string[] = [];
  const running = runSchedules(
    service({ yearly: ['cron(0 0 1 1 ? *)'] }),
    async (name) => Promise.resolve(called.push(name)),
    () => undefined,
  );
  await jest.advanceTimersByTimeAsync(364 * 24 * 60 * 60 * 1000);
  expect(called).toEqual([]);
  await jest.advanceTimersByTimeAsync(24 * 60 * 60 * 1000);
  expect(called).toHaveLength(1);
  running.stop();
});
