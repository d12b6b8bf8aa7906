// The request of a plan, whole, and how a list goes on from a place in it.

import { defineResource } from '../../../src/definition/define-resource';
import { placeholders } from '../../../src/store/client/expression';
import { planList, type Order, type QueryPlan } from '../../../src/store/query/planner';
import { comparePositions, readPosition, writePosition } from '../../../src/store/query/cursor';
import { positionOf, queryInput, type QueryPart } from '../../../src/store/query/query';
import type { Filter } from '../../../src/store/query/filter';

const things = defineResource({
  name: 'things',
  description: 'Things.',
  schema: { title: { type: String, maxLength: 300 }, free: String },
  indexes: { byTitle: { sort: 'title' } },
});

const BY_ID: Order = { attributes: [], descending: true };
const BY_TITLE: Order = { attributes: ['title'], descending: false };

function request(filters: Filter[], order: Order, part: QueryPart = {}): object {
  const plan = planList(things, filters, order) as QueryPlan;
  expect(plan.kind).toBe('query');
  return queryInput('table', things, plan, plan.partitions[0]!, part);
}

const base = { TableName: 'table', ConsistentRead: true, ScanIndexForward: false };
const byTitle = { TableName: 'table', IndexName: 'gsi1', ScanIndexForward: true };

test('all of a collection is one partition, consistently', () => {
  expect(request([], BY_ID)).toStrictEqual({
    ...base,
    KeyConditionExpression: '#0 = :0',
    ExpressionAttributeNames: { '#0': 'pk' },
    ExpressionAttributeValues: { ':0': { S: 'things' } },
  });
});

const id = (operator: Filter['operator'], value: string): Filter => ({ path: ['id'], operator, values: [value] });

test.each<[string, Filter[], string, Record<string, object>]>([
  ['a beginning', [id('begins', '01')], 'begins_with(#1, :1)', { ':1': { S: '01' } }],
  ['a lower end', [id('gte', 'a')], '#1 >= :1', { ':1': { S: 'a' } }],
  ['an upper end', [id('lte', 'x')], '#1 <= :1', { ':1': { S: 'x' } }],
  ['both', [id('gte', 'a'), id('lte', 'x')], '#1 BETWEEN :1 AND :2', { ':1': { S: 'a' }, ':2': { S: 'x' } }],
])('%s is part of the key condition', (_what, filters, condition, values) => {
  expect(request(filters, BY_ID)).toStrictEqual({
    ...base,
    KeyConditionExpression: `#0 = :0 AND ${condition}`,
    ExpressionAttributeNames: { '#0': 'pk', '#1': 'sk' },
    ExpressionAttributeValues: { ':0': { S: 'things' }, ...values },
  });
});

test('an index is read with what its key does not decide as the filter', () => {
  expect(request([{ path: ['free'], operator: 'eq', values: ['x'] }], BY_TITLE, { limit: 7 })).toStrictEqual({
    ...byTitle,
    KeyConditionExpression: '#0 = :0',
    FilterExpression: '#1 = :1',
    ExpressionAttributeNames: { '#0': 'gsi1pk', '#1': 'free' },
    ExpressionAttributeValues: { ':0': { S: 'things#byTitle' }, ':1': { S: 'x' } },
    Limit: 7,
  });
});

test.each<[string, Order, string, Record<string, string>]>([
  ['the base table', BY_ID, '#0, #1', { '#0': 'pk', '#1': 'sk' }],
  ['an index', BY_TITLE, '#1, #2, #0, #3', { '#0': 'gsi1pk', '#1': 'pk', '#2': 'sk', '#3': 'gsi1sk' }],
])('the keys alone of %s are a projection, each once', (_what, order, projection, names) => {
  expect(request([], order, { keysOnly: true })).toMatchObject({
    ProjectionExpression: projection,
    ExpressionAttributeNames: names,
  });
});

test('a list goes on after a place, which is a key of the table and of the index', () => {
  expect(request([], BY_ID, { after: { key: 'x', id: 'x' } })).toMatchObject({
    ExclusiveStartKey: { pk: { S: 'things' }, sk: { S: 'x' } },
  });
  expect(request([], BY_TITLE, { after: { key: 'T\u0001x', id: 'x' } })).toMatchObject({
    ExclusiveStartKey: {
      pk: { S: 'things' },
      sk: { S: 'x' },
      gsi1pk: { S: 'things#byTitle' },
      gsi1sk: { S: 'T\u0001x' },
    },
  });
});

test('the place of a record is its key in what is read, and its id', () => {
  const record = { pk: { S: 'things' }, sk: { S: 'x' }, gsi1pk: { S: 'things#byTitle' }, gsi1sk: { S: 'T\u0001x' } };
  const place = (order: Order) => positionOf(planList(things, [], order) as QueryPlan, record);
  expect([place(BY_ID), place(BY_TITLE)]).toEqual([
    { key: 'x', id: 'x' },
    { key: 'T\u0001x', id: 'x' },
  ]);
});

test.each([
  [{ key: 'x', id: 'x' }, 'x'],
  [{ key: 'T\u0001x', id: 'x' }, 'x\u0001T\u0001'],
  [{ key: 'some title\u0001an-id', id: 'an-id' }, 'an-id\u0001some title\u0001'],
])('the place %j as text is %j, and back', (position, text) => {
  expect(writePosition(position)).toBe(text);
  expect(readPosition(text)).toEqual(position);
});

test('places order by their keys, either way', () => {
  const [a, b] = [
    { key: 'a', id: 'z' },
    { key: 'b', id: 'y' },
  ];
  expect(comparePositions(a, b, false)).toBeLessThan(0);
  expect(comparePositions(a, b, true)).toBeGreaterThan(0);
  expect(comparePositions(a, { ...a }, true)).toBe(0);
});

test('an attribute has one placeholder, each value one of its own, and none is named where none is used', () => {
  const { name, value, attributes } = placeholders();
  expect(attributes()).toStrictEqual({});
  expect([name('a'), name('b'), name('a')]).toEqual(['#0', '#1', '#0']);
  expect(attributes()).toStrictEqual({ ExpressionAttributeNames: { '#0': 'a', '#1': 'b' } });
  expect([value({ S: 'x' }), value({ S: 'x' })]).toEqual([':0', ':1']);
  expect(attributes().ExpressionAttributeValues).toEqual({ ':0': { S: 'x' }, ':1': { S: 'x' } });
  const many = placeholders();
  expect(Array.from({ length: 37 }, (_, index) => many.name(`a${index}`)).at(-1)).toBe('#10');
});
