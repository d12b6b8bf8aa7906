// "Did you mean …?"

import { didYouMean, nearest } from '../../../src/values/nearest';

const NAMES = ['title', 'author', 'pages'];

test.each([
  ['titel', 'title'],
  ['TITLE', 'title'],
  ['autor', 'author'],
  ['page', 'pages'],
])('"%s" is near "%s"', (slip, name) => {
  expect(nearest(slip, NAMES)).toBe(name);
});

test.each(['', 'x', 'isbn', 'published'])('"%s" is near no name', (name) => {
  expect(nearest(name, NAMES)).toBeUndefined();
});

test('a name of any length is compared in no time', () => {
  expect(nearest('x'.repeat(1_000_000), NAMES)).toBeUndefined();
});

test('the question is asked only where a name is near, and of the first ten faults', () => {
  expect(didYouMean('titel', NAMES, { count: 10 })).toBe(' Did you mean "title"?');
  expect(didYouMean('isbn', NAMES, { count: 1 })).toBe('');
  expect(didYouMean('titel', NAMES, { count: 11 })).toBe('');
});
