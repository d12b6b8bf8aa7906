// Random histories of clients that delete and refer at once, over a database that loses, delays and refuses requests, some of them killed: when all is
// finished, nothing refers to what is gone, all is counted, and no mark is left. `npm run test:histories` runs a thousand.


import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { connect } from '#connect';

import { recreateTable } from '../../src/local/table';
import { tableDefinition } from '../../src/serverless/table';
import { finishDeletions } from '../../src/operations/finish-deletions';
import { establishConstraints } from '../../src/store/migrate/establish-constraints';
import { findMarked } from '../../src/store/migrate/find-marked';
import { openStore } from '../../src/store/store';
import { family } from '../setup/family';
import { BAD_DAY, faultPlan, worse } from '../setup/faults';
import { brokenRules } from '../setup/invariants';
import { openParticipants, type Participant, type Participants } from '../setup/participants';
import { scanTable } from '../setup/scan';
import { seeded, type Random } from '../setup/seeded';
import { tableName } from '../../src/testing/table';

const isNightly = process.env.npm_lifecycle_event === 'test:histories';
const HISTORIES = Number(process.env.HISTORIES ?? (isNightly ? 500 : 6));
const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000_000);
const LANES = Math.min(6, HISTORIES);
const CLIENTS = 4;
const REQUESTS = 8;

const definition = tableDefinition();
const database = new DynamoDBClient({});
const lanes: { readonly table: string; readonly participants: Participants }[] = [];
const errors: string[] = [];

beforeAll(async () => {
  for (let lane = 0; lane < LANES; lane++) {
    const table = `${tableName()}-${lane}`;
    await recreateTable(database, table, definition);
    // Every other lane has transactions so small that most trees take many.
    lanes.push({ table, participants: await openParticipants(CLIENTS, table, family, lane % 2 === 0 ? {} : { transactionSize: 6 }) });
  }
  jest.spyOn(console, 'error').mockImplementation((line: string) => {
    if (!line.includes('cannot be reached')) errors.push(line);
  });
});
afterAll(async () => {
  jest.restoreAllMocks();
  await Promise.all(lanes.map(async ({ participants }) => participants.stop()));
  database.destroy();
});

test(`of ${HISTORIES} histories from seed ${SEED} on, each leaves a table that is whole`, async () => {
  const failures: string[] = [];
  const statuses = new Map<number, number>();
  let next = 0;
  await Promise.all(lanes.map(async ({ table, participants }) => {
    while (next < HISTORIES && failures.length < 5) {
      const seed = SEED + next++;
      await recreateTable(database, table, definition);
      await establishConstraints(connect(), table, family, 0);
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

async function runHistory(participants: Participants, table: string, seed: number): Promise<string[]> {
  const random = seeded(seed);
  participants.begin();
  await furnish(participants.all[0]!);
  const faulty = faultPlan(seeded(~seed), worse(BAD_DAY, random.pick([0.3, 1, 1.5])));
  const killed = seeded(seed + 1);
  let dead = 0;
  participants.disturb(async (request, forward) => {
    // A process that is killed sends nothing more: the requests that follow of it are lost.
    if (dead === 0 && killed.number() < 0.01) {
      dead = 5 + Math.floor(killed.number() * 20);
    }
    return dead > 0 && dead-- > 0 ? 'disconnect' : faulty(request, forward);
  });
  await Promise.all(participants.all.map(async (participant) => {
    for (let count = 0; count < REQUESTS; count++) {
      await sendRandom(participant, random);
    }
  }));
  await participants.calm();
  const send = connect();
  const open = (): ReturnType<typeof openStore> => openStore({ send, tableName: table, resources: family, deadline: Date.now() + 20_000 });
  await finishDeletions(family, open, (resource) => findMarked(send, table, resource));
  const records = await scanTable(table);
  const marked = records.filter((record) => ['#deleting', '#clearing', '#deletion'].some((name) => record[name] !== undefined)).map(({ pk, sk }) => `${pk?.S}/${sk?.S} has a mark.`);
  const bugs = participants.history.filter(({ answer }) => answer!.status === 500).map(({ line, answer }) => `${line}: ${answer!.text}`);
  return [...brokenRules(family, records), ...brokenCounts(records), ...marked, ...bugs];
}

function brokenCounts(records: Awaited<ReturnType<typeof scanTable>>): string[] {
  const of = (collection: string): typeof records => records.filter(({ pk }) => pk?.S === collection);
  return (['folder', 'shelf'] as const).flatMap((attribute) => of(attribute === 'folder' ? 'folders' : 'shelves').flatMap((item) => {
    const notes = of('notes').filter((note) => note[attribute]?.S === item['sk']?.S).length;
    return Number(item['notes']?.N) === notes ? [] : [`${item['pk']?.S}/${item['sk']?.S} counts ${item['notes']?.N} notes of ${notes}.`];
  }));
}

const FOLDERS = ['f1', 'f2', 'f3', 'f4'];
const SHELVES = ['s1', 's2'];
const NOTES = ['n1', 'n2', 'n3', 'n4', 'n5', 'n6', 'n7', 'n8'];

async function furnish(participant: Participant): Promise<void> {
  for (const shelf of SHELVES) {
    await participant(`PUT /shelves/${shelf}`, { body: {} });
  }
  for (const [index, folder] of FOLDERS.entries()) {
    await participant(`PUT /folders/${folder}`, { body: index === 0 ? {} : { parent: FOLDERS[index - 1] } });
  }
  await participant('POST /notes', { body: Array.from({ length: 12 }, (_, index) => ({ folder: FOLDERS[index % 4], shelf: SHELVES[index % 2] })) });
}

async function sendRandom(participant: Participant, random: Random): Promise<void> {
  const choice = random.number();
  const folder = random.pick(FOLDERS);
  const shelf = random.pick(SHELVES);
  const note = random.pick(NOTES);
  const some = <T>(value: T): T | undefined => (random.number() < 0.7 ? value : undefined);
  const tag = random.number() < 0.1 ? { headers: { 'If-Match': `"${1 + Math.floor(random.number() * 3)}"` } } : {};
  const deletion = (path: string): Promise<unknown> => participant(`DELETE ${path}`, tag);
  await (choice < 0.14 ? deletion(`/folders/${folder}`)
    : choice < 0.22 ? deletion(`/shelves/${shelf}`)
      : choice < 0.3 ? deletion(`/notes/${note}`)
        : choice < 0.5 ? participant(`PUT /notes/${note}`, { body: { folder: some(folder), shelf: some(shelf), code: some(random.pick(['x', 'y', 'z'])) } })
          : choice < 0.62 ? participant(`PUT /folders/${folder}`, { body: { parent: some(random.pick(FOLDERS)) } })
            : choice < 0.7 ? participant(`PUT /shelves/${shelf}`, { body: {} })
              : choice < 0.8 ? participant(`PATCH /notes/${note}`, { body: { shelf: random.pick([shelf, null]), folder: random.pick([folder, null]) } })
                : choice < 0.86 ? participant(`PATCH /folders/${folder}`, { body: { title: 'changed' } })
                  : choice < 0.9 ? participant(`PUT /pins/${random.pick(['p1', 'p2'])}`, { body: random.number() < 0.5 ? { note } : { folder } })
                    : choice < 0.96 ? deletion(`/pins/${random.pick(['p1', 'p2'])}`)
                      : participant('POST /notes', { body: Array.from({ length: 5 }, () => ({ folder, shelf })) }));
}
