// Random histories of concurrent clients over a database that loses, delays and refuses requests: whatever was answered
// is true.
// `npm run test:long -- histories` runs a thousand; HISTORIES and SEED choose how many and which.

import { listResources } from '../../src/definition/define-resource';
import { books } from '../library/src/resources/books';
import { loans } from '../library/src/resources/loans';
import { members } from '../library/src/resources/members';
import { accounts, brokenAccounts, entries } from '../setup/accounts';
import { BAD_DAY, faultPlan, worse } from '../setup/faults';
import { REQUESTS, testHistories } from '../setup/histories';
import { brokenItems, brokenKeys, brokenRules, untrueAnswers } from '../setup/invariants';
import { notes } from '../setup/notes';
import type { Exchange, Participants } from '../setup/participants';
import { closeAccount } from '../setup/account-requests';
import { furnish, mayRepeat, sendRandom, type Knowledge } from '../setup/random-requests';
import { scanTable } from '../setup/scan';
import { seeded } from '../setup/seeded';

/** How much worse than a bad day some are. */
const FACTORS = [0.5, 1, 1, 1.8];

const resources = listResources(books, loans, members, notes, accounts, entries);

testHistories('each leaves what its answers say', { resources, nightly: 1000, mostLanes: 8, run: runHistory });

/** Runs one history; what is wrong after it. */
async function runHistory(participants: Participants, table: string, seed: number): Promise<string[]> {
  const random = seeded(seed);
  const known: Knowledge = { random, tags: new Map(), loans: [], writes: 0 };
  participants.begin();
  await furnish(participants.all[0]!);
  participants.disturb(faultPlan(seeded(~seed), worse(BAD_DAY, random.pick(FACTORS))));
  await Promise.all(
    participants.all.map(async (participant) => {
      for (let count = 0; count < REQUESTS; count++) {
        await sendRandom(participant, known);
      }
    }),
  );
  await participants.calm();
  await settleKeys(participants);
  await closeAccount(participants.all[0]!, random);
  const records = await scanTable(table);
  const { history } = participants;
  return [
    ...untrueAnswers(history),
    ...brokenKeys(history, records),
    ...brokenItems(history, records),
    ...(await brokenRules(resources, records)),
    ...brokenAccounts(records),
  ];
}

/**
 * Sends every request with a key once more, now that nothing is in the way: what was done is replayed, what was not is
 * done or refused.
 */
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
