// What a condition is of a record in memory, held against what DynamoDB makes of its expression.

import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import * as fc from 'fast-check';

import type { CancellationReason } from '../../../src/store/client/failure';
import { connect } from '../../../src/store/client/sdk';
import { BIRTH_ATTRIBUTE, PARTITION_KEY, SORT_KEY } from '../../../src/store/layout/table';
import type { AttributeMap } from '../../../src/store/layout/value';
import {
  absent,
  all,
  atMost,
  either,
  equals,
  exists,
  isAmong,
  notContains,
  notExists,
  present,
  setContains,
  type Condition,
} from '../../../src/store/write/condition';
import { preconditionConditions, type Preconditions } from '../../../src/store/write/preconditions';
import { newWrite, toTransactItem } from '../../../src/store/write/write';
import { tableName, useTable } from '../../../src/testing/table';
import { runs } from '../../setup/runs';

useTable();

const send = connect();

/** Batches of records and conditions; SEED repeats what a failure names. */
const RUNS = runs(8);
const SEED = Number(process.env.SEED ?? Date.now());

/** DynamoDB's limit of actions in one transaction. */
const BATCH = 100;

const TEXT = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '😀'), minLength: 1, maxLength: 3 });
const NUMBER = fc
  .oneof(fc.integer({ min: -2, max: 3 }), fc.constantFrom(0.1, 1e21, 1e-7, 12345678901234567))
  .map((number): AttributeValue => ({ N: String(number) }));
const SET = fc.uniqueArray(TEXT, { minLength: 1, maxLength: 3 }).map((SS): AttributeValue => ({ SS }));
const SCALAR = fc.oneof(
  TEXT.map((S): AttributeValue => ({ S })),
  NUMBER,
  fc.boolean().map((BOOL): AttributeValue => ({ BOOL })),
  fc.constant<AttributeValue>({ NULL: true }),
);
const ANY = fc.oneof(
  SCALAR,
  fc.array(SCALAR, { maxLength: 2 }).map((L): AttributeValue => ({ L })),
);
const VERSION = fc.integer({ min: 1, max: 3 });
const BIRTH = fc.constantFrom('Ab3dE_9x', '01234567');
const MOMENT = fc.constantFrom('2026-03-31T11:59:59.999Z', '2026-03-31T12:00:00.000Z', '2026-03-31T12:00:01.500Z');

/** A record without its key; undefined where there is none. */
const RECORD: fc.Arbitrary<AttributeMap | undefined> = fc.option(
  fc.record(
    {
      any: ANY,
      other: ANY,
      number: NUMBER,
      set: SET,
      text: TEXT.map((S) => ({ S })),
      version: VERSION.map((N) => ({ N: String(N) })),
      updatedAt: MOMENT.map((S) => ({ S })),
      [BIRTH_ATTRIBUTE]: BIRTH.map((S) => ({ S })),
    },
    { requiredKeys: [], noNullPrototype: true },
  ),
  { nil: undefined, freq: 5 },
);

const NAME = fc.constantFrom('any', 'other', 'number', 'set', 'text');
const REVISIONS = fc.array(
  fc.record({ version: VERSION, birth: fc.option(BIRTH, { nil: undefined }), isDeleting: fc.boolean() }),
  { maxLength: 3 },
);

const PRECONDITIONS: fc.Arbitrary<Condition> = fc
  .record(
    {
      match: fc.oneof(fc.constant('*' as const), REVISIONS),
      noneMatch: fc.oneof(fc.constant('*' as const), REVISIONS),
      unmodifiedSince: MOMENT,
    },
    { requiredKeys: [] },
  )
  .map((preconditions) => preconditionConditions(preconditions as Preconditions))
  .filter((conditions) => conditions.length > 0)
  .map((conditions) => all(...conditions));

/** Each on attributes of the type that it is for. */
const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(exists, notExists),
    NAME.map(present),
    NAME.map(absent),
    fc.tuple(fc.constantFrom('any', 'other', 'number', 'text'), ANY).map(([name, value]) => equals(name, value)),
    fc.integer({ min: -2, max: 3 }).map((most) => atMost('number', most)),
    fc.tuple(fc.constantFrom('set', 'text'), TEXT).map(([name, text]) => notContains(name, text)),
    TEXT.map((text) => setContains('set', text)),
    fc
      .tuple(fc.constantFrom('any', 'text'), fc.array(TEXT, { minLength: 1, maxLength: 3 }))
      .map(([name, texts]) => isAmong(name, texts)),
    PRECONDITIONS,
    fc.array(tie('condition'), { minLength: 1, maxLength: 3 }).map((conditions) => either(...conditions)),
    fc.array(tie('condition'), { minLength: 1, maxLength: 3 }).map((conditions) => all(...conditions)),
  ),
}));

test('a condition holds of a record in memory exactly where DynamoDB finds it true of the record in the table', async () => {
  const outcomes = new Map<boolean, number>();
  // Judged together, since each alone would be a request: so no property that shrinks, which would show a hundred of
  // them.
  const cases = fc.sample(fc.tuple(RECORD, condition), { numRuns: RUNS * BATCH, seed: SEED });
  for (let start = 0; start < cases.length; start += BATCH) {
    const keyed = cases.slice(start, start + BATCH).map(([record, one], index) => ({
      record,
      one,
      key: { [PARTITION_KEY]: { S: 'conditions' }, [SORT_KEY]: { S: String(start + index) } },
    }));
    await put(keyed.flatMap(({ record, key }) => (record === undefined ? [] : [{ ...record, ...key }])));
    const found = await judge(keyed);
    for (const [index, { record, one, key }] of keyed.entries()) {
      const holds = one.holds(record && { ...record, ...key });
      outcomes.set(holds, (outcomes.get(holds) ?? 0) + 1);
      expect({ seed: SEED, record, condition: described(one, key), holds }).toEqual({
        seed: SEED,
        record,
        condition: described(one, key),
        holds: found[index],
      });
    }
  }
  expect(Math.min(outcomes.get(true)!, outcomes.get(false)!)).toBeGreaterThan((RUNS * BATCH) / 4);
});

async function put(records: readonly AttributeMap[]): Promise<void> {
  await send('TransactWriteItems', {
    TransactItems: records.map((Item) => ({ Put: { TableName: tableName(), Item } })),
  });
}

/** What DynamoDB says of each condition: a transaction that is cancelled has a reason for each of its actions. */
async function judge(checks: readonly { readonly key: AttributeMap; readonly one: Condition }[]): Promise<boolean[]> {
  const writes = checks.map(({ key, one }) => ({ ...newWrite('check', key, 0, () => []), conditions: [one] }));
  try {
    await send('TransactWriteItems', { TransactItems: writes.map((write) => toTransactItem(write, tableName())) });
    return checks.map(() => true);
  } catch (error) {
    const reasons = (error as { CancellationReasons?: CancellationReason[] }).CancellationReasons;
    if (reasons?.every(({ Code }) => Code === 'None' || Code === 'ConditionalCheckFailed') !== true) {
      throw error;
    }
    return reasons.map(({ Code }) => Code === 'None');
  }
}

/** The condition as it is sent, for a person to read. */
function described(one: Condition, key: AttributeMap): object {
  const { ConditionExpression, ExpressionAttributeNames, ExpressionAttributeValues } = toTransactItem(
    { ...newWrite('check', key, 0, () => []), conditions: [one] },
    '',
  ).ConditionCheck!;
  return { ConditionExpression, ExpressionAttributeNames, ExpressionAttributeValues };
}
