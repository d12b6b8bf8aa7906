// What a JSON Patch is refused for: its form, what does not fit the item, and what would blow the item up.

import type { Json } from '../../../src/values/json';
import { MOST_COPIED, MOST_SHIFTED } from '../../../src/definition/limits';
import { applyJsonPatch, findPatchFaults, type JsonPatch } from '../../../src/operations/json-patch';
import { openMeter, refuseDeep } from '../../../src/operations/patch-bounds';

test.each<[string, Json, string[]]>([
  ['an object', { op: 'remove', path: '/a' }, ['#']],
  ['an operation that is a text', ['remove'], ['#/0']],
  ['an unknown operation', [{ op: 'delete', path: '/a' }], ['#/0/op']],
  ['an operation that is a number', [{ op: 7, path: '/a' }], ['#/0/op']],
  ['no path', [{ op: 'remove' }], ['#/0/path']],
  ['a path that is a list', [{ op: 'remove', path: ['/a'] }], ['#/0/path']],
  ['a path without a slash', [{ op: 'remove', path: 'a' }], ['#/0/path']],
  ['a path with another escape', [{ op: 'remove', path: '/a~2' }], ['#/0/path']],
  ['a path that ends in an escape', [{ op: 'remove', path: '/a~' }], ['#/0/path']],
  ['no from', [{ op: 'move', path: '/a' }], ['#/0/from']],
  ['a copy with no from and no path', [{ op: 'copy' }], ['#/0/path', '#/0/from']],
  ['from where none is taken', [{ op: 'remove', path: '/a', from: 7 }], []],
  ['no value to add', [{ op: 'add', path: '/a' }], ['#/0/value']],
  ['no value to replace', [{ op: 'replace', path: '/a' }], ['#/0/value']],
  ['no value to test', [{ op: 'test', path: '/a' }], ['#/0/value']],
  ['null as a value', [{ op: 'test', path: '/a', value: null }], []],
  [
    'the second of two',
    [
      { op: 'remove', path: '/~0~1/0' },
      { op: 'x', path: '' },
    ],
    ['#/1/op'],
  ],
])('%s has faults at %j', (_what, document, pointers) => {
  const { named } = findPatchFaults(document);
  expect(named.map((fault) => 'pointer' in fault && fault.pointer)).toEqual(pointers);
  expect(named.every(({ detail }) => detail.length > 0)).toBe(true);
});

const ITEM = { a: [1, 2], o: { x: null }, t: 'text', n: null };

function refusal(...patch: object[]): unknown {
  try {
    applyJsonPatch(structuredClone(ITEM), patch as unknown as JsonPatch);
    return 'none';
  } catch (error) {
    return error;
  }
}

const FINE = { op: 'test', path: '/t', value: 'text' };

test.each<[string, object, string]>([
  ['a name that is not there', { op: 'remove', path: '/x' }, '#/1/path'],
  ['an index beyond the end', { op: 'replace', path: '/a/2', value: 1 }, '#/1/path'],
  ['an index with a leading zero', { op: 'remove', path: '/a/01' }, '#/1/path'],
  ['an index that is a name', { op: 'remove', path: '/a/x' }, '#/1/path'],
  ['an index of two digits', { op: 'remove', path: '/a/12' }, '#/1/path'],
  ['a place behind the end', { op: 'add', path: '/a/3', value: 1 }, '#/1/path'],
  ['a place that is no index', { op: 'add', path: '/a/x', value: 1 }, '#/1/path'],
  ['what is within a text', { op: 'add', path: '/t/length', value: 1 }, '#/1/path'],
  ['what is within null', { op: 'add', path: '/n/x', value: 1 }, '#/1/path'],
  ['a source that is not there', { op: 'copy', from: '/x', path: '/y' }, '#/1/from'],
  ['a source within a text', { op: 'move', from: '/t/0', path: '/y' }, '#/1/from'],
  ['a value moved into itself', { op: 'move', from: '/o', path: '/o/x' }, '#/1/from'],
  ['the name that every object has', { op: 'add', path: '/__proto__', value: {} }, '#/1/path'],
  ['a method that every object has', { op: 'remove', path: '/toString' }, '#/1/path'],
])('%s is 422, at the operation', (_what, operation, at) => {
  expect(refusal(FINE, operation)).toMatchObject({
    type: 'invalid',
    more: { errors: [{ pointer: at, detail: expect.stringMatching(/.+/) as string }] },
  });
});

test('a test that fails is 409, at the operation', () => {
  expect(refusal(FINE, { op: 'test', path: '/a', value: [1] })).toMatchObject({
    type: 'conflict',
    more: { errors: [{ pointer: '#/1', detail: expect.stringContaining('"/a"') as string }] },
  });
});

test('a value moves to a name that begins like its own, and to its own place', () => {
  expect(refusal({ op: 'move', from: '/o', path: '/other' })).toBe('none');
  expect(refusal({ op: 'move', from: '/a/0', path: '/a/1' }, { op: 'add', path: '/a/10', value: 1 })).toMatchObject({
    type: 'invalid',
  });
});

test.each<[string, Json, number]>([
  ['a text', 'abc', 6],
  ['an object', { ab: 'cd' }, 2 + 3 + 5],
])('copies are counted by their size, %s about as it is in JSON', (_what, value, about) => {
  const meter = openMeter();
  const most = Math.floor(MOST_COPIED / about);
  for (let count = 0; count < most / 4; count++) {
    meter.copy(value);
  }
  expect(() => {
    for (let count = 0; count < most * 4; count++) {
      meter.copy(value);
    }
  }).toThrow(expect.objectContaining({ type: 'too-large' }) as Error);
});

test('a text is copied up to the limit, exactly', () => {
  const text = (bytes: number): string => 'x'.repeat(bytes - 3);
  expect(() => openMeter().copy(text(MOST_COPIED))).not.toThrow();
  expect(() => openMeter().copy(text(MOST_COPIED + 1))).toThrow(
    expect.objectContaining({ type: 'too-large' }) as Error,
  );
});

test('elements move up to the limit, exactly', () => {
  const meter = openMeter();
  meter.shift(MOST_SHIFTED - 1);
  expect(() => meter.shift(1)).not.toThrow();
  expect(() => meter.shift(1)).toThrow(expect.objectContaining({ type: 'too-large' }) as Error);
});

test('a value is nested 40 levels deep at most', () => {
  const nested = (levels: number): Json => {
    let value: Json = 1;
    for (let level = 0; level < levels; level++) {
      value = level % 2 === 0 ? [value] : { a: value };
    }
    return value;
  };
  expect(() => refuseDeep(nested(40))).not.toThrow();
  expect(() => refuseDeep(nested(41))).toThrow(
    expect.objectContaining({
      type: 'invalid',
      more: { errors: [{ detail: 'Nested too deeply.', pointer: '#' }] },
    }) as Error,
  );
});
