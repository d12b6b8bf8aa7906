// Random histories of concurrent clients over a database that loses, delays and refuses requests: whatever was answered is true.
// `npm run test:histories` runs a thousand; HISTORIES and SEED choose how many and which.

import { connect } from '#connect';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';

import { recreateTable } from '../../src/local/table';
import { tableDefinition } from '../../src/serverless/table';
import { listResources } from '../../src/definition/resource';
import { books } from '../../../../src/resources/books';
import { loans } from '../../../../src/resources/loans';
import { members } from '../../../../src/resources/members';
import { establishConstraints } from '../../src/store/migrate/establish-constraints';
import { BAD_DAY, faultPlan, worse } from '../setup/faults';
import { brokenItems, brokenKeys, brokenRules, untrueAnswers } from '../setup/invariants';
import { notes } from '../setup/notes';
import { openParticipants, type Exchange, type Participants } from '../setup/participants';
import { furnish, mayRepeat, sendRandom, type Knowledge } from '../setup/random-requests';
import { scanTable } from '../setup/scan';
import { seeded } from '../setup/seeded';
import { tableName } from '../../src/testing/table';

const isNightly = process.env.npm_lifecycle_event === 'test:histories';
const HISTORIES = Number(process.env.HISTORIES ?? (isNightly ? 1000 : 6));
const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000_000);

/** Histories that run side by side, each on a table of its own. */
const LANES = 8;
const CLIENTS = 4;
const REQUESTS = 8;

/** How much worse than a bad day some are. */
const FACTORS = [0.5, 1, 1, 1.8];

const resources = listResources(books, loans, members, notes);
const definition = tableDefinition();
const database = new DynamoDBClient({});
const send = connect();

let logged: jest.SpyInstance;
const errors: string[] = [];
const lanes: { readonly table: string; readonly participants: Participants }[] = [];
beforeAll(async () => {
  for (let lane = 0; lane < Math.min(LANES, HISTORIES); lane++) {
    const table = `${tableName()}-${lane}`;
    await recreateTable(database, table, definition);
    lanes.push({ table, participants: await openParticipants(CLIENTS, table, resources) });
  }
  logged = jest.spyOn(console, 'error').mockImplementation((line: string) => {
    if (!line.includes('cannot be reached')) errors.push(line);
  });
});
afterAll(async () => {
  logged.mockRestore();
  await Promise.all(lanes.map(async ({ participants }) => participants.stop()));
  database.destroy();
});

test(`of ${HISTORIES} histories from seed ${SEED} on, each leaves what its answers say`, async () => {
  const failures: string[] = [];
  const statuses = new Map<number, number>();
  let next = 0;
  await Promise.all(lanes.map(async ({ table, participants }) => {
    while (next < HISTORIES && failures.length < 5) {
      const seed = SEED + next++;
      await recreateTable(database, table, definition);
      // Else the first requests, and later ones of the same clients, would ask and note which constraints hold of it.
      await establishConstraints(send, table, resources, 0);
      const broken = await runHistory(participants, table, seed);
      participants.history.forEach(({ answer }) => statuses.set(answer!.status, (statuses.get(answer!.status) ?? 0) + 1));
      failures.push(...broken.length === 0 ? [] : [`SEED=${seed} HISTORIES=1: ${broken.join('\n  ')}`]);
    }
  }));
  if (HISTORIES > 6) {
    console.log(`${next} histories, answers: ${[...statuses].sort().map(([status, count]) => `${status}: ${count}`).join(', ')}`);
  }
  expect(failures.join('\n')).toBe('');
  expect(errors).toEqual([]);
}, 60_000 + HISTORIES * 10_000);

/** Runs one history; what is wrong after it. */
async function runHistory(participants: Participants, table: string, seed: number): Promise<string[]> {
  const random = seeded(seed);
  const known: Knowledge = { random, tags: new Map(), loans: [], writes: 0 };
  participants.begin();
  await furnish(participants.all[0]!);
  participants.disturb(faultPlan(seeded(~seed), worse(BAD_DAY, random.pick(FACTORS))));
  await Promise.all(participants.all.map(async (participant) => {
    for (let count = 0; count < REQUESTS; count++) {
      await sendRandom(participant, known);
    }
  }));
  await participants.calm();
  await settleKeys(participants);
  const records = await scanTable(table);
  const { history } = participants;
  return [...untrueAnswers(history), ...brokenKeys(history, records), ...brokenItems(history, records), ...brokenRules(resources, records)];
}

/** Sends every request with a key once more, now that nothing is in the way: what was done is replayed, what was not is done or refused. */
async function settleKeys({ all: [participant], history }: Participants): Promise<void> {
  const last = new Map<string, Exchange>();
  for (const exchange of history) {
    if (exchange.key !== undefined && (exchange.answer!.status < 400 || mayRepeat(exchange))) {
      last.set(exchange.key, exchange);
    }
  }
  for (const { line, ask } of last.values()) {
    await participant!(line, ask);
  }
}
