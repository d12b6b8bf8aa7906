// Random histories of clients that list in actions and write by every way, over a database that loses, delays and
// refuses requests, some of them killed: what actions booked does not overlap, and every checksum is that of its items.

import type { Ask } from '../../src/testing/ask';
import { BAD_DAY, faultPlan, withKills, worse } from '../setup/faults';
import { REQUESTS, testHistories } from '../setup/histories';
import { brokenRules, bugs } from '../setup/invariants';
import type { Participant, Participants } from '../setup/participants';
import { declareRentals } from '../setup/rentals';
import { finishAllDeletions } from '../setup/deletions';
import { scanTable } from '../setup/scan';
import { seeded, type Random } from '../setup/seeded';

const resources = declareRentals(true);

const TOOLS = ['t1', 't2'];
const RENTERS = ['r1', 'r2'];
const IDS = ['b1', 'b2', 'b3'];

testHistories('each leaves checksums that are right, and bookings that do not overlap', {
  resources,
  nightly: 500,
  mostLanes: 6,
  optionsOf: (lane) => (lane % 2 === 0 ? {} : { transactionSize: 8 }),
  run: runHistory,
});

async function runHistory(participants: Participants, table: string, seed: number): Promise<string[]> {
  const random = seeded(seed);
  participants.begin();
  for (const id of TOOLS) {
    await participants.all[0]!(`PUT /tools/${id}`, { body: {} });
  }
  for (const id of RENTERS) {
    await participants.all[0]!(`PUT /renters/${id}`, { body: {} });
  }
  participants.disturb(
    withKills(faultPlan(seeded(~seed), worse(BAD_DAY, random.pick([0.3, 1, 1.5]))), seeded(seed + 1)),
  );
  const booked = new Set<string>();
  await Promise.all(
    participants.all.map(async (participant) => {
      for (let count = 0; count < REQUESTS; count++) {
        await sendRandom(participant, random, booked);
      }
    }),
  );
  await participants.calm();
  await finishAllDeletions(resources, table);
  const records = await scanTable(table);
  return [...(await brokenRules(resources, records)), ...overlaps(records), ...bugs(participants.history)];
}

/** What actions booked, which have ends: nothing else that is written in a history has. */
function overlaps(records: Awaited<ReturnType<typeof scanTable>>): string[] {
  const ranges = records
    .filter(({ pk, tool, to }) => pk?.S === 'bookings' && tool !== undefined && to !== undefined)
    .map(({ sk, tool, from, to }) => ({ id: sk?.S, tool: tool?.S, from: Number(from?.N), to: Number(to?.N) }));
  return ranges.flatMap((one, index) =>
    ranges
      .slice(index + 1)
      .filter((other) => one.tool === other.tool && one.from < other.to && other.from < one.to)
      .map((other) => `bookings/${one.id} and bookings/${other.id} of ${one.tool} overlap.`),
  );
}

async function sendRandom(participant: Participant, random: Random, booked: Set<string>): Promise<void> {
  const [line, ask = {}] = chooseRequest(random, booked);
  const isKeyed = /^(POST|PATCH) /.test(line) && random.chance(0.4);
  const headers: Record<string, string> = isKeyed ? { 'Idempotency-Key': `key-${random.number()}` } : {};
  for (let repeats = 0; repeats < 3; repeats++) {
    const { answer } = await participant(line, { ...ask, headers });
    const { status, body } = answer!;
    if (line.endsWith('/book') && status === 201) {
      booked.add((body as { id: string }).id);
    }
    if (status < 500 || !isKeyed) {
      return;
    }
  }
}

function chooseRequest(random: Random, booked: ReadonlySet<string>): [line: string, ask?: Ask] {
  const tool = random.pick(TOOLS);
  const renter = random.pick(RENTERS);
  const path = `/bookings/${random.pick([...IDS, ...booked])}`;
  const from = random.below(12);
  const whose = random.pick([{ tool }, { renter }, { tool, renter }]);
  const choices: [weight: number, choose: () => [line: string, ask?: Ask]][] = [
    [10, () => [`POST /tools/${tool}/book`, { body: { from, to: from + 1 + random.below(5), renter } }]],
    [3, () => [`POST /tools/${tool}/look`, { body: { conditions: random.pick([{ tool }, { renter }]) } }]],
    [3, () => ['POST /bookings', { body: { ...whose, from } }]],
    [2, () => ['POST /bookings', { body: [{ tool, from }, { renter }, { tool, from: from + 1 }] }]],
    [3, () => [`PUT ${path}`, { body: { ...whose, from } }]],
    // A booking of an action keeps its time, or loses it.
    [2, () => [`PATCH ${path}`, { body: { renter: random.pick([renter, null]), note: 'n' } }]],
    [2, () => [`PATCH ${path}`, { body: { to: null, from } }]],
    [2, () => [`PATCH ${path}`, { body: { tool: null } }]],
    [3, () => [`DELETE ${path}`]],
    [
      2,
      () => [
        'POST /transactions',
        {
          body: {
            operations: [
              { method: 'POST', path: '/bookings', body: { tool, from } },
              { method: 'DELETE', path },
              { method: 'POST', path: '/bookings', body: { renter } },
            ],
          },
        },
      ],
    ],
    [1, () => [`DELETE /renters/${renter}`]],
    [1, () => [`PUT /renters/${renter}`, { body: {} }]],
    [1, () => [`DELETE /tools/${tool}`]],
    [1, () => [`PUT /tools/${tool}`, { body: {} }]],
  ];
  let roll = random.number() * choices.reduce((sum, [weight]) => sum + weight, 0);
  return choices.find(([weight]) => (roll -= weight) < 0)![1]();
}
