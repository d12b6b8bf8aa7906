// By how much counts change, of writes alone.

import { defineResource, listResources } from '../../../src/definition/define-resource';
import type { AnyItem } from '../../../src/definition/item';
import { countChanges } from '../../../src/transaction/counts';

const count = (where?: object) => ({
  type: Number,
  readOnly: true,
  default: 0,
  counts: { collection: 'loans', attribute: 'book', ...where },
});
const books = defineResource({
  name: 'books',
  description: 'Books.',
  schema: {
    loans: count(),
    open: count({ where: ({ returned }: AnyItem) => returned === undefined }),
    fees: { type: Number, readOnly: true, default: 0, sums: { collection: 'loans', attribute: 'book', of: 'fee' } },
  },
});
const loans = defineResource({
  name: 'loans',
  description: 'Loans.',
  schema: { book: { type: String, references: 'books' }, returned: String, fee: Number },
  indexes: { byBook: { partition: 'book' } },
});
const resources = listResources(books, loans);

function changes(...writes: [before: object | undefined, after: object | undefined][]) {
  return countChanges(
    resources,
    writes.map(([before, after], origin) => ({
      resource: loans,
      origin: [origin],
      before: before as AnyItem | undefined,
      after: after as AnyItem | undefined,
    })),
  ).map(({ resource, id, attribute, by, causes }) => [
    `${resource.name}/${id}.${attribute} ${by}`,
    causes.map(({ origin, inner }) => `${origin.join('/')} ${inner}`).join(', '),
  ]);
}

test('a new item counts where it refers to', () => {
  expect(changes([undefined, { book: '1' }])).toEqual([
    ['books/1.loans 1', '0 #/book'],
    ['books/1.open 1', '0 #/book'],
  ]);
});

test('an item that goes no longer counts', () => {
  expect(changes([{ book: '1', returned: 'x' }, undefined])).toEqual([['books/1.loans -1', '0 #/book']]);
});

test('an item that moves counts there instead', () => {
  expect(changes([{ book: '1' }, { book: '2' }]).map(([change]) => change)).toEqual([
    'books/1.loans -1',
    'books/2.loans 1',
    'books/1.open -1',
    'books/2.open 1',
  ]);
});

test('an item that no longer is as it must be does not count', () => {
  expect(changes([{ book: '1' }, { book: '1', returned: 'x' }])).toEqual([['books/1.open -1', '0 #/book']]);
});

test('several writes add up, each a cause, and what adds up to nothing is no change', () => {
  expect(changes([undefined, { book: '1' }], [undefined, { book: '1' }])[0]).toEqual([
    'books/1.loans 2',
    '0 #/book, 1 #/book',
  ]);
  expect(changes([undefined, { book: '1' }], [{ book: '1' }, undefined])).toEqual([]);
});

test('what refers to nothing, or stays, changes nothing', () => {
  expect(changes([undefined, {}], [{ book: '1' }, { book: '1' }], [undefined, undefined])).toEqual([]);
  expect(countChanges(resources, [{ resource: books, origin: [], before: undefined, after: {} as AnyItem }])).toEqual(
    [],
  );
});

test('a number is added up where the item refers to, with every digit', () => {
  const fees = (...writes: Parameters<typeof changes>): unknown[] =>
    changes(...writes).filter(([change]) => String(change).includes('fees'));
  expect(fees([undefined, { book: '1', fee: 0.1 }], [undefined, { book: '1', fee: 0.2 }])).toEqual([
    ['books/1.fees 3e-1', '0 #/fee, 1 #/fee'],
  ]);
  expect(
    fees([
      { book: '1', fee: 5 },
      { book: '1', fee: 3 },
    ]),
  ).toEqual([['books/1.fees -2', '0 #/fee, 0 #/fee']]);
  expect(
    fees([
      { book: '1', fee: 5 },
      { book: '2', fee: 5 },
    ]),
  ).toEqual([
    ['books/1.fees -5', '0 #/fee'],
    ['books/2.fees 5', '0 #/fee'],
  ]);
  expect(
    fees(
      [undefined, { book: '1' }],
      [
        { book: '1', fee: 2 },
        { book: '1', fee: 2 },
      ],
    ),
  ).toEqual([]);
});
