// Cursors: what is sealed is what is opened, nothing else is, and the length says little of what is in it.

import fc from 'fast-check';

import { openCursor, sealCursor } from '../../../src/store/query/cursor';

const KEYS = ['a key of sixteen and more', 'another key of that kind'] as const;

test('a cursor gives the position that it was made of, for its own binding and with any of the keys', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 200 }).map((text) => text.toWellFormed()),
      fc.string(),
      (position, binding) => {
        const cursor = sealCursor([KEYS[1]], binding, position);
        expect(openCursor([...KEYS], binding, cursor)).toBe(position);
        expect(openCursor([KEYS[0]], binding, cursor)).toBeUndefined();
        expect(openCursor([...KEYS], `${binding}.`, cursor)).toBeUndefined();
      },
    ),
  );
});

test('a cursor that is changed, cut or lengthened is none', () => {
  const bytes = Buffer.from(sealCursor([...KEYS], 'books', 'an-id\u0001A title'), 'base64url');
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const other = Buffer.from(bytes);
    other[bit >> 3]! ^= 1 << (bit & 7);
    expect(openCursor([...KEYS], 'books', other.toString('base64url'))).toBeUndefined();
  }
  for (let length = 0; length < bytes.length + 40; length += 1) {
    const other = Buffer.concat([bytes, Buffer.alloc(40, 0xff)]).subarray(0, length);
    expect(openCursor([...KEYS], 'books', other.toString('base64url')) === undefined).toBe(length !== bytes.length);
  }
});

test('a cursor with what decoding skips is none', () => {
  const cursor = sealCursor([...KEYS], 'books', 'an-id');
  for (const other of [`${cursor}=`, `.${cursor}`, ` ${cursor}`, `${cursor}\n`, '']) {
    expect(openCursor([...KEYS], 'books', other)).toBeUndefined();
  }
  expect(openCursor([...KEYS], 'books', cursor)).toBe('an-id');
});

test('the length tells no more than between which powers of two that of the position lies', () => {
  const lengths = Array.from(
    { length: 1024 },
    (_, length) => sealCursor([...KEYS], 'books', 'x'.repeat(length)).length,
  );
  expect(new Set(lengths).size).toBe(6);
  expect(new Set(lengths.slice(0, 33)).size).toBe(1);
  expect(new Set(lengths.slice(33, 65)).size).toBe(1);
});
