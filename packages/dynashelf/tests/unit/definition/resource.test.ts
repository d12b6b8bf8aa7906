// The mistakes of a resource file: each fails at load, naming the file, the attribute and the remedy.

import type { SchemaDefinition } from '../../../src/values/attribute';
import type { Resource } from '../../../src/definition/resource';
import { defineResource, listResources } from '../../../src/definition/define-resource';
import { everything } from '../../setup/everything';

/** Loads a file as someone would write it who has no TypeScript. */
function load(definition: object): Resource {
  return defineResource({ name: 'things', description: 'Things.', schema: { title: String }, ...definition });
}

function loadAttribute(attribute: unknown): Resource {
  return load({ schema: { x: attribute as SchemaDefinition[string] } });
}

const mistakes: [circumstances: string, definition: object, message: RegExp][] = [
  [
    'the name has a capital',
    { name: 'Things' },
    /^src\/resources\/Things\.ts: the name "Things" cannot be a path segment: use lower case/,
  ],
  ['the name is a path of the system', { name: 'docs' }, /the name "docs" is reserved.*choose another/],
  ['the description is missing', { description: undefined }, /there is no description: say/],
  ['the schema is missing', { schema: undefined }, /there is no schema: say/],
  ['the schema is empty', { schema: {} }, /declares 0 attributes: declare 1 to 200/],
  [
    'the schema is too long',
    { schema: Object.fromEntries(Array.from({ length: 201 }, (_, index) => [`a${index}`, String])) },
    /declares 201 attributes.*put more into an Object/,
  ],
  [
    'a word of the file is mistyped',
    { indices: {} },
    /"indices" is not a keyword of a resource file\. Did you mean "indexes"\?/,
  ],
  [
    'preconditions has another value',
    { preconditions: 'always' },
    /preconditions is "always": write 'optional' or 'required'/,
  ],
  [
    'changes has a keyword that is none',
    { changes: { day: 7 } },
    /changes has the unknown keyword "day"\. Did you mean "days"\?/,
  ],
  [
    'changes are kept for no day',
    { changes: { days: 0 } },
    /changes has 0 for days: write a whole number from 1 to 3650/,
  ],
  [
    'changes are spread over too many partitions',
    { changes: { partitions: 17 } },
    /changes has 17 for partitions: write a whole number from 1 to 16/,
  ],
  ['changes are false', { changes: false }, /changes is false: leave it out/],
  ['changes are a number', { changes: 30 }, /changes is 30: write true, or \{ days: 30, partitions: 1 \}/],
  ['maxAge is a fraction', { maxAge: 1.5 }, /maxAge is 1.5: write a whole number of seconds/],
  [
    "an attribute is the system's",
    { schema: { version: Number } },
    /attribute "version" has a reserved name \(the system keeps it.*choose another/,
  ],
  [
    "an attribute is the table's",
    { schema: { gsi1pk: String } },
    /attribute "gsi1pk" has a reserved name \(the table uses it\)/,
  ],
  ['an attribute is a list parameter', { schema: { sort: String } }, /attribute "sort" has a reserved name \(\?sort=/],
  ['an attribute has a dot in its name', { schema: { 'a.b': String } }, /cannot be served: use letters/],
  [
    'an attribute is named as what every object has',
    { schema: { toString: String } },
    /attribute "toString" has a name that cannot be served/,
  ],
  [
    'an index names an unknown attribute',
    { indexes: { byTitle: { sort: 'titel' } } },
    /index "byTitle" names the attribute "titel".*Did you mean "title"\?/,
  ],
  [
    'an index is transactional without a partition',
    { indexes: { byTitle: { sort: 'title', transactional: true } } },
    /index "byTitle" is transactional and has no partition, so that all writes of the collection would be one after the other: add a partition/,
  ],
  [
    'an index is transactional in a word',
    { indexes: { byTitle: { partition: 'title', transactional: 'yes' } } },
    /index "byTitle" has transactional: "yes": write true or false/,
  ],
  [
    'two indexes are transactional with one partition',
    {
      indexes: {
        a: { partition: 'title', transactional: true },
        b: { partition: 'title', sort: 'title', transactional: true },
      },
    },
    /indexes "a" and "b" are both transactional with the partition "title".*remove transactional from one/,
  ],
  ['an index names nothing', { indexes: { none: {} } }, /index "none" names no attribute: add partition, sort or both/],
  [
    'an index has an unknown keyword',
    { schema: { a: Number }, indexes: { byA: { sort: 'a', unique: true } } },
    /index "byA" has an unknown keyword "unique"/,
  ],
  [
    'an index uses text of any length',
    { indexes: { byTitle: { sort: 'title' } } },
    /index "byTitle" cannot use the attribute "title".*add a maxLength of at most 895/,
  ],
  [
    'an index has a # in its name',
    { schema: { a: Number }, indexes: { 'by#a': { sort: 'a' } } },
    /index "by#a" has a name that keys cannot hold: use letters/,
  ],
  ['there are too many shards', { shards: 65 }, /shards is 65: write a whole number from 1 to 64/],
  ['shards is a fraction', { shards: 1.5 }, /shards is 1.5: write a whole number/],
  [
    'an index uses an object',
    { schema: { a: { type: Object, schema: 'any' } }, indexes: { byA: { partition: 'a' } } },
    /a key is a String, Number, Boolean or Date, not object/,
  ],
];

test.each(mistakes)('a file where %s fails, saying what to do', (_, definition, message) => {
  expect(() => load(definition)).toThrow(message);
});

const attributeMistakes: [circumstances: string, attribute: unknown, message: RegExp][] = [
  ['no type', {}, /attribute "x" has no known type: write String, Number/],
  ['nothing', undefined, /attribute "x" has no known type/],
  ['a type of Dynamoose that is not served', { type: { value: 'Constant' } }, /attribute "x" has no known type/],
  [
    'a Date stored in an unknown form',
    { type: { value: Date, settings: { storage: 'minutes' } } },
    /unknown form "minutes": use milliseconds, seconds, iso/,
  ],
  [
    'a mistyped word',
    { type: String, maxLenght: 3 },
    /attribute "x" has an unknown keyword "maxLenght"\. Did you mean "maxLength"\?/,
  ],
  ["a word that is its object's own", { type: String, toString: 1 }, /unknown keyword "toString"/],
  ['a hash key', { type: String, hashKey: true }, /"hashKey"\. the table's keys are the project's own: remove it/],
  [
    'a word of another type',
    { type: Number, maxLength: 3 },
    /"maxLength", which goes with string and not with number: remove it/,
  ],
  ['an unknown format', { type: String, format: 'mail' }, /unknown format "mail": use one of date, date-time/],
  ['a pattern that is none', { type: String, pattern: '(' }, /pattern that is no regular expression/],
  ['an empty enum', { type: String, enum: [] }, /enum that is empty/],
  ['an enum of another type', { type: String, enum: ['a', 1] }, /holds a value that is no string/],
  ['a default of another type', { type: String, default: 1 }, /default that is no string: correct it/],
  [
    'an array as the default of an object',
    { type: Object, schema: { a: String }, default: [] },
    /default that is no object/,
  ],
  [
    'an empty set as default',
    { type: Set, schema: [String], default: new Set() },
    /default that is empty, and DynamoDB has no empty set: remove it/,
  ],
  ['a default outside its enum', { type: String, enum: ['a'], default: 'b' }, /default that is not in its enum/],
  ['forceDefault alone', { type: String, forceDefault: true }, /forceDefault without a default: add the default/],
  [
    'required and readOnly together',
    { type: String, required: true, readOnly: true },
    /nobody could set it: add a default/,
  ],
  ['an Object without schema', Object, /attribute "x" is an Object without its attributes: add schema/],
  ['an Object with an empty schema', { type: Object, schema: {} }, /is an Object without its attributes/],
  ['an Array without schema', Array, /does not say what it holds: add schema: \[String\]/],
  ['an Array of two', { type: Array, schema: [String, Number] }, /does not say what it holds/],
  [
    'a schema in a String',
    { type: String, schema: { a: String } },
    /has a schema, which belongs to an Object, Array or Set only/,
  ],
  [
    'a Set of objects',
    { type: Set, schema: [{ type: Object, schema: { a: String } }] },
    /is a Set of something that DynamoDB cannot hold in one/,
  ],
  [
    'a Set whose elements are changed',
    { type: Set, schema: [{ type: String, set: String }] },
    /attribute "x\[\]" has "set", which means nothing for the elements of a Set: say it of "x"/,
  ],
  [
    'an Array whose elements are required',
    { type: Array, schema: [{ type: String, required: true }] },
    /attribute "x\[\]" has "required", which means nothing for the elements of an Array/,
  ],
  [
    'readOnly inside',
    { type: Object, schema: { a: { type: String, readOnly: true } } },
    /attribute "x.a" is inside another.*set it on "x"/,
  ],
  [
    'a mistake deep inside',
    { type: Array, schema: [{ type: Object, schema: { a: { type: Number, format: 'date' } } }] },
    /attribute "x\[\]\.a" has "format"/,
  ],
];

test.each(attributeMistakes)('an attribute with %s fails, saying what to do', (_, attribute, message) => {
  expect(() => loadAttribute(attribute)).toThrow(message);
});

test('every mistake of a file is reported at once', () => {
  expect(() => load({ name: 'A', maxAge: -1, schema: { id: String } })).toThrow(
    /path segment[^]*maxAge is -1[^]*"id" has a reserved name/,
  );
});

test('a resource has the defaults of what its file leaves out', () => {
  expect(load({})).toMatchObject({
    indexes: {},
    preconditions: 'optional',
    maxAge: undefined,
    changes: undefined,
  });
  expect([load({ changes: true }), load({ changes: { partitions: 8 } })]).toMatchObject([
    { changes: { days: 30, partitions: 1 } },
    { changes: { days: 30, partitions: 8 } },
  ]);
});

test('two resources of one name fail, saying which', () => {
  expect(() => listResources(everything, everything)).toThrow(
    'src/resources/index.ts: two resources have the name "everything": give one of them another',
  );
});

test('resources are listed by name', () => {
  expect([...listResources(everything).keys()]).toEqual(['everything']);
});

test('the paths of events are reserved where a resource declares changes, and nowhere else', () => {
  const named = (name: string, more: object): Resource =>
    defineResource({ name, description: 'Things.', schema: { title: String }, ...more });
  expect([...listResources(named('tickets', {}), named('changes', {})).keys()]).toEqual(['tickets', 'changes']);
  expect(() => listResources(named('tickets', {}), named('changes', {}), named('things', { changes: true }))).toThrow(
    'src/resources/changes.ts: the name "changes" is reserved, /changes being served where a resource declares changes: choose another\nsrc/resources/tickets.ts: the name "tickets"',
  );
});
