// What an item is called in types: the singular of a collection's name, and what keeps two types from one name.

import type { Resource } from '../../../src/definition/resource';
import { defineResource, listResources } from '../../../src/definition/define-resource';
import { checkTypeNames, SHARED_TYPES, singularOf, typeNames } from '../../../src/description/type-names';
import { describeApi } from '../../../src/description/openapi';

function collection(name: string, singular?: string): Resource {
  return defineResource({ name, singular, description: 'Things.', schema: { title: String } });
}

test.each([
  ['books', 'book'],
  ['tool-parts', 'tool-part'],
  ['categories', 'category'],
  ['addresses', 'address'],
  ['statuses', 'status'],
  ['boxes', 'box'],
  ['matches', 'match'],
  ['houses', 'house'],
  ['sizes', 'size'],
  ['expenses', 'expense'],
  ['shelves', 'shelf'],
  ['archives', 'archive'],
  ['heroes', 'hero'],
  ['videos', 'video'],
  ['people', 'person'],
  ['movies', 'movie'],
  ['ties', 'tie'],
  ['status', 'status'],
  ['glass', 'glass'],
  ['analysis', 'analysis'],
  ['sheep', 'sheep'],
  ['s', 's'],
])('%s are called %s', (name, singular) => expect(singularOf(name)).toBe(singular));

test('the file says what no rule knows', () => {
  expect(typeNames(collection('staff', 'staff-member'))).toMatchObject({
    Item: 'StaffMember',
    Input: 'StaffMemberInput',
    New: 'NewStaffMember',
    Change: 'StaffMemberChange',
  });
});

test.each([
  [
    'two collections',
    [collection('books'), collection('book')],
    /book\.ts: its type "Book" has the name of a type of books: add singular/,
  ],
  ['what is new and a collection', [collection('books'), collection('new-books')], /new-books\.ts: its type "NewBook"/],
  ['a page and a collection', [collection('book-pages'), collection('books')], /books\.ts: its type "BookPage"/],
  [
    'a problem',
    [collection('conflict-problems')],
    /conflict-problems\.ts: its type "ConflictProblem" has the name of the problem "conflict"/,
  ],
  [
    'a type that every API has',
    [collection('faults')],
    /faults\.ts: its type "Fault" has the name of a type that every API has/,
  ],
] as const)('%s with one name are refused, and singular helps', (_what, resources, message) => {
  expect([...checkTypeNames(listResources(...(resources as readonly Resource[])))].join()).toMatch(message);
  const renamed = resources.map(({ name }) => collection(name, `one-of-${name}`));
  expect([...checkTypeNames(listResources(...renamed))]).toEqual([]);
});

test('types that every API has are known', () => {
  const { components } = describeApi(listResources(collection('books')));
  const shared = [...Object.keys(components.schemas), ...Object.keys(components['x-parts'])].filter(
    (name) => !name.includes('Book') && !name.endsWith('Problem'),
  );
  expect(shared.sort()).toEqual([...SHARED_TYPES].sort());
});

test('a singular that is no name is refused', () => {
  expect(() => collection('books', 'Book')).toThrow(/singular is "Book", which names no type: use lower case letters/);
});
