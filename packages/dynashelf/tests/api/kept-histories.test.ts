// Random histories of clients that go through states, move in a tree, change what is counted and summed and what is
// unique together, and send messages, over a database that loses, delays and refuses requests: steps, sums, trees,
// guards and messages are whole, and whatever was answered is true.

import { listResources } from '../../src/definition/define-resource';
import { statesBefore } from '../../src/definition/states';
import type { Ask } from '../../src/testing/ask';
import { bookings, STATES } from '../setup/bookings';
import { categories } from '../setup/categories';
import { BAD_DAY, faultPlan, worse } from '../setup/faults';
import { REQUESTS, testHistories } from '../setup/histories';
import { brokenItems, brokenRules, untrueAnswers } from '../setup/invariants';
import type { Exchange, Participant, Participants } from '../setup/participants';
import { people, reviews, tools } from '../setup/reviews';
import { scanTable } from '../setup/scan';
import { seeded, type Random } from '../setup/seeded';
import { brokenMessages, chooseSlotRequest, lostMoves, slotFunctions, slots } from '../setup/slots';

const resources = listResources(bookings, categories, tools, reviews, people, slots);

const functions = slotFunctions(resources);

testHistories('each keeps states, sums, trees and unique groups, and sends its messages once', {
  resources,
  functions,
  nightly: 500,
  mostLanes: 6,
  run: runHistory,
});

const BOOKINGS = ['b1', 'b2'];
const CATEGORIES = ['c1', 'c2', 'c3', 'c4', 'c5'];
const TOOLS = ['t1', 't2'];
const REVIEWS = ['r1', 'r2', 'r3', 'r4'];
const PEOPLE = ['p1', 'p2'];

async function runHistory(participants: Participants, table: string, seed: number): Promise<string[]> {
  const random = seeded(seed);
  participants.begin();
  await furnish(participants.all[0]!);
  participants.disturb(faultPlan(seeded(~seed), worse(BAD_DAY, random.pick([0.5, 1, 1.8]))));
  await Promise.all(
    participants.all.map(async (participant) => {
      for (let count = 0; count < REQUESTS; count++) {
        await participant(...chooseRequest(random));
      }
    }),
  );
  await participants.calm();
  const records = await scanTable(table);
  const { history } = participants;
  return [
    ...untrueAnswers(history),
    ...brokenItems(history, records),
    ...(await brokenRules(resources, records)),
    ...brokenSteps(history),
    ...brokenMessages(records),
    ...lostMoves(history, records),
  ];
}

async function furnish(participant: Participant): Promise<void> {
  const paths = [
    ...BOOKINGS.map((id) => `bookings/${id}`),
    ...CATEGORIES.map((id) => `categories/${id}`),
    ...TOOLS.map((id) => `tools/${id}`),
  ];
  for (const path of paths) {
    await participant(`PUT /${path}`, { body: {} });
  }
  // PUT alone would write them without a read, and leave it to the database whether they are new.
  const operations = PEOPLE.map((id) => ({ method: 'PUT', path: `/people/${id}`, body: {} }));
  await participant('POST /transactions', { body: { operations } });
}

function chooseRequest(random: Random): readonly [line: string, ask: Ask] {
  const booking = `/bookings/${random.pick(BOOKINGS)}`;
  const category = `/categories/${random.pick(CATEGORIES)}`;
  const state = random.pick(STATES);
  const place = { parent: random.chance(0.2) ? null : random.pick(CATEGORIES) };
  const review = {
    tool: random.pick(TOOLS),
    author: random.pick(PEOPLE),
    stars: 1 + random.below(5),
    price: random.pick([0.1, 0.2, 4.35, 99.99]),
    refund: random.chance(0.5),
  };
  const at = `/reviews/${random.pick(REVIEWS)}`;
  const choices: [weight: number, choose: () => readonly [line: string, ask: Ask]][] = [
    [5, () => [`PATCH ${booking}`, { body: { state } }]],
    [1, () => [`PUT ${booking}`, { body: random.chance(0.5) ? {} : { state } }]],
    [3, () => [`POST ${booking}/go`, { body: { through: [state, random.pick(STATES)] } }]],
    [1, () => [`PATCH ${booking}`, { body: { note: 'x' } }]],
    [6, () => [`PATCH ${category}`, { body: place }]],
    [1, () => [`PATCH ${category}`, { body: { title: 'x' } }]],
    [4, () => [`PUT ${at}`, { body: review }]],
    [2, () => ['POST /reviews', { body: [review, { ...review, author: random.pick(PEOPLE) }] }]],
    [
      4,
      () => [`PATCH ${at}`, { body: random.pick([{ price: review.price }, { tool: review.tool }, { stars: null }]) }],
    ],
    [1, () => [`PATCH ${at}`, { body: { text: 'x' } }]],
    [3, () => [`DELETE ${at}`, {}]],
    [14, () => chooseSlotRequest(random)],
    [
      3,
      () => [
        'POST /transactions',
        {
          body: {
            operations: [
              { method: 'PATCH', path: booking, body: { state } },
              { method: 'PATCH', path: category, body: place },
              { method: 'POST', path: '/reviews', body: review },
            ],
          },
        },
      ],
    ],
  ];
  let roll = random.number() * choices.reduce((sum, [weight]) => sum + weight, 0);
  return choices.find(([weight]) => (roll -= weight) < 0)![1]();
}

/** Each booking whose state, as it was answered, is none that it can have come to by as many steps as versions. */
function brokenSteps(history: readonly Exchange[]): string[] {
  const seen = new Map<string, Map<number, string>>();
  for (const { answer } of history) {
    const { id, version, state } = (answer!.body ?? {}) as { id?: string; version?: number; state?: string };
    if (answer!.status < 300 && state !== undefined) {
      seen.set(id!, (seen.get(id!) ?? new Map<number, string>()).set(version!, state));
    }
  }
  return [...seen].flatMap(([id, states]) => {
    const known = [...states].sort(([a], [b]) => a - b);
    return known.flatMap(([version, state], index) => {
      const [earlier, from] = known[index - 1] ?? [1, 'requested'];
      // An action takes two steps with one version.
      let possible: readonly string[] = [state];
      for (let step = 0; step < 2 * (version - earlier); step++) {
        possible = [...new Set(possible.flatMap((one) => statesBefore(bookings.states!, one)))];
      }
      return possible.includes(from) ? [] : [`bookings/${id} went from ${from} (${earlier}) to ${state} (${version}).`];
    });
  });
}
