// The paths of functions' routes, with variables.

import fc from 'fast-check';

import { clashOf, filledIn, valuesIn, variablesIn } from '../../../src/definition/route-path';

test.each<[string, string[], Record<string, string> | undefined]>([
  ['/reports', ['reports'], {}],
  ['/reports/{year}', ['reports', '2026'], { year: '2026' }],
  ['/reports/{year}', ['reports', ''], undefined],
  ['/reports/{year}', ['reports'], undefined],
  ['/reports/{year}', ['reports', '2026', '1'], undefined],
  ['/reports/{year}/of/{who}', ['reports', '2026', 'of', 'a/b ü'], { year: '2026', who: 'a/b ü' }],
  ['/reports/{year}/of/{who}', ['reports', '2026', 'off', 'a'], undefined],
])('%s and %j', (path, segments, values) => {
  const found = valuesIn(path, segments);
  expect(found && Object.fromEntries(found)).toEqual(values);
});

test('what is filled in is found again', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (a, b) => {
      fc.pre(a.isWellFormed() && b.isWellFormed());
      const path = '/x/{a}/y/{b}';
      const segments = filledIn(path, { a, b }).slice(1).split('/').map(decodeURIComponent);
      expect([...valuesIn(path, segments)!]).toEqual([
        ['a', a],
        ['b', b],
      ]);
    }),
  );
});

test.each<[string, string, boolean]>([
  ['/x/{a}', '/x/{a}', false],
  ['/x/{a}', '/x/b', false],
  ['/x/{a}', '/y/{b}', false],
  ['/x/{a}', '/x/{a}/{b}', false],
  ['/x/{a}/y', '/x/{a}/z', false],
  ['/x/{a}', '/x/{b}', true],
  ['/x/{a}/y', '/x/{b}', true],
  ['/x/{a}/y', '/x/b', true],
  ['/x/{a}', '/x/b/y', true],
  ['/x/{a}/{b}', '/x/{a}/c', false],
])('%s and %s clash: %s', (one, other, clashes) => {
  expect([clashOf(one, other) !== undefined, clashOf(other, one) !== undefined]).toEqual([clashes, clashes]);
});

test('variables are in their order', () => {
  expect(variablesIn('/x/{b}/{a}/c')).toEqual(['b', 'a']);
});
