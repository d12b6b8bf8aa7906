// Random histories of clients that delete and refer at once, over a database that loses, delays and refuses requests,
// some of them killed: when all is finished, nothing refers to what is gone, all is counted, and no mark is left.
// `npm run test:long -- cascade-histories` runs five hundred.

import type { Ask } from '../../src/testing/ask';
import { family } from '../setup/family';
import { BAD_DAY, faultPlan, withKills, worse } from '../setup/faults';
import { REQUESTS, testHistories } from '../setup/histories';
import { brokenRules, bugs } from '../setup/invariants';
import type { Participant, Participants } from '../setup/participants';
import { finishAllDeletions } from '../setup/deletions';
import { scanTable } from '../setup/scan';
import { seeded, type Random } from '../setup/seeded';

testHistories('each leaves a table that is whole', {
  resources: family,
  nightly: 500,
  mostLanes: 6,
  // Every other lane has transactions so small that most trees take many.
  optionsOf: (lane) => (lane % 2 === 0 ? {} : { transactionSize: 6 }),
  run: runHistory,
});

async function runHistory(participants: Participants, table: string, seed: number): Promise<string[]> {
  const random = seeded(seed);
  const tags = new Map<string, string>();
  participants.begin();
  await furnish(participants.all[0]!);
  participants.disturb(
    withKills(faultPlan(seeded(~seed), worse(BAD_DAY, random.pick([0.3, 1, 1.5]))), seeded(seed + 1)),
  );
  await Promise.all(
    participants.all.map(async (participant) => {
      for (let count = 0; count < REQUESTS; count++) {
        await sendRandom(participant, random, tags);
      }
    }),
  );
  await participants.calm();
  await finishAllDeletions(family, table);
  const records = await scanTable(table);
  const marked = records
    .filter((record) => ['#deleting', '#clearing', '#deletion'].some((name) => record[name] !== undefined))
    .map(({ pk, sk }) => `${pk?.S}/${sk?.S} has a mark.`);
  return [...(await brokenRules(family, records)), ...brokenCounts(records), ...marked, ...bugs(participants.history)];
}

function brokenCounts(records: Awaited<ReturnType<typeof scanTable>>): string[] {
  const of = (collection: string): typeof records => records.filter(({ pk }) => pk?.S === collection);
  return (['folder', 'shelf'] as const).flatMap((attribute) =>
    of(attribute === 'folder' ? 'folders' : 'shelves').flatMap((item) => {
      const notes = of('notes').filter((note) => note[attribute]?.S === item['sk']?.S).length;
      return Number(item['notes']?.N) === notes
        ? []
        : [`${item['pk']?.S}/${item['sk']?.S} counts ${item['notes']?.N} notes of ${notes}.`];
    }),
  );
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
  await participant('POST /notes', {
    body: Array.from({ length: 12 }, (_, index) => ({ folder: FOLDERS[index % 4], shelf: SHELVES[index % 2] })),
  });
}

/** @param tags the last tag that was seen of each path */
async function sendRandom(client: Participant, random: Random, tags: Map<string, string>): Promise<void> {
  const choice = random.number();
  const folder = random.pick(FOLDERS);
  const shelf = random.pick(SHELVES);
  const note = random.pick(NOTES);
  const some = <T>(value: T): T | undefined => (random.number() < 0.7 ? value : undefined);
  const participant = async (line: string, ask?: Ask): Promise<void> => {
    const { answer } = await client(line, ask);
    const [, path] = line.split(' ');
    if (line.startsWith('P') && answer!.headers['etag'] !== undefined) {
      tags.set(path!, answer!.headers['etag']);
    }
  };
  const deletion = (path: string): Promise<void> =>
    participant(`DELETE ${path}`, random.number() < 0.3 ? { headers: { 'If-Match': tags.get(path) ?? '"1"' } } : {});
  await (choice < 0.14
    ? deletion(`/folders/${folder}`)
    : choice < 0.22
      ? deletion(`/shelves/${shelf}`)
      : choice < 0.3
        ? deletion(`/notes/${note}`)
        : choice < 0.5
          ? participant(`PUT /notes/${note}`, {
              body: { folder: some(folder), shelf: some(shelf), code: some(random.pick(['x', 'y', 'z'])) },
            })
          : choice < 0.62
            ? participant(`PUT /folders/${folder}`, { body: { parent: some(random.pick(FOLDERS)) } })
            : choice < 0.7
              ? participant(`PUT /shelves/${shelf}`, { body: {} })
              : choice < 0.8
                ? participant(`PATCH /notes/${note}`, {
                    body: { shelf: random.pick([shelf, null]), folder: random.pick([folder, null]) },
                  })
                : choice < 0.86
                  ? participant(`PATCH /folders/${folder}`, { body: { title: 'changed' } })
                  : choice < 0.9
                    ? participant(`PUT /pins/${random.pick(['p1', 'p2'])}`, {
                        body: random.number() < 0.5 ? { note } : { folder },
                      })
                    : choice < 0.96
                      ? deletion(`/pins/${random.pick(['p1', 'p2'])}`)
                      : participant('POST /notes', { body: Array.from({ length: 5 }, () => ({ folder, shelf })) }));
}
