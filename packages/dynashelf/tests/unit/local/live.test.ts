// Requests while the source changes: they wait until what is built is looked over, and never for ever.

import fc from 'fast-check';

import type { ApiGateway } from '../../../src/local/api-gateway';
import type { Gateway } from '../../../src/local/gateway';
import { followSource, type Live } from '../../../src/local/live';
import type { Reloaded } from '../../../src/local/reload';
import { runs } from '../../setup/runs';

const BEHIND: ApiGateway = async () => Promise.reject(new Error('It is not asked.'));
const SOUND: Reloaded = { mistakes: [], lines: [] };

let state: string;
let printed: string[];
let live: Live;
let looks: ((found: Reloaded) => void)[];

beforeEach(() => {
  jest.spyOn(console, 'log').mockImplementation((line) => void printed.push(String(line)));
  jest.spyOn(console, 'error').mockImplementation((line) => void printed.push(String(line)));
  begin();
});
afterEach(() => jest.restoreAllMocks());

function begin(): void {
  state = 'held';
  printed = [];
  looks = [];
  const gateway: Gateway = {
    port: 0,
    hold: async () => void (state = 'held'),
    open: () => void (state = 'open'),
    refuse: (sentence) => void (state = sentence),
    serveBeside: () => undefined,
    stop: async () => undefined,
  };
  live = followSource(gateway, async () => new Promise((resolve) => looks.push(resolve)), __dirname);
}

async function looked(found: Reloaded): Promise<void> {
  await settled();
  looks.shift()!(found);
  await settled();
}

async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

test('a change is built and looked over before it is served, and a line says so', async () => {
  live.begin(BEHIND);
  expect(state).toBe('open');
  await live.building();
  expect(state).toBe('held');
  live.built('read', undefined);
  await live.replacing();
  live.changed();
  await settled();
  expect(state).toBe('held');
  await looked({ mistakes: [], lines: ['books: 3 items have new keys.'] });
  expect(state).toBe('open');
  expect(printed).toEqual(['Reloaded the source.', 'books: 3 items have new keys.']);
});

test('what does not compile is said once, however many entries it is in, and answered with until it does', async () => {
  live.begin(BEHIND);
  await Promise.all([live.building(), live.building()]);
  live.built('read', 'Mistaken.');
  expect(state).toBe('held');
  live.built('write', 'Mistaken.');
  expect(state).toBe('Mistaken.');
  expect(printed).toEqual(['Mistaken.']);
  await live.building();
  live.built('read', undefined);
  expect(state).toBe('Mistaken.'); // of the other entry
  await live.building();
  live.built('write', undefined);
  expect(state).toBe('held');
  live.changed();
  await looked(SOUND);
  expect(state).toBe('open');
});

test('what loads with a mistake is said, and answered with', async () => {
  live.begin(BEHIND);
  await live.replacing();
  live.changed();
  await looked({ mistakes: ['One.', 'Two.'], lines: ['nothing'] });
  expect(state).toBe('One.\nTwo.');
  expect(printed).toEqual(['One.\nTwo.']);
});

test('what is found out about a build that is over means nothing, and calls under way end with it', async () => {
  live.begin(BEHIND);
  const { aborted } = live.abandon();
  const signal = live.abandon();
  await live.replacing();
  expect([aborted, signal.aborted, live.abandon().aborted]).toEqual([false, true, false]);
  live.changed();
  await settled();
  await live.replacing();
  live.changed();
  await looked({ mistakes: ['Old.'], lines: [] });
  expect(state).toBe('held');
  await looked(SOUND);
  expect(state).toBe('open');
  expect(printed).toEqual(['Reloaded the source.']);
});

test('nothing is served before the start is done, whatever the source does', async () => {
  await live.replacing();
  live.changed();
  await looked(SOUND);
  expect(state).toBe('held');
  live.begin(BEHIND);
  expect(state).toBe('open');
});

/** A save of one or more files: builds of some entries, and where all compile, a change. */
const saves = fc.array(
  fc.record({ fails: fc.subarray(['read', 'write', 'describe']), mistakes: fc.boolean(), isLate: fc.boolean() }),
  { minLength: 1, maxLength: 5 },
);

test('whatever is saved in whatever order, it ends with the last state of the source', async () => {
  await fc.assert(
    fc.asyncProperty(saves, async (all) => {
      begin();
      live.begin(BEHIND);
      let expected = '';
      for (const { fails, mistakes, isLate } of all) {
        const entries = ['read', 'write', 'describe'];
        await live.building();
        if (!isLate) {
          await live.building();
        }
        live.built('read', fails.includes('read') ? 'Uncompiled.' : undefined);
        if (isLate) {
          await live.building();
        } // builds begin one after the other
        await live.building();
        for (const entry of entries.slice(1)) {
          live.built(entry, fails.includes(entry) ? 'Uncompiled.' : undefined);
        }
        if (fails.length === 0) {
          await live.replacing();
          live.changed();
          await settled();
        }
        // A look that nobody waits for any more ends some time.
        while (looks.length > (fails.length === 0 ? 1 : 0)) {
          await looked(SOUND);
        }
        if (fails.length === 0) {
          await looked({ mistakes: mistakes ? ['Mistaken.'] : [], lines: [] });
        }
        expected = fails.length > 0 ? 'Uncompiled.' : mistakes ? 'Mistaken.' : 'open';
      }
      await settled();
      expect(state).toBe(expected);
    }),
    { numRuns: runs(50) },
  );
});
