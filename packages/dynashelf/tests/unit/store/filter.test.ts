// Filters: that the expression DynamoDB applies and the test in memory are one.

import * as fc from 'fast-check';

import { placeholders } from '../../../src/store/client/expression';
import type { Operator, Operand } from '../../../src/values/operator';
import { filterExpression, matches, type Filter } from '../../../src/store/query/filter';
import { connect } from '#connect';
import { encode, type AttributeMap } from '../../../src/store/layout/value';
import { tableName, useTable } from '../../../src/testing/table';
import { runs } from '../../setup/runs';

useTable();

const PARTITION = 'filtered';

const numbers = fc.oneof(
  fc.constantFrom(0, -0, 1, -1, 1.5, 2, 10, -10, 1e20, 1e-20),
  fc.double({ min: -1e9, max: 1e9, noNaN: true }).map((value) => (Math.abs(value) < 1e-100 ? 0 : value)),
);
const texts = fc.oneof(
  fc.constantFrom('', 'a', 'A', 'ab', 'abc', 'b', '\uffff', '\u{1f600}', '\u{1f600}b', 'a\0', 'a#b', '%_*'),
  fc.string({ unit: 'binary', maxLength: 3 }),
);
const bytes = fc.uint8Array({ maxLength: 2 }).map((array) => Buffer.from(array));
const operands: fc.Arbitrary<Operand> = fc.oneof(texts, numbers, fc.boolean(), bytes);

const values = fc.oneof(
  texts,
  numbers,
  fc.boolean(),
  bytes,
  fc.constant(null),
  fc.array(fc.oneof(texts, numbers, fc.boolean(), fc.array(texts, { maxLength: 2 })), { maxLength: 3 }),
  fc.uniqueArray(texts, { minLength: 1, maxLength: 3 }).map((elements) => new Set(elements)),
  fc
    .uniqueArray(
      numbers.map((number) => (number === 0 ? 0 : number)),
      { minLength: 1, maxLength: 3 },
    )
    .map((elements) => new Set(elements)),
  fc.record({ b: fc.oneof(texts, numbers), c: fc.record({ d: texts }) }, { requiredKeys: [] }),
);

const records = fc
  .uniqueArray(
    fc.tuple(fc.stringMatching(/^[a-z]{4}$/), fc.record({ a: values, n: numbers, s: texts }, { requiredKeys: [] })),
    { selector: ([id]) => id, minLength: 5, maxLength: 12 },
  )
  .map((entries) =>
    entries.map(([id, attributes]): AttributeMap => ({ ...encode(attributes), pk: { S: PARTITION }, sk: { S: id } })),
  );

const paths = fc.constantFrom(['a'], ['a'], ['n'], ['s'], ['a', 'b'], ['a', 'c', 'd'], ['none'], ['none', 'b']);

/** Operators with values that the input takes for them. */
const filters: fc.Arbitrary<Filter> = fc.oneof(
  fc.record({
    path: paths,
    operator: fc.constantFrom<Operator>('eq', 'ne', 'contains'),
    values: operands.map((one) => [one]),
  }),
  fc.record({
    path: paths,
    operator: fc.constantFrom<Operator>('gt', 'gte', 'lt', 'lte'),
    values: fc.oneof(texts, numbers).map((one) => [one]),
  }),
  fc.record({ path: paths, operator: fc.constant<Operator>('begins'), values: texts.map((one) => [one]) }),
  fc.record({
    path: paths,
    operator: fc.constant<Operator>('in'),
    values: fc.array(operands, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({ path: paths, operator: fc.constant<Operator>('exists'), values: fc.boolean().map((one) => [one]) }),
);

test('the expression selects exactly the records that match in memory', async () => {
  const send = connect();
  let [selected, asked] = [0, 0];
  await fc.assert(
    fc.asyncProperty(
      records,
      fc.array(fc.array(filters, { minLength: 1, maxLength: 3 }), { minLength: 8, maxLength: 8 }),
      async (all, lists) => {
        await Promise.all(all.map((Item) => send('PutItem', { TableName: tableName(), Item })));
        try {
          for (const list of lists) {
            const expressions = placeholders();
            const KeyConditionExpression = `${expressions.name('pk')} = ${expressions.value({ S: PARTITION })}`;
            const FilterExpression = filterExpression(list, expressions)!;
            const { Items = [] } = await send('Query', {
              TableName: tableName(),
              KeyConditionExpression,
              FilterExpression,
              ...expressions.attributes(),
              ConsistentRead: true,
            });
            const found = Items.map(({ sk }) => sk!.S!);
            expect(found).toEqual(
              all
                .filter((record) => matches(list, record))
                .map(({ sk }) => sk!.S!)
                .sort(),
            );
            selected += found.length;
            asked += all.length;
          }
        } finally {
          await Promise.all(
            all.map(({ pk, sk }) => send('DeleteItem', { TableName: tableName(), Key: { pk: pk!, sk: sk! } })),
          );
        }
      },
    ),
    { numRuns: runs(25) },
  );
  // Neither outcome is rare.
  expect(selected / asked).toBeGreaterThan(0.05);
  expect(selected / asked).toBeLessThan(0.95);
});

test('an id is matched in memory, where it is the sort key', () => {
  const record = { pk: { S: 'x' }, sk: { S: 'b' } };
  expect(matches([{ path: ['id'], operator: 'gt', values: ['a'] }], record)).toBe(true);
  expect(matches([{ path: ['id'], operator: 'lt', values: ['b'] }], record)).toBe(false);
});

test('not equal holds where the attribute is absent, and equal and not equal never both', () => {
  fc.assert(
    fc.property(records, paths, operands, (all, path, value) => {
      for (const record of all) {
        expect(matches([{ path, operator: 'eq', values: [value] }], record)).toBe(
          !matches([{ path, operator: 'ne', values: [value] }], record),
        );
      }
    }),
  );
});
