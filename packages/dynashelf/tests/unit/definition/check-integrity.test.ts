// The mistakes in what a file says of unique values, references, computed attributes, counts, rules and actions.

import type { Resource } from '../../../src/definition/resource';
import { defineResource, listResources } from '../../../src/definition/define-resource';
import { resources } from '../../library/src/resources/index';

/** Loads a file as someone would write it who has no TypeScript. */
function load(definition: object): Resource {
  return defineResource({
    name: 'things',
    description: 'Things.',
    schema: { title: { type: String, maxLength: 100 } },
    ...definition,
  });
}

const action = (definition: object) => (): object => ({
  act: { description: 'Acts.', body: {}, run: () => Promise.resolve({}), ...definition },
});
const indexes = { byX: { partition: 'x' } };

test.each<[string, object, RegExp]>([
  [
    'unique of an object',
    { schema: { x: { type: Object, schema: { a: String }, unique: true } } },
    /attribute "x" has "unique", which goes with string, number and not with object/,
  ],
  [
    'unique of a Boolean',
    { schema: { x: { type: Boolean, unique: true } } },
    /"unique", which goes with string, number and not with boolean/,
  ],
  [
    'unique inside an object',
    { schema: { x: { type: Object, schema: { a: { type: String, unique: true } } } } },
    /attribute "x" has unique or references inside, where they cannot be kept: put them on an attribute of the item itself/,
  ],
  [
    'unique of elements',
    { schema: { x: { type: Array, schema: [{ type: String, unique: true }] } } },
    /attribute "x" has unique or references inside/,
  ],
  [
    'unique deep inside',
    { schema: { x: { type: Array, schema: [{ type: Object, schema: { a: { type: String, unique: true } } }] } } },
    /has unique or references inside/,
  ],
  [
    'unique beside get',
    { schema: { x: { type: String, unique: true, get: String } } },
    /attribute "x" has "get" beside unique.*remove one of the two/,
  ],
  [
    'unique with one default',
    { schema: { x: { type: String, unique: true, default: 'a' } } },
    /attribute "x" is unique and has one default, which only one item could have: remove it/,
  ],

  [
    'onDelete without references',
    { schema: { x: { type: String, onDelete: 'restrict' } } },
    /attribute "x" has onDelete without references: add the collection/,
  ],
  [
    'an unknown onDelete',
    { schema: { x: { type: String, references: 'things', onDelete: 'ignore' } }, indexes },
    /unknown onDelete "ignore": write 'restrict', 'cascade' or 'setNull'/,
  ],
  [
    'setNull of what is required',
    { schema: { x: { type: String, references: 'things', required: true, onDelete: 'setNull' } }, indexes },
    /attribute "x" is required and cannot be set to null: remove required/,
  ],
  [
    'cascade without an index',
    { schema: { x: { type: String, references: 'things', onDelete: 'cascade' } } },
    /attribute "x" has onDelete: 'cascade'.*add an index \{ partition: 'x' \} without sort/,
  ],
  [
    'two references to one collection with different onDelete',
    {
      schema: {
        x: { type: String, references: 'things', onDelete: 'cascade' },
        y: { type: String, references: 'things' },
      },
      indexes,
    },
    /attributes "x" and "y" both reference things and have different onDelete/,
  ],

  [
    'counts that requests set',
    { schema: { n: { type: Number, default: 0, counts: { collection: 'things', attribute: 'x' } } } },
    /attribute "n" counts items of another collection.*add readOnly: true, default: 0/,
  ],
  [
    'counts without a default',
    { schema: { n: { type: Number, readOnly: true, counts: { collection: 'things', attribute: 'x' } } } },
    /add readOnly: true, default: 0/,
  ],
  [
    'acyclic without references',
    { schema: { x: { type: String, acyclic: true } } },
    /attribute "x" is acyclic, and references nothing: only references to items of the same collection make a tree, so write references: 'things'/,
  ],
  [
    'acyclic references to others',
    { schema: { x: { type: String, references: 'parts', acyclic: true } } },
    /attribute "x" is acyclic, and references parts: only references to items of the same collection/,
  ],
  [
    'acyclic that is no truth',
    { schema: { x: { type: String, references: 'things', acyclic: 'yes' } } },
    /attribute "x" has an acyclic that is neither true nor false/,
  ],
  [
    'acyclic inside an object',
    { schema: { x: { type: Object, schema: { a: { type: String, acyclic: true } } } } },
    /attribute "x" has acyclic inside, where references cannot be kept true/,
  ],
  [
    'acyclic of a number',
    { schema: { x: { type: Number, acyclic: true } } },
    /attribute "x" has "acyclic", which goes with string and not with number/,
  ],
  [
    'sums that requests set',
    { schema: { n: { type: Number, default: 0, sums: { collection: 'things', attribute: 'x', of: 'n' } } } },
    /attribute "n" sums items of another collection.*add readOnly: true, default: 0/,
  ],
  [
    'sums of nothing',
    { schema: { n: { type: Number, readOnly: true, default: 0, sums: { collection: 'things', attribute: 'x' } } } },
    /attribute "n" does not say what it sums: write sums: \{ collection: …, attribute: …, of: 'a Number of that collection' \}/,
  ],
  [
    'counts and sums in one',
    {
      schema: {
        n: {
          type: Number,
          readOnly: true,
          default: 0,
          counts: { collection: 'things', attribute: 'x' },
          sums: { collection: 'things', attribute: 'x', of: 'y' },
        },
      },
    },
    /attribute "n" counts and sums items, which are two numbers: declare an attribute for each/,
  ],
  [
    'counts inside an object',
    {
      schema: {
        x: { type: Object, schema: { n: { type: Number, counts: { collection: 'things', attribute: 'x' } } } },
      },
    },
    /attribute "x" has counts or sums inside, where they cannot be kept/,
  ],
  [
    'counts of text',
    { schema: { n: { type: String, readOnly: true, counts: { collection: 'things', attribute: 'x' } } } },
    /"counts", which goes with number and not with string/,
  ],
  [
    'counts that are computed',
    {
      schema: { n: { type: Number, readOnly: true, default: 0, counts: { collection: 'things', attribute: 'x' } } },
      computed: { n: () => 1 },
    },
    /attribute "n" is computed and counts or sums items too: remove one of the two/,
  ],

  [
    'an unknown computed attribute',
    { computed: { titel: () => 'x' } },
    /computed names the attribute "titel", which the schema does not declare\. Did you mean "title"\?/,
  ],
  [
    'a computed attribute that requests set',
    { computed: { title: () => 'x' } },
    /attribute "title" is computed, so no request can set it: add readOnly: true/,
  ],
  [
    'a computed attribute with a forced default',
    { schema: { x: { type: String, default: 'a', forceDefault: true } }, computed: { x: () => 'x' } },
    /attribute "x" is computed.*and no forceDefault/,
  ],

  ['a rule without a test', { rules: [{ detail: 'Must be.' }] }, /rule 1 is not complete: write \{ holds/],
  [
    'a rule without a sentence',
    { rules: [{ holds: () => true, detail: 'x' }, { holds: () => true }] },
    /rule 2 is not complete/,
  ],
  [
    'a rule of an unknown attribute',
    { rules: [{ holds: () => true, detail: 'x', attribute: 'titel' }] },
    /rule 1 names the attribute "titel".*Did you mean "title"\?/,
  ],

  [
    'an action with a name that is no path segment',
    { actions: () => ({ 'do it': { description: 'Acts.', body: {}, run: () => Promise.resolve({}) } }) },
    /action "do it" cannot be a path segment/,
  ],
  [
    'an action without a description',
    { actions: action({ description: undefined }) },
    /action "act" is not complete: write action\(/,
  ],
  ['an action that does nothing', { actions: action({ run: undefined }) }, /action "act" is not complete/],
  [
    'an action with a mistyped word in its body',
    { actions: action({ body: { days: { type: Number, minimun: 1 } } }) },
    /attribute "act\.days" has an unknown keyword "minimun"\. Did you mean "minimum"\?/,
  ],
  [
    'an action with a word of another type in its body',
    { actions: action({ body: { days: { type: Number, maxLength: 1 } } }) },
    /attribute "act\.days" has "maxLength"/,
  ],
  [
    'an action whose body has an attribute without a type',
    { actions: action({ body: { days: {} } }) },
    /attribute "days" has no known type/,
  ],
  [
    'an action whose body is unique',
    { actions: action({ body: { x: { type: String, unique: true } } }) },
    /action "act" has "unique" at "x" of its body, which is no item and is not stored: remove it/,
  ],
  [
    'an action whose body is read-only',
    { actions: action({ body: { x: { type: String, readOnly: true } } }) },
    /action "act" has "readOnly" at "x" of its body/,
  ],
])('%s is refused with the file and the remedy', (_mistake, definition, message) => {
  expect(() => load(definition)).toThrow(message);
  expect(() => load(definition)).toThrow(/^src\/resources\/things\.ts: /);
});

test('counts by an attribute that does not refer back is refused, with both files', () => {
  const counting = (attribute: string): Resource =>
    load({ schema: { n: { type: Number, readOnly: true, default: 0, counts: { collection: 'parts', attribute } } } });
  const parts = defineResource({
    name: 'parts',
    description: 'Parts.',
    schema: { thing: { type: String, references: 'things' }, other: String },
  });
  expect(() => listResources(counting('thing'), parts)).not.toThrow();
  for (const attribute of ['other', 'absent']) {
    expect(() => listResources(counting(attribute), parts)).toThrow(
      `src/resources/things.ts: attribute "n" counts items of "parts" by "${attribute}", which is no attribute that references things`,
    );
  }
  expect(() => listResources(counting('thing'))).toThrow('counts items of "parts"');
});

test.each<[string, object, RegExp]>([
  [
    'by an attribute that does not refer back',
    { attribute: 'other', of: 'weight' },
    /attribute "n" sums items of "parts" by "other"/,
  ],
  [
    'of an unknown attribute',
    { of: 'wieght' },
    /sums "wieght" of parts, which does not declare it: correct the name. Did you mean "weight"\?/,
  ],
  ['of a text', { of: 'other' }, /sums "other" of parts, which is no Number/],
  ['of what get changes', { of: 'shown' }, /sums "shown" of parts, which has "get"/],
  ['of a count', { of: 'count' }, /sums "count" of parts, which changes with items of further collections/],
  ['of what is computed of a count', { of: 'double' }, /sums "double" of parts, which changes with items of further/],
  [
    'of fractions, as an integer',
    { of: 'weight', integer: true },
    /sums "weight" of parts, which may have a fraction, and is an integer/,
  ],
])('sums %s are refused, with the file and the remedy', (_, { integer, ...sums }: { integer?: boolean }, message) => {
  const kept = { type: Number, readOnly: true, default: 0 };
  const declared = {
    ...kept,
    ...(integer && { integer }),
    sums: { collection: 'parts', attribute: 'thing', ...sums },
  };
  const parts = defineResource({
    name: 'parts',
    description: 'Parts.',
    schema: {
      thing: { type: String, references: 'things' },
      part: { type: String, references: 'parts' },
      other: { type: String, references: 'parts' },
      weight: Number,
      shown: { type: Number, get: (value: number) => value },
      count: { ...kept, counts: { collection: 'parts', attribute: 'part' } },
      double: { type: Number, readOnly: true },
    },
    computed: { double: ({ count }: { count: number }) => count * 2 },
  });
  const listed = (): unknown => listResources(load({ schema: { n: declared } }), parts);
  expect(listed).toThrow(message);
  expect(listed).toThrow(/^src\/resources\/things\.ts: attribute "n"/);
});

test('the samples hold', () => {
  expect([...resources.values()].flatMap(({ actions }) => Object.keys(actions))).toEqual(['checkout', 'return']);
});
