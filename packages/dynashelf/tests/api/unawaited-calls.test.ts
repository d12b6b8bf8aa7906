// Calls of a transaction that own code does not await: none is half done, and none is lost without a word.
import { connect } from '#connect';
import type { ActionInput, Answer as ActionAnswer, Transaction } from '../../src/definition/action';
import { defineMessage } from '../../src/definition/define-message';
import { defineResource, listResources } from '../../src/definition/define-resource';
import { conflict } from '../../src/definition/thrown';
import type { Answer } from '../../src/testing/ask';
import { createClient } from '../../src/testing/client';
import { tableName, useTable } from '../../src/testing/table';

const noted = defineMessage({ name: 'noted', description: 'Is noted.', body: { text: String } });

const schema = { text: { type: String, maxLength: 100 }, place: { type: String, maxLength: 100 } } as const;
type Run = (input: ActionInput<typeof schema>) => Promise<ActionAnswer>;

/** What the action and `onWrite` do: each test gives its own. */
let run: Run;
let onWrite: (transaction: Transaction) => unknown = () => undefined;
const notes = defineResource({
  name: 'notes',
  description: 'Notes.',
  schema,
  indexes: { byPlace: { partition: 'place', transactional: true } },
  actions: (action) => ({
    run: action({ description: 'Runs.', body: {}, run: (input): Promise<ActionAnswer> => run(input as never) }),
  }),
  onWrite: async ({ transaction }) => void (await onWrite(transaction)),
});

useTable();
const ask = createClient({ resources: listResources(notes) });

let id: string;
let log: jest.SpyInstance;
beforeEach(async () => {
  onWrite = () => undefined;
  id = (await ask('POST /notes', { body: { text: 'first', place: 'here' } })).body.id as string;
  await ask('PUT /notes/other', { body: { text: 'other', place: 'here' } });
  log = jest.spyOn(console, 'error').mockImplementation(() => undefined);
});
afterEach(() => jest.restoreAllMocks());

const act = async (does: Run): Promise<Answer> => {
  run = does;
  return ask(`POST /notes/${id}/run`);
};
/** All that is in the table, in an order. */
const stored = async (): Promise<unknown> =>
  (await connect()('Scan', { TableName: tableName(), ConsistentRead: true })).Items;
const logged = (): string => log.mock.calls.flat().join('\n');

const CALLS: readonly [word: keyof Transaction, given: readonly unknown[]][] = [
  ['read', [notes, 'other']],
  ['list', [notes, { place: 'there' }]],
  ['create', [notes, { text: 'made' }]],
  ['update', [notes, 'other', { text: 'changed' }]],
  ['update', [notes, 'absent', { text: 'changed' }]],
  ['remove', [notes, 'other']],
  ['send', [noted, { text: 'sent' }]],
  ['send', [noted, { text: 7 }]],
];

const call = (transaction: Transaction, word: keyof Transaction, given: readonly unknown[]): Promise<unknown> =>
  (transaction[word] as (...all: unknown[]) => Promise<unknown>)(...given);

/** What own code does before it ends, and the call that it does not await. */
const WAYS: readonly [string, (transaction: Transaction) => Promise<void>, string][] = CALLS.flatMap(
  ([word, given], index) => [
    [`${word} (${index})`, async (transaction) => void call(transaction, word, given), word],
    [
      `${word} (${index}), though it has come to its end`,
      async (transaction) => {
        void call(transaction, word, given);
        await new Promise((resolve) => setTimeout(resolve, 30));
      },
      word,
    ],
  ],
);

test.each(WAYS)('an action that does not await %s is refused, and nothing is done', async (_name, begin, word) => {
  const before = await stored();
  const { status } = await act(async ({ item, transaction }) => {
    await transaction.update(notes, item.id, { text: 'changed' });
    await begin(transaction);
    return item;
  });
  expect(status).toBe(500);
  expect(logged()).toMatch(
    new RegExp(`src/resources/notes.ts: the action \\\\"run\\\\" ends and does not await transaction.${word}: `),
  );
  expect(await stored()).toEqual(before);
});

test.each(WAYS)('onWrite that does not await %s is refused, and nothing is done', async (_name, begin, word) => {
  const before = await stored();
  onWrite = (transaction) => begin(transaction);
  expect((await ask(`PATCH /notes/${id}`, { body: { text: 'changed' } })).status).toBe(500);
  expect(logged()).toContain(
    `src/resources/notes.ts: the function onWrite ends and does not await transaction.${word}: `,
  );
  expect(await stored()).toEqual(before);
});

test('a call that begins when its action has ended, and before the transaction is carried out, refuses it', async () => {
  const before = await stored();
  let isLate = false;
  let late: Promise<unknown> | undefined;
  onWrite = async () => {
    isLate = true;
    await late;
  };
  const { status } = await act(async ({ item, transaction }) => {
    late = (async () => {
      while (!isLate) {
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      await transaction.send(noted, { text: 'late' });
    })().catch(() => undefined);
    return transaction.update(notes, item.id, { text: 'changed' });
  });
  expect(status).toBe(500);
  expect(logged()).toContain('calls transaction.send when it has ended: await');
  expect(await stored()).toEqual(before);
});

test.each(CALLS)('a call of %s that begins when all is done is refused, and said so', async (word, given) => {
  let kept: Transaction | undefined;
  const { status } = await act(async ({ item, transaction }) => {
    kept = transaction;
    return transaction.update(notes, item.id, { text: 'changed' });
  });
  expect(status).toBe(200);
  const before = await stored();
  await expect(call(kept!, word, given)).rejects.toThrow(`transaction.${word} when it has ended`);
  void call(kept!, word, given);
  expect(logged()).toContain(`the action \\"run\\" calls transaction.${word} when it has ended: await`);
  expect(await stored()).toEqual(before);
});

test('what is awaited in whatever way is done: returned, by then, together, and where its refusal is caught', async () => {
  const { status, body } = await act(async ({ item, transaction }) => {
    await Promise.all(['a', 'b'].map(async (text) => transaction.create(notes, { text })));
    await Promise.all([transaction.send(noted, { text: 'a' }), transaction.send(noted, { text: 'b' })]);
    await transaction.read(notes, item.id).then((read) => expect(read).toEqual(item));
    await transaction.update(notes, 'absent', { text: 'x' }).catch(() => undefined);
    const [settled] = await Promise.allSettled([transaction.remove(notes, 'absent')]);
    expect(settled.status).toBe('rejected');
    const later = transaction.update(notes, item.id, { text: 'changed' }).finally(() => undefined);
    return later;
  });
  expect([status, body.text]).toEqual([200, 'changed']);
  expect(logged()).toBe('');
});

test('an action that throws while calls are under way is refused by what it throws', async () => {
  const { status } = await act(async ({ item, transaction }) => {
    void transaction.update(notes, item.id, { text: 'changed' });
    await transaction.read(notes, item.id);
    throw conflict('Not now.');
  });
  expect(status).toBe(409);
});
