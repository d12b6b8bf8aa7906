// Which way a list is read: a table of cases.

import type { Resource } from '../../../src/definition/resource';
import { defineResource } from '../../../src/definition/define-resource';
import type { Operator, Operand } from '../../../src/values/operator';
import type { Filter } from '../../../src/store/query/filter';
import { planList, servedOrders, type Order, type QueryPlan, type SimplePlan } from '../../../src/store/query/planner';
import { queryInput } from '../../../src/store/query/query';
import { sortableNumber } from '../../../src/store/layout/sortable';

const things = defineResource({
  name: 'things',
  description: 'Things.',
  schema: {
    author: { type: String, maxLength: 800 },
    title: { type: String, maxLength: 300 },
    pages: Number,
    flag: Boolean,
    level: Number,
    free: String,
  },
  indexes: {
    byAuthor: { partition: 'author', sort: 'title' },
    byTitle: { sort: 'title' },
    byPages: { sort: 'pages' },
    byFlag: { partition: 'flag' },
    byLevels: { partition: 'flag', sort: ['level', 'pages'] },
  },
});
const sharded = defineResource({ name: 'sharded', description: 'Sharded.', schema: { a: String }, shards: 3 });

/** `author=X`, `pages>=200`, `sort=-title` and so on, shortly. */
function f(text: string, ...values: Operand[]): Filter {
  const [name = '', operator = 'eq'] = text.split(' ');
  return { path: name.split('.'), operator: operator as Operator, values };
}

function order(text?: string): Order {
  const names = (text ?? '-id').split(',');
  return {
    attributes: names.map((name) => name.replace('-', '')).filter((name) => name !== 'id'),
    descending: names[0]!.startsWith('-'),
  };
}

/** A plan in one line: index or base, the key condition's values, what is left. */
function shown(resource: Resource, plan: SimplePlan | undefined): string {
  if (plan === undefined || plan.kind === 'nothing') {
    return plan === undefined ? 'not served' : 'nothing';
  }
  const left = (filters: readonly Filter[]): string =>
    filters.map(({ path, operator }) => `${path.join('.')} ${operator}`).join(', ');
  if (plan.kind === 'ids') {
    return `ids ${plan.ids.join(' ')} | ${left(plan.filters)}`;
  }
  const { low, high, prefix } = plan.range;
  const range =
    prefix !== undefined ? ` ${prefix}*` : low === undefined && high === undefined ? '' : ` ${low ?? ''}…${high ?? ''}`;
  const text = `${plan.index?.name ?? 'base'} ${plan.partitions.join(' ')}${range} ${plan.descending ? 'desc' : 'asc'}${plan.filters.length > 0 ? ` | ${left(plan.filters)}` : ''}${plan.inMemory.length > 0 ? ` || ${left(plan.inMemory)}` : ''}`;
  expect(queryInput('table', resource, plan, plan.partitions[0]!, {})).not.toHaveProperty('Select');
  return text.replace(/\u0001/g, '¹').replace(/\u0002/g, '²');
}

const [n200, n300] = [sortableNumber(200), sortableNumber(300)];

test.each<[description: string, filters: Filter[], sort: string | undefined, plan: string]>([
  ['no filter, no sort: the base table', [], undefined, 'base things desc'],
  ['sort=id', [], 'id', 'base things asc'],
  ['a filter that no index serves', [f('free', 'x')], undefined, 'base things desc | free eq'],
  ['a filter inside an object', [f('address.city', 'Oslo')], undefined, 'base things desc | address.city eq'],

  ['one id', [f('id', 'x')], undefined, 'ids x | id eq'],
  ['several ids, and another filter', [f('id in', 'x', 'y'), f('free', 'z')], undefined, 'ids x y | id in, free eq'],
  ['ids that two filters name', [f('id in', 'x', 'y'), f('id', 'y')], undefined, 'ids y | id in, id eq'],
  ['ids that exclude each other', [f('id in', 'x', 'y'), f('id', 'z')], undefined, 'nothing'],
  ['texts that are no ids', [f('id in', '', 'a b', 'x'.repeat(129))], undefined, 'nothing'],
  ['ids in an order that is served', [f('id', 'x')], 'title', 'ids x | id eq'],
  ['ids in an order that is not', [f('id', 'x')], 'free', 'not served'],
  ['ids from one on', [f('id gt', 'x')], undefined, 'base things x¹… desc'],
  ['ids up to one', [f('id lte', 'x')], undefined, 'base things …x desc'],
  ['ids before one: the end is taken out in memory', [f('id lt', 'x')], undefined, 'base things …x desc || id lt'],
  ['ids between', [f('id gte', 'a'), f('id lte', 'x')], undefined, 'base things a…x desc'],
  ['ids between, the wrong way round', [f('id gte', 'x'), f('id lte', 'a')], undefined, 'nothing'],
  ['ids by their beginning', [f('id begins', '0190')], 'id', 'base things 0190* asc'],
  ['ids by what DynamoDB has no key condition for', [f('id ne', 'x')], undefined, 'base things desc || id ne'],
  [
    'an id bound that is no key',
    [f('id gte', ''), f('id lte', 'x'.repeat(1025))],
    undefined,
    'base things desc || id gte, id lte',
  ],

  ['a sort', [], 'pages', 'byPages things#byPages asc'],
  ['a sort, descending', [], '-pages', 'byPages things#byPages desc'],
  ['a sort with id at its end', [], '-pages,-id', 'byPages things#byPages desc'],
  ['a sort with a filter of another attribute', [f('free', 'x')], 'title', 'byTitle things#byTitle asc | free eq'],
  ['a sort by an index with its partition', [f('author', 'X')], 'title', 'byAuthor things#byAuthor#X asc'],
  [
    'a sort by an index with its partition missing falls to the index without',
    [f('author gt', 'X')],
    'title',
    'byTitle things#byTitle asc | author gt',
  ],
  ['a sort that nothing serves', [], 'free', 'not served'],
  ['a sort that an index serves with its partition alone', [], 'level,pages', 'not served'],
  [
    'a sort by a part of an index’s attributes: ties would be in another order',
    [f('flag', true)],
    'level',
    'not served',
  ],
  ['a sort by several attributes', [f('flag', true)], '-level,-pages', 'byLevels things#byLevels#true desc'],
  ['several attributes in another order', [f('flag', true)], 'pages,level', 'not served'],
  [
    'the first of several held equal',
    [f('flag', true), f('level', 1)],
    'pages',
    `byLevels things#byLevels#true ${sortableNumber(1)}* asc`,
  ],
  [
    'what is held equal orders nothing',
    [f('flag', true), f('level', 1)],
    'level,pages',
    `byLevels things#byLevels#true ${sortableNumber(1)}* asc`,
  ],
  [
    'the second of several held equal',
    [f('flag', true), f('pages', 200)],
    'level',
    'byLevels things#byLevels#true asc | pages eq',
  ],

  ['a partition alone keeps the order by id', [f('flag', true)], undefined, 'byFlag things#byFlag#true desc'],
  ['a partition whose index is ordered otherwise', [f('author', 'X')], undefined, 'base things desc | author eq'],
  [
    'every attribute of an index held equal',
    [f('author', 'X'), f('title', 'T')],
    undefined,
    'byAuthor things#byAuthor#X T¹* desc',
  ],
  ['the same, ascending', [f('author', 'X'), f('title', 'T')], 'id', 'byAuthor things#byAuthor#X T¹* asc'],
  ['the sort attribute held equal', [f('pages', 200)], undefined, `byPages things#byPages ${n200}* desc`],
  [
    'of two indexes the one that decides more',
    [f('flag', true), f('level', 1), f('pages', 200)],
    undefined,
    `byLevels things#byLevels#true ${sortableNumber(1)}${n200}* desc`,
  ],
  ['a range does not change the order by id', [f('pages gte', 200)], undefined, 'base things desc | pages gte'],

  [
    'a range on the sort attribute',
    [f('pages gte', 200), f('pages lt', 300)],
    'pages',
    `byPages things#byPages ${n200}…${n300} asc`,
  ],
  ['a range, ends the other way', [f('pages gt', 200)], '-pages', `byPages things#byPages ${n200.slice(0, -1)}1… desc`],
  ['an upper end included', [f('pages lte', 300)], 'pages', `byPages things#byPages …${n300.slice(0, -1)}1 asc`],
  ['a range with nothing in it', [f('pages gt', 300), f('pages lt', 200)], 'pages', 'nothing'],
  [
    'two lower ends: the greater',
    [f('pages gt', 200), f('pages gte', 300)],
    'pages',
    `byPages things#byPages ${n300}… asc`,
  ],
  [
    'a range after what is held equal',
    [f('flag', true), f('level', 1), f('pages gte', 200)],
    'pages',
    `byLevels things#byLevels#true ${sortableNumber(1)}${n200}…${sortableNumber(1).slice(0, -1)}1 asc`,
  ],
  ['a beginning', [f('title begins', 'Mo')], 'title', 'byTitle things#byTitle Mo* asc'],
  [
    'a beginning and a range: the range',
    [f('title begins', 'Mo'), f('title gt', 'Mob')],
    'title',
    'byTitle things#byTitle Mob²… asc | title begins',
  ],
  ['an empty beginning', [f('title begins', '')], 'title', 'byTitle things#byTitle asc | title begins'],
  ['a value in a text’s middle', [f('title contains', 'Di')], '-title', 'byTitle things#byTitle desc | title contains'],
  ['not equal', [f('title ne', 'T')], 'title', 'byTitle things#byTitle asc | title ne'],
  ['one of several', [f('title in', 'S', 'T')], 'title', 'byTitle things#byTitle asc | title in'],
  ['an id filter over an index', [f('id gt', 'x')], 'title', 'byTitle things#byTitle asc || id gt'],

  [
    'a partition too long for a key, where another way serves',
    [f('author', 'x'.repeat(3000))],
    'title',
    'byTitle things#byTitle asc | author eq',
  ],
  [
    'a value too long for a key, which nothing can have',
    [f('title', 'x'.repeat(3000))],
    'title',
    'base things asc | title eq',
  ],
  ['a bound too long for a key', [f('title gt', 'x'.repeat(3000))], 'title', 'byTitle things#byTitle asc | title gt'],
  [
    'a partition as long as a key',
    [f('author', 'x'.repeat(2032))],
    'title',
    `byAuthor things#byAuthor#${'x'.repeat(2032)} asc`,
  ],
  ['a partition a byte longer', [f('author', 'x'.repeat(2033))], 'title', 'byTitle things#byTitle asc | author eq'],
  [
    'a value as long as a key',
    [f('title', 'x'.repeat(1023))],
    undefined,
    `byTitle things#byTitle ${'x'.repeat(1023)}¹* desc`,
  ],
  ['a value a byte longer', [f('title', 'x'.repeat(1024))], undefined, 'base things desc | title eq'],
  ['an id bound as long as a key', [f('id gte', 'x'.repeat(1024))], undefined, `base things ${'x'.repeat(1024)}… desc`],
  ['ids from one to the same', [f('id gte', 'x'), f('id lte', 'x')], undefined, 'base things x…x desc'],
  [
    'ids between, the wrong way round, and a partition',
    [f('id gte', 'x'), f('id lte', 'a'), f('flag', true)],
    undefined,
    'nothing',
  ],
  [
    'a partition and what an index without one holds equal: the partition',
    [f('flag', true), f('pages', 200)],
    undefined,
    'byFlag things#byFlag#true desc | pages eq',
  ],
  ['what is within an attribute is not the attribute', [f('pages.x', 200)], undefined, 'base things desc | pages.x eq'],
  ['nor does it bound it', [f('pages.x gt', 200)], 'pages', 'byPages things#byPages asc | pages.x gt'],
  ['a value that the attribute never has', [f('pages', 'x')], undefined, 'base things desc | pages eq'],
  ['a value that the partition never has', [f('flag', 'x')], undefined, 'base things desc | flag eq'],
  [
    'the greater of two lower ends, and the lower of two upper ones, in any order',
    [f('pages gte', 200), f('pages gte', 100), f('pages lt', 200), f('pages lt', 300)],
    'pages',
    `byPages things#byPages ${n200}…${n200} asc`,
  ],
  [
    'the lower of two upper ends, the greater first',
    [f('pages lt', 300), f('pages lt', 200)],
    'pages',
    `byPages things#byPages …${n200} asc`,
  ],
  [
    'an upper end after what is held equal',
    [f('flag', true), f('level', 1), f('pages lt', 200)],
    'pages',
    `byLevels things#byLevels#true ${sortableNumber(1)}…${sortableNumber(1)}${n200} asc`,
  ],
  ['# in a partition value', [f('author', 'a#b')], 'title', 'byAuthor things#byAuthor#a#b asc'],
])('%s', (_description, filters, sort, expected) => {
  expect(shown(things, planList(things, filters, order(sort)))).toBe(expected);
});

test('where only an index serves an order, a value too long for its key has no items', () => {
  const only = defineResource({
    name: 'only',
    description: 'Only.',
    schema: { a: { type: String, maxLength: 800 }, b: Number },
    indexes: { byA: { partition: 'a', sort: 'b' } },
  });
  expect(planList(only, [f('a', 'x'.repeat(3000))], order('b'))).toEqual({ kind: 'nothing' });
});

test.each<[description: string, filters: Filter[], sort: string | undefined, partition: string, plan: string]>([
  ['the index of it', [f('flag', true)], undefined, 'flag', 'byFlag things#byFlag#true desc'],
  ['no index of another', [f('author', 'X'), f('flag', true)], 'title', 'flag', 'not served'],
  ['no index without', [f('flag', true)], 'pages', 'flag', 'not served'],
  ['not the base table', [f('author', 'X')], undefined, 'author', 'not served'],
])('within a partition, %s is read', (_description, filters, sort, partition, expected) => {
  expect(shown(things, planList(things, filters, order(sort), partition))).toBe(expected);
});

test('of two ways that decide as much, the one declared first is read', () => {
  const twins = defineResource({
    name: 'twins',
    description: 'Twins.',
    schema: { a: Boolean, b: Boolean },
    indexes: { byA: { partition: 'a' }, byB: { partition: 'b' } },
  });
  expect(shown(twins, planList(twins, [f('b', true), f('a', true)], order()))).toBe('byA twins#byA#true desc | b eq');
});

test('a sharded resource is read from every shard', () => {
  expect(shown(sharded, planList(sharded, [], order()))).toBe('base sharded#0/3 sharded#1/3 sharded#2/3 desc');
});

test('the orders that are served say which filter they need', () => {
  expect(servedOrders(things)).toEqual(['id', 'title (with author=…)', 'title', 'pages', 'level,pages (with flag=…)']);
  expect(servedOrders(things, 'author')).toEqual(['id', 'title']);
  expect(servedOrders(things, 'flag')).toEqual(['id', 'level,pages']);
});

test.each([
  ['author', ['id', 'title', 'pages', 'level,pages (with flag=…)']],
  ['flag', ['id', 'title (with author=…)', 'title', 'pages']],
  ['level', ['id', 'title (with author=…)', 'title', 'pages']],
  ['title', ['id', 'pages', 'level,pages (with flag=…)']],
])('to who does not see %s, no order is named that has to do with it', (hidden, orders) => {
  const attributes = new Map([...things.attributes].filter(([name]) => name !== hidden));
  expect(servedOrders({ ...things, attributes })).toEqual(orders);
});

test('the base table is read consistently, an index is not', () => {
  const input = (sort?: string): object => {
    const plan = planList(things, [], order(sort)) as QueryPlan;
    return queryInput('table', things, plan, plan.partitions[0]!, { limit: 5 });
  };
  expect(input()).toMatchObject({ ConsistentRead: true, Limit: 5, ScanIndexForward: false });
  expect(input()).not.toHaveProperty('FilterExpression');
  expect(input('title')).toMatchObject({ IndexName: 'gsi2', ScanIndexForward: true });
  expect(input('title')).not.toHaveProperty('ConsistentRead');
});
