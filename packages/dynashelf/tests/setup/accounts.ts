// Test-only resources: accounts of money, and an entry for each version of each account, which `onWrite` keeps.

import type { AttributeValue } from '@aws-sdk/client-dynamodb';

import type { Answer } from '../../src/definition/action';
import { defineResource } from '../../src/definition/define-resource';
import { conflict } from '../../src/definition/thrown';

export const entries = defineResource({
  name: 'entries',
  description: 'By how much a version of an account changed its amount. The id is that of the account and the version.',
  schema: { account: { type: String, required: true }, change: { type: Number, required: true } },
});

export const accounts = defineResource({
  name: 'accounts',
  description: 'Accounts of money.',
  schema: { amount: { type: Number, integer: true, default: 0 } },
  async onWrite({ before, after, transaction }): Promise<void> {
    if (after !== undefined) {
      const change = after.amount - (before?.amount ?? 0);
      await transaction.create(entries, { account: after.id, change }, { id: `${after.id}-${after.version}` });
      return;
    }
    for (let version = 1; version <= before!.version; version++) {
      await transaction.remove(entries, `${before!.id}-${version}`);
    }
  },
  actions: (action) => ({
    split: action({
      description: 'Moves a part of the amount to a new account.',
      body: { id: { type: String, required: true }, amount: { type: Number, required: true } },
      async run({ item, body, transaction }): Promise<Answer> {
        if (body.amount > item.amount) {
          throw conflict('There is not so much on the account.');
        }
        await transaction.update(accounts, item.id, { amount: item.amount - body.amount });
        return transaction.create(accounts, { amount: body.amount }, { id: body.id });
      },
    }),
  }),
  collectionActions: (action) => ({
    open: action({
      description: 'Makes an account, under an id of its own or one that is made.',
      body: { id: String, amount: { type: Number, required: true } },
      run: ({ body, transaction }): Promise<Answer> =>
        transaction.create(accounts, { amount: body.amount }, { id: body.id }),
    }),
  }),
});

/**
 * Every account that does not have one entry for each of its versions, or whose entries do not add up to its amount;
 * and every account that is gone and has entries.
 */
export function brokenAccounts(records: readonly Record<string, AttributeValue>[]): string[] {
  const kept = records.filter(({ pk }) => pk?.S === entries.name);
  const found = records.filter(({ pk }) => pk?.S === accounts.name);
  const ids = new Set(found.map(({ sk }) => sk!.S));
  const broken = kept
    .filter(({ account }) => !ids.has(account!.S))
    .map(({ sk }) => `entries/${sk!.S} is of an account that does not exist.`);
  for (const { sk, version, amount } of found) {
    const own = kept.filter(({ account }) => account!.S === sk!.S);
    const names = own.map((entry) => entry['sk']!.S).sort();
    const expected = Array.from({ length: Number(version?.N) }, (_, index) => `${sk!.S}-${index + 1}`).sort();
    const sum = own.reduce((total, { change }) => total + Number(change?.N), 0);
    if (names.join() !== expected.join() || sum !== Number(amount?.N)) {
      broken.push(
        `accounts/${sk!.S} has version ${version?.N} and amount ${amount?.N}, and the entries ${names.join()} of ${sum}.`,
      );
    }
  }
  return broken;
}
