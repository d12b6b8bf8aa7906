// Faults of a request body as sentences, each with its place.

import type { Attribute } from '../../../src/values/attribute';
import { areValidChanges, findFaults } from '../../../src/values/check';
import type { JsonObject } from '../../../src/values/json';
import type { Resource } from '../../../src/definition/resource';
import { defineResource } from '../../../src/definition/define-resource';
import { writable } from '../../../src/definition/writable';
import { everything } from '../../setup/everything';

const valid = { needed: 'x' };

function faultsOf(body: object): string[] {
  return findFaults(everything, { ...valid, ...body }).named.map(
    (fault) => `${'pointer' in fault ? fault.pointer : ''} ${fault.detail}`,
  );
}

test('a body with every type has no fault', () => {
  expect(
    faultsOf({
      text: '',
      number: 1.5,
      flag: false,
      moment: '2026-03-31T12:00:00+02:00',
      bytes: 'QQ==',
      lists: [['a'], []],
      anyObject: { a: [null] },
      anyList: [null, 1, 'x'],
      object: { name: 'a', inner: { list: [{ code: 'x', at: '2026-03-31T12:00:00Z' }] } },
      words: ['a'],
      numbers: [1, 2],
      binaries: ['QQ=='],
    }),
  ).toEqual([]);
});

const sentences: [circumstances: string, body: object, fault: string][] = [
  ['a value of another type', { text: 1 }, '#/text Must be a string.'],
  ['null', { number: null }, '#/number Must be a number.'],
  ['a fraction', { whole: 1.5 }, '#/whole Must be an integer.'],
  ['no array', { list: 'a' }, '#/list Must be an array.'],
  ['no object', { object: [] }, '#/object Must be an object.'],
  ['another value than those of an enum', { color: 'pink' }, '#/color Must be one of "red", "green", "blue".'],
  [
    'no date-time',
    { moment: '2026-03-31' },
    '#/moment Must be a valid date-time with its time zone, such as 2026-03-31T12:00:00Z.',
  ],
  ['no date', { date: '2026-02-30' }, '#/date Must be a valid date, such as 2026-03-31.'],
  ['an ipv4 that may be read as octal', { ipv4: '01.2.3.4' }, '#/ipv4 Must be a valid ipv4.'],
  ['no email', { email: 'a' }, '#/email Must be a valid email.'],
  ['no base64', { bytes: '*' }, '#/bytes Must be base64 text, with padding (RFC 4648 §4).'],
  ['text beside the pattern', { patterned: 'abc' }, '#/patterned Must match the pattern ^[A-Z]{2}$.'],
  ['too short text', { sized: 'a' }, '#/sized Must have at least 2 characters.'],
  ['too long text, counted in characters', { sized: '😀😀😀😀😀' }, '#/sized Must have at most 4 characters.'],
  ['too small a number', { whole: -1 }, '#/whole Must be at least 0.'],
  ['too great a number', { whole: 11 }, '#/whole Must be at most 10.'],
  ['a number on an exclusive limit', { between: 0 }, '#/between Must be more than 0.'],
  ['a number on the other limit', { between: 1 }, '#/between Must be less than 1.'],
  ['no multiple', { multiple: 0.3 }, '#/multiple Must be a multiple of 0.5.'],
  ['too few elements', { counted: [] }, '#/counted Must have at least 1 element.'],
  ['too many elements', { counted: ['a', 'b', 'c', 'd'] }, '#/counted Must have at most 3 elements.'],
  ['an element twice', { counted: ['a', 'a'] }, '#/counted Must not hold an element twice.'],
  ['an empty set', { words: [] }, '#/words Must have at least 1 element.'],
  ['a set with an element twice', { numbers: [1, 1.0] }, '#/numbers Must not hold an element twice.'],
  ['a wrong element', { counted: ['a', 'long'] }, '#/counted/1 Must have at most 3 characters.'],
  [
    'an unknown attribute',
    { colour: 'red' },
    '#/colour "colour" is not an attribute of everything: remove it. Did you mean "color"?',
  ],
  [
    'an unknown attribute inside',
    { object: { name: 'a', sise: 1 } },
    '#/object/sise "sise" is not an attribute of everything: remove it. Did you mean "size"?',
  ],
  [
    'an unknown attribute inside an element',
    { object: { name: 'a', inner: { list: [{ code: 'a', kode: 'b' }] } } },
    '#/object/inner/list/0/kode "kode" is not an attribute of everything: remove it. Did you mean "code"?',
  ],
  [
    'a missing attribute inside an element',
    { object: { name: 'a', inner: { list: [{}] } } },
    '#/object/inner/list/0/code "code" is required: add it.',
  ],
  ['an unknown attribute with a slash', { 'a/b': 1 }, '#/a~1b "a/b" is not an attribute of everything: remove it.'],
  [
    'what every object has',
    JSON.parse('{"toString": 1}') as object,
    '#/toString "toString" is not an attribute of everything: remove it.',
  ],
];

test.each(sentences)('%s is one fault, which says what to do', (_, body, fault) => {
  expect(faultsOf(body)).toEqual([fault]);
});

test('all faults are found at once, also several of one value', () => {
  const faults = findFaults(everything, { number: 'x', sized: '', unknown: 1, object: { size: 'x' }, between: 2 });
  expect(faults.named.map((fault) => ('pointer' in fault ? fault.pointer : '')).sort()).toEqual([
    '#/between',
    '#/needed',
    '#/number',
    '#/object/name',
    '#/object/size',
    '#/sized',
    '#/unknown',
  ]);
  expect(faultsOf({ counted: ['long', 'long'] })).toEqual(
    expect.arrayContaining([
      '#/counted Must not hold an element twice.',
      '#/counted/0 Must have at most 3 characters.',
    ]),
  );
});

test("read-only attributes and the system's own are not what a client writes", () => {
  const body = {
    id: '1',
    version: 2,
    createdAt: 'x',
    updatedAt: 'y',
    internal: 1,
    neverSet: 'x',
    stamped: 'me',
    needed: 'x',
    unknown: 1,
  };
  expect(writable(everything.attributes, body)).toEqual({ needed: 'x', unknown: 1 });
});

test.each([
  ['one attribute of several', { text: 'x' }, true],
  ['null for what is optional', { number: null }, true],
  ['null for what is required', { needed: null }, false],
  ['a value out of bounds', { sized: '' }, false],
  ['what is no attribute', { other: 1 }, false],
  ['null for what is no attribute', { other: null }, true],
  ['what every object has', JSON.parse('{"__proto__": 1}') as JsonObject, false],
  ['nothing', {}, true],
])('changes with %s: %j are valid: %s', (_circumstances, changes, expected) => {
  expect(areValidChanges(everything, changes)).toBe(expected);
});

test.each([
  [19.99, 0.01, true],
  [0.3, 0.1, true],
  [0.35, 0.1, false],
  [1e125, 1e-130, true],
  [-6, 2, true],
  [NaN, 0.1, false],
  [Infinity, 0.1, false],
  [0.5, 0, false],
])('%d as a multiple of %d: %s', (value, multipleOf, expected) => {
  const { count } = findFaults(resourceOf({ type: Number, multipleOf }), { x: value });
  expect(count === 0).toBe(expected);
});

test('a text beyond its length is told that alone, and held to no pattern', () => {
  expect(
    findFaults(resourceOf({ type: String, maxLength: 3, pattern: '^a+$', format: 'email' }), { x: 'bbbb' }).named,
  ).toEqual([{ detail: 'Must have at most 3 characters.', pointer: '#/x' }]);
});

test('of a hundred thousand faults all are counted and the first hundred named, within a moment', () => {
  const values = Array.from({ length: 50_000 }, (_, index) => index);
  const unknown = Object.fromEntries(values.map((index) => [`unknown${index}`, index]));
  const resource = resourceOf({ type: Array, schema: [{ type: String, enum: ['a'.repeat(10_000)] }] });
  const start = process.cpuUsage();
  const { count, named, attributes } = findFaults(resource, { ...unknown, x: values });
  expect(process.cpuUsage(start).user / 1000).toBeLessThan(1000);
  expect([count, named.length, attributes.size]).toEqual([150_000, 100, 50_001]);
});

function resourceOf(attribute: Attribute): Resource {
  return defineResource({ name: 'things', description: 'Things.', schema: { x: attribute } });
}
