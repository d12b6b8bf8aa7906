// The mistakes in the unique groups of a resource file, and what of them is a compile error.

import type { Resource } from '../../../src/definition/resource';
import { defineResource } from '../../../src/definition/define-resource';
import { isInUniqueGroup, uniqueGroups } from '../../../src/definition/unique-groups';

const schema = {
  user: { type: String },
  tool: { type: String, references: 'tools' },
  code: { type: String, unique: true },
  open: { type: Boolean, default: true },
  state: { type: String, default: 'new' },
  address: { type: Object, schema: { city: String } },
  bytes: Buffer,
  shown: { type: String, get: String },
  days: { type: Array, schema: [String], maxItems: 30 },
  nights: { type: Set, schema: [Number], maxItems: 30 },
  endless: { type: Array, schema: [String] },
  objects: { type: Array, schema: [{ type: Object, schema: { a: String } }], maxItems: 5 },
  free: { type: Array, schema: 'any', maxItems: 5 },
  many: { type: Array, schema: [String], maxItems: 96 },
};

/** Loads a file as someone would write it who has no TypeScript. */
function load(unique: unknown): Resource {
  return defineResource({ name: 'things', description: 'Things.', schema, unique } as never);
}

test.each<[string, unknown, RegExp]>([
  [
    'one group that is no list',
    ['user', 'tool'],
    /unique is no list of groups of attributes: write one such as \[\['user', 'tool'\]\]/,
  ],
  ['true', true, /unique is no list of groups.*unique: true at an attribute/],
  ['an empty group', [[]], /unique is no list of groups/],
  [
    'an unknown attribute',
    [['user', 'tol']],
    /unique group \['user', 'tol'\] names the attribute "tol", which the schema does not declare\. Did you mean "tool"\?/,
  ],
  ['an unknown attribute with elements', [['dayz[]', 'user']], /names the attribute "dayz".* Did you mean "days"\?/],
  ['a group of one', [['user']], /unique group \['user'\] has one attribute: write unique: true at "user" instead/],
  ['an attribute twice', [['user', 'tool', 'user']], /names "user" twice: name it once/],
  ['an attribute twice, once by its elements', [['days', 'days[]']], /names "days" twice/],
  [
    'an object',
    [['user', 'address']],
    /cannot compare "address": what is unique is a String, Number, Boolean or Date, not object/,
  ],
  ['bytes', [['user', 'bytes']], /cannot compare "bytes".*not binary/],
  ['elements that are objects', [['objects[]']], /cannot compare "objects\[\]".*not object/],
  ['elements of any type', [['free[]']], /cannot compare "free\[\]".*not any/],
  [
    'an array as a whole',
    [['user', 'days']],
    /cannot compare "days" as a whole: write 'days\[\]', by which no two items share an element/,
  ],
  [
    'elements of what has none',
    [['user[]', 'tool']],
    /compares the elements of "user", which is a string and has none: write 'user'/,
  ],
  [
    'elements of two attributes',
    [['days[]', 'nights[]']],
    /compares the elements of several attributes.*leave \[\] at one/,
  ],
  [
    'elements without a bound',
    [['endless[]']],
    /compares the elements of "endless", each of which takes an action of a transaction of 100: add a maxItems/,
  ],
  ['what get shows otherwise', [['user', 'shown']], /names "shown", which has "get"/],
  [
    'constants alone',
    [['open', 'state']],
    /has one default for each of its attributes, which only one item could have/,
  ],
  [
    'one group twice',
    [
      ['user', 'tool'],
      ['tool', 'user'],
    ],
    /unique has the group \['tool', 'user'\] twice: remove one/,
  ],
  [
    'what is unique by less',
    [['user', 'code']],
    /unique group \['code', 'user'\] says nothing more, as \['code'\] is unique already: remove one of the two/,
  ],
  [
    'what is unique by its elements',
    [['days[]'], ['days[]', 'tool']],
    /says nothing more, as \['days\[\]'\] is unique already/,
  ],
])('%s is refused', (_what, unique, message) => {
  expect(() => load(unique)).toThrow(message);
});

test('all that one item can take fits into one transaction, with an idempotency key', () => {
  // The item, the key, the reference, the code, 96 elements: 100.
  expect(() => load([['many[]']])).not.toThrow();
  expect(() => load([['many[]'], ['user', 'tool']])).toThrow(
    'src/resources/things.ts: an item of things can take 101 actions of a transaction, which holds 100: 5 for the item, an idempotency key, references, unique values and transactional indexes, and one for each unique element. Lower maxItems by 1',
  );
});

test('every mistake is told at once', () => {
  expect(() => load([['user'], ['tol', 'user']])).toThrow(/write unique: true at "user"[^]*Did you mean "tool"/);
});

test('groups are those that the file lists, and the attributes that are unique by themselves', () => {
  const resource = load([['tool', 'days[]']]);
  expect(uniqueGroups(resource)).toEqual([
    { parts: ['code'], attributes: ['code'], each: undefined },
    { parts: ['days[]', 'tool'], attributes: ['days', 'tool'], each: 'days' },
  ]);
  expect(['code', 'days', 'tool', 'user'].filter((name) => isInUniqueGroup(resource, name))).toEqual([
    'code',
    'days',
    'tool',
  ]);
});

test('an attribute that the schema lacks is a compile error', () => {
  const define = (): unknown =>
    defineResource({
      name: 'pairs',
      description: 'Pairs.',
      schema: { user: String, days: { type: Array, schema: [String], maxItems: 3 } },
      // @ts-expect-error -- no such attribute
      unique: [['user', 'day[]']],
    });
  expect(define).toThrow(/Did you mean "days"/);
});
