// What a client of a random history sends of accounts: makes them by requests and actions, on few ids.

import type { Ask } from '../../src/testing/ask';
import type { Participant } from './participants';
import type { Random } from './seeded';

/** The accounts that there are at first; others are made. */
const FIRST = ['a1', 'a2'];
const ACCOUNTS = [...FIRST, 'a3', 'a4'];

/** Makes the first accounts. */
export async function furnishAccounts(participant: Participant): Promise<void> {
  for (const id of FIRST) {
    await participant(`PUT /accounts/${id}`, { body: { amount: 5 } });
  }
}

/**
 * Deletes one of the first accounts, now that nothing is in the way: in every history one goes, with its entries, be it
 * by this or before.
 */
export async function closeAccount(participant: Participant, random: Random): Promise<void> {
  await participant(`DELETE /accounts/${random.pick(FIRST)}`, {});
}

/**
 * One random request.
 * @param precondition the headers of a write of a path, which may hold it to what somebody saw
 */
export function chooseAccountRequest(
  random: Random,
  precondition: (path: string) => Record<string, string>,
): readonly [line: string, ask: Ask] {
  const id = random.pick(ACCOUNTS);
  const other = random.pick(ACCOUNTS.filter((one) => one !== id));
  const path = `/accounts/${id}`;
  const amount = random.below(6);
  const body = { amount };
  return random.pick<() => readonly [line: string, ask: Ask]>([
    () => [`POST ${path}/split`, { body: { id: other, amount: random.below(3) } }],
    () => [`POST ${path}/split`, { body: { id: other, amount: random.below(3) } }],
    () => ['POST /accounts/open', { body: { amount, id } }],
    () => ['POST /accounts/open', { body: random.chance(0.5) ? body : { amount, id } }],
    () => [`PATCH ${path}`, { body, headers: precondition(path) }],
    () => [`PATCH ${path}`, { body, headers: precondition(path) }],
    () => [`PUT ${path}`, { body, headers: precondition(path) }],
    () => [`DELETE ${path}`, { headers: precondition(path) }],
    () => [`DELETE ${path}`, { headers: precondition(path) }],
    () => ['POST /accounts', { body: random.chance(0.5) ? body : [body, { amount: 1 }] }],
    () => [
      'POST /transactions',
      {
        body: {
          operations: [
            { method: 'PATCH', path, body },
            { method: 'PATCH', path: `/accounts/${other}`, body },
          ],
        },
      },
    ],
  ])();
}
