// Conditions of writes, each as its expression and of records; that DynamoDB means the same by it,
// unit/store/condition.test.ts shows.

import { placeholders } from '../../../../src/store/client/expression';
import type { AttributeMap } from '../../../../src/store/layout/value';
import { attributeChange, isSame, type Change } from '../../../../src/store/write/constraint';
import {
  absent,
  all,
  atMost,
  either,
  equals,
  exists,
  notContains,
  notExists,
  present,
  setContains,
  type Condition,
} from '../../../../src/store/write/condition';
import {
  hasPreconditions,
  isPinned,
  preconditionConditions,
  preconditionsHold,
  readRevision,
  revisionOf,
  type Preconditions,
  type Revision,
} from '../../../../src/store/write/preconditions';

/** A condition with its names and values in place of their placeholders. */
function shown(condition: Condition): string {
  const expressions = placeholders();
  const text = condition.expression(expressions);
  const { ExpressionAttributeNames: names = {}, ExpressionAttributeValues: values = {} } = expressions.attributes();
  return text
    .replace(/#[0-9a-z]+/g, (name) => names[name]!)
    .replace(/:[0-9a-z]+/g, (value) => Object.values(values[value]!)[0] as string);
}

const A: AttributeMap = { pk: { S: 'p' }, a: { S: 'x' } };

test.each<[string, Condition, (AttributeMap | undefined)[], (AttributeMap | undefined)[]]>([
  ['attribute_exists(pk)', exists, [A, {}], [undefined]],
  ['attribute_not_exists(pk)', notExists, [undefined], [A]],
  ['a = x', equals('a', { S: 'x' }), [A], [undefined, {}, { a: { S: 'y' } }, { a: { N: '1' } }]],
  ['attribute_exists(a)', present('a'), [A], [undefined, {}]],
  ['attribute_not_exists(a)', absent('a'), [undefined, {}], [A]],
  [
    '(attribute_not_exists(n) OR n <= 3)',
    atMost('n', 3),
    [undefined, {}, { n: { N: '2' } }, { n: { N: '3' } }, { n: { N: '-10' } }],
    [{ n: { N: '4' } }, { n: { N: '10' } }],
  ],
  [
    'NOT contains(a, x)',
    notContains('a', 'x'),
    [undefined, {}, { a: { S: 'y' } }, { a: { SS: ['y', 'xx'] } }],
    [{ a: { S: 'axb' } }, { a: { SS: ['y', 'x'] } }],
  ],
  [
    'contains(a, x)',
    setContains('a', 'x'),
    [{ a: { SS: ['y', 'x'] } }],
    [undefined, {}, { a: { S: 'x' } }, { a: { SS: ['xx'] } }],
  ],
  ['attribute_exists(a)', either(present('a')), [A], [{}]],
  ['(attribute_exists(a) OR attribute_exists(b))', either(present('a'), present('b')), [A, { b: A['a']! }], [{}]],
  ['attribute_exists(a)', all(present('a')), [A], [{}]],
  [
    '(attribute_exists(a) AND attribute_exists(b))',
    all(present('a'), present('b')),
    [{ a: A['a']!, b: A['a']! }],
    [A, { b: A['a']! }],
  ],
])('%s', (expression, condition, fulfilling, others) => {
  expect(shown(condition)).toBe(expression);
  expect(fulfilling.map((record) => condition.holds(record))).toEqual(fulfilling.map(() => true));
  expect(others.map((record) => condition.holds(record))).toEqual(others.map(() => false));
});

const revision = (version: number, birth?: string, isDeleting = false): Revision => ({ version, birth, isDeleting });
const record = (version: number, more: AttributeMap = {}): AttributeMap => ({
  pk: { S: 'p' },
  version: { N: String(version) },
  updatedAt: { S: '2026-05-04T03:02:01.500Z' },
  ...more,
});

const BORN = { '#birth': { S: 'k3f9a2Xy' } };
const GOING = { '#deleting': { SS: ['d'] } };
const SEVEN = '(version IN (7) AND attribute_not_exists(#birth))';

test.each<[string, Preconditions, string[], (AttributeMap | undefined)[], (AttributeMap | undefined)[]]>([
  ['none', {}, [], [undefined, record(7)], []],
  ['If-Match: *', { match: '*' }, ['attribute_exists(pk)'], [record(7)], [undefined]],
  [
    'a revision',
    { match: [revision(7)] },
    [SEVEN],
    [record(7)],
    [undefined, record(8), record(7, BORN), record(7, GOING), { pk: { S: 'p' } }],
  ],
  [
    'a revision with a birth',
    { match: [revision(7, 'k3f9a2Xy')] },
    ['(version IN (7) AND #birth = k3f9a2Xy)'],
    [record(7, BORN)],
    [record(7), record(8, BORN), record(7, { '#birth': { S: 'other678' } })],
  ],
  [
    'revisions, those of one birth together',
    { match: [revision(7), revision(7, 'k3f9a2Xy'), revision(8)] },
    ['((version IN (7, 8) AND attribute_not_exists(#birth)) OR (version IN (7) AND #birth = k3f9a2Xy))'],
    [record(7), record(8), record(7, BORN)],
    [undefined, record(9), record(8, BORN)],
  ],
  ['no revision that was ever given', { match: [] }, ['version = 0'], [], [undefined, record(7)]],
  ['If-None-Match: *', { noneMatch: '*' }, ['attribute_not_exists(pk)'], [undefined], [record(7)]],
  ['no tag that was ever given', { noneMatch: [] }, [], [undefined, record(7)], []],
  [
    'none of a revision',
    { noneMatch: [revision(7)] },
    [`(attribute_not_exists(pk) OR NOT ${SEVEN})`],
    [undefined, record(8), record(7, BORN)],
    [record(7)],
  ],
  [
    'a date',
    { unmodifiedSince: '2026-05-04T03:02:02.000Z' },
    ['(attribute_not_exists(pk) OR updatedAt < 2026-05-04T03:02:02.000Z)'],
    [undefined, record(7)],
    [
      record(7, { updatedAt: { S: '2026-05-04T03:02:02.000Z' } }),
      record(7, { updatedAt: { S: '2027-05-04T03:02:01.000Z' } }),
    ],
  ],
  [
    'a revision and none of another',
    { match: [revision(7)], noneMatch: [revision(8)] },
    [SEVEN, `(attribute_not_exists(pk) OR NOT ${SEVEN.replace('7', '8')})`],
    [record(7)],
    [undefined, record(8), record(9)],
  ],
])('the precondition %s', (_what, preconditions, expressions, fulfilling, others) => {
  const conditions = preconditionConditions(preconditions);
  expect(conditions.map(shown)).toEqual(expressions);
  for (const one of fulfilling) {
    expect([preconditionsHold(preconditions, one), all(...conditions).holds(one)]).toEqual([true, true]);
  }
  for (const one of others) {
    expect(preconditionsHold(preconditions, one)).toBe(false);
    // That an item is being deleted is a condition of every write.
    expect(one !== undefined && '#deleting' in one ? false : all(...conditions).holds(one)).toBe(false);
  }
});

test('an item that is being deleted has a revision of its own, under which nothing is written', () => {
  const going = { match: [revision(7, undefined, true)] };
  expect([preconditionsHold(going, record(7, GOING)), preconditionsHold(going, record(7))]).toEqual([true, false]);
  expect(preconditionConditions(going).map(shown)).toEqual(['version = 0']);
});

test.each<[Preconditions, boolean]>([
  [{}, false],
  [{ match: '*' }, false],
  [{ match: [] }, true],
  [{ match: [revision(7)] }, true],
  [{ match: [revision(7), revision(8)] }, false],
  [{ noneMatch: [revision(7)] }, false],
])('%j is of one revision alone: %j', (preconditions, pinned) => {
  expect(isPinned(preconditions)).toBe(pinned);
  expect(hasPreconditions(preconditions)).toBe(Object.keys(preconditions).length > 0);
});

test.each<[AttributeMap, string, Revision]>([
  [record(7), '7', revision(7)],
  [record(7, BORN), '7-k3f9a2Xy', revision(7, 'k3f9a2Xy')],
  [record(7, GOING), '7.deleting', revision(7, undefined, true)],
  [
    record(123456789012345, { ...BORN, ...GOING }),
    '123456789012345-k3f9a2Xy.deleting',
    revision(123456789012345, 'k3f9a2Xy', true),
  ],
])('the revision of %j is %s, and back', (of, text, read) => {
  expect(revisionOf(of)).toBe(text);
  expect(readRevision(text)).toEqual(read);
});

test.each([
  '',
  '0',
  '07',
  '-7',
  '7-',
  '7-short',
  '7-k3f9a2Xy9',
  '7-k3f9a2X!',
  '7.deleted',
  '7.deletingx',
  'x7',
  '7 ',
  '1234567890123456',
])('%j names no revision', (text) => {
  expect(readRevision(text)).toBeUndefined();
});

test('a record without a version is of none', () => {
  expect(revisionOf({})).toBe('');
});

describe('what a change makes of an attribute', () => {
  const image = (a?: string) => ({ item: {} as never, record: a === undefined ? {} : { a: { S: a } } });
  const of = (change: object): unknown =>
    attributeChange({ resource: {}, id: '1', ...change } as unknown as Change, 'a');

  test.each<[string, object, string | undefined, string | undefined]>([
    ['created', { kind: 'create', newImage: image('x') }, undefined, 'x'],
    ['updated', { kind: 'update', oldImage: image('x'), newImage: image('y') }, 'x', 'y'],
    ['removed', { kind: 'update', oldImage: image('x'), newImage: image() }, 'x', undefined],
    ['kept', { kind: 'update', oldImage: image('x'), newImage: image('x') }, undefined, undefined],
    ['deleted', { kind: 'delete', oldImage: image('x') }, 'x', undefined],
    ['read', { kind: 'check', oldImage: image('x') }, undefined, undefined],
    ['absent', { kind: 'check', oldImage: undefined }, undefined, undefined],
  ])('%s', (_what, change, before, after) => {
    const stored = (text: string | undefined) => (text === undefined ? undefined : { S: text });
    expect(of(change)).toEqual({ before: stored(before), after: stored(after) });
  });

  test('equal values are the same, whichever objects they are', () => {
    expect(isSame(undefined, undefined)).toBe(true);
    expect(isSame({ S: 'x' }, { S: 'x' })).toBe(true);
    expect(isSame({ S: 'x' }, { S: 'y' })).toBe(false);
    expect([isSame({ S: 'x' }, undefined), isSame(undefined, { S: 'x' })]).toEqual([false, false]);
  });
});
