// What stands in the way of a transaction, as problems: one, or several in one.

import { defineResource } from '../../../src/definition/define-resource';
import { Problem } from '../../../src/problem';
import type { WritePlan } from '../../../src/store/write/constraint';
import type { Violation } from '../../../src/store/write/write';
import type { Failure, Origin } from '../../../src/transaction/entry';
import { beingDeleted, combine, failuresOf, inUse, partlyBeingDeleted } from '../../../src/transaction/violations';

const books = defineResource({ name: 'books', description: 'Books.', schema: { isbn: String } });

const plan = {
  changes: [
    { resource: books, id: '1', kind: 'check', oldImage: undefined },
    { resource: books, id: '2', kind: 'check', oldImage: undefined },
  ],
  origins: [[], ['operations', 1]],
} as unknown as WritePlan & { origins: Origin[] };

const place = (origin: Origin, inner: string): string => `${origin.join('/')}|${inner}`;

function failures(...violations: Violation[]): Failure[] {
  return failuresOf(violations, plan, place);
}

test.each<[string, Violation, string, string]>([
  [
    'a duplicate',
    { kind: 'duplicate', change: 1, group: { parts: ['isbn'], attributes: ['isbn'], each: undefined } },
    'operations/1|#/isbn',
    'Another item of books has this "isbn"',
  ],
  [
    'a dangling reference',
    { kind: 'dangling', change: 0, attribute: 'isbn', collection: 'codes' },
    '|#/isbn',
    '"isbn" refers to an item that codes does not have',
  ],
  [
    'what others refer to',
    { kind: 'referred', change: 1, collections: ['loans', 'holds'] },
    'operations/1|#',
    '"2" cannot be deleted while items of loans and holds refer to it',
  ],
])('%s is a conflict, at its place', (_what, violation, at, detail) => {
  const [{ problem, origin }] = failures(violation) as [Failure];
  expect(problem).toMatchObject({
    type: 'conflict',
    detail: expect.stringContaining(detail) as string,
    more: { errors: [{ detail: problem.detail, pointer: at }] },
  });
  expect(origin).toEqual(at.startsWith('|') ? [] : ['operations', 1]);
});

test('an item that is being deleted is one, to wait for', () => {
  expect(failures({ kind: 'deleting', change: 1 })).toEqual([
    { origin: ['operations', 1], problem: beingDeleted('books', '2'), kind: 'deleting' },
  ]);
});

test('what only has to be tried again is no failure', () => {
  expect(failures({ kind: 'changed', change: 0, current: undefined }, { kind: 'recorded', record: {} })).toEqual([]);
});

test('a change of unknown origin is of the whole request', () => {
  const unknown = { ...plan, origins: [] };
  expect(failuresOf([{ kind: 'deleting', change: 1 }], unknown, place)).toMatchObject([{ origin: [] }]);
});

test('a deletion under way says when to look again, what is in use does not', () => {
  expect(beingDeleted('books', '1').more.headers).toEqual({ 'Retry-After': '1' });
  expect(partlyBeingDeleted('books', '1').more.headers).toEqual({ 'Retry-After': '1' });
  expect(inUse('1', ['loans'])).toMatchObject({ type: 'conflict', more: {} });
  expect(inUse('1', ['loans']).more.headers).toBeUndefined();
});

describe('several failures', () => {
  const failure = (type: 'conflict' | 'invalid', detail: string, more: Problem['more'] = {}): Failure => ({
    origin: [],
    problem: new Problem(type, detail, more),
  });
  const fault = (detail: string, pointer = '#') => ({ detail, pointer });

  test('of which there is one are that one', () => {
    const one = failure('conflict', 'a', { errors: [fault('b')] });
    expect(combine([one])).toBe(one.problem);
  });

  test('are the first, with the faults of all', () => {
    expect(
      combine([
        failure('conflict', 'a', { errors: [fault('b', '#/1'), fault('c', '#/2')], headers: { 'Retry-After': '1' } }),
        failure('invalid', 'd'),
      ]),
    ).toMatchObject({
      type: 'conflict',
      detail: expect.stringContaining('conflicts with items that exist') as string,
      more: { errors: [fault('b', '#/1'), fault('c', '#/2'), fault('d')], headers: { 'Retry-After': '1' } },
    });
    expect(combine([failure('invalid', 'a'), failure('conflict', 'b')])).toMatchObject({
      type: 'invalid',
      detail: expect.stringContaining('is not valid') as string,
    });
  });

  test('that say the same say it once', () => {
    expect(combine([failure('conflict', 'a'), failure('conflict', 'a')])).toMatchObject({
      detail: 'a',
      more: { errors: [fault('a')] },
    });
  });
});
