// Subscribers on a bad day: requests that are lost, answers that never come, processes that are killed, several rung at
// once. What a transaction writes takes effect once for each change none the less, in order.

import { connect } from '#connect';

import { beginConsumers } from '../../src/events/behind';
import type { FunctionHandler } from '../../src/functions/defined';
import { onChange } from '../../src/lambda';
import { LEASE } from '../../src/store/consumers';
import { openPutAside } from '../../src/store/put-aside';
import { useClock } from '../../src/testing/clock';
import { tableName, useTable } from '../../src/testing/table';
import { BAD_DAY, faultPlan, withKills, worse } from '../setup/faults';
import { appendNotes, noteResources as resources, notes, noteTexts, tallies } from '../setup/feeds';
import { useProxy } from '../setup/proxied';
import { runs } from '../setup/runs';
import { seeded } from '../setup/seeded';
import { useShortPauses } from '../setup/short-pauses';

useTable();
useShortPauses();
const clock = useClock();
const database = useProxy({ resources });

const CHANGES = 12;
const AT_ONCE = 3;

/** Writes each note's text behind those before it: what is done twice, left out or out of order is seen. */
function writing(name: string): FunctionHandler {
  return onChange(notes, {
    resources,
    description: 'Writes down what it is told, in order.',
    writes: ['tallies'],
    async created({ after, transaction }) {
      const tally = await transaction.read(tallies, name);
      const last = `${tally?.last ?? ''} ${after.text}`;
      await (tally === undefined
        ? transaction.create(tallies, { seen: 1, last }, { id: name })
        : transaction.update(tallies, name, { seen: tally.seen + 1, last }));
    },
  });
}

const SEEDS = Array.from({ length: runs(6) }, (_, index) => index + 1);

test.each(SEEDS)('each change takes effect once and in order, or is put aside (seed %d)', async (seed) => {
  jest.spyOn(console, 'error').mockImplementation(() => undefined);
  const random = seeded(seed);
  const name = `told${seed}`;
  await beginConsumers({ send: connect(), tableName: tableName(), deadline: Date.now() + 60_000 }, [
    { name, collection: 'notes' },
  ]);
  const texts = noteTexts(seed * 1_000, seed * 1_000 + CHANGES - 1);
  await appendNotes(texts);
  database.proxy.intercept = withKills(faultPlan(random, worse(BAD_DAY, 1.5)), random);
  for (let round = 0; round < 8; round++) {
    // Each a process of its own, all for the same subscriber.
    await Promise.allSettled(Array.from({ length: AT_ONCE }, async () => writing(name)({ subscriber: name })));
    clock.advance({ milliseconds: random.chance(0.5) ? LEASE + 1 : 3_600_000 });
  }
  database.proxy.clear();
  for (let last: unknown; (last as { came?: string } | undefined)?.came !== 'done';) {
    clock.advance({ hours: 2 });
    last = await writing(name)({ subscriber: name });
  }
  const aside: string[] = [];
  for await (const { change } of openPutAside(connect(), tableName(), Date.now() + 60_000).list()) {
    aside.push(...(change?.consumer.name === name ? [change.item] : []));
  }
  const { body } = await database.ask(`GET /tallies/${name}`);
  expect(String(body.last).trim().split(' ')).toEqual(texts.filter((text) => !aside.includes(text)));
  jest.restoreAllMocks();
});
