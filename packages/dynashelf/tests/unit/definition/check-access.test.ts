// What of access rules is found when a resource file is loaded, each mistake with its remedy.

import type { Caller } from '../../../src/values/caller';
import type { Resource } from '../../../src/definition/resource';
import { defineResource } from '../../../src/definition/define-resource';

function define(access: object, schema: object = {}, indexes: object = {}): Resource {
  return defineResource({
    name: 'things',
    description: 'For a test.',
    schema: {
      name: { type: String, maxLength: 50 },
      owner: { type: String, maxLength: 50 },
      count: { type: Number },
      ...schema,
    },
    indexes,
    access,
    actions: () => ({ lend: { description: 'Lends.', body: {}, run: async () => undefined } }),
  } as unknown as Parameters<typeof defineResource>[0]);
}

const BY_OWNER = { byOwner: { partition: 'owner' } };

test.each<[string, object]>([
  [
    'every kind of rule',
    {
      list: 'public',
      read: 'authenticated',
      create: { role: 'a' },
      replace: { role: ['a', 'b'] },
      patch: { owner: 'owner' },
      delete: () => true,
      lend: ['authenticated', { role: 'a' }],
    },
  ],
  ['an owner and roles', { list: [{ owner: 'owner' }, { role: 'a' }], read: [{ role: 'a' }, () => false] }],
  ['one of several owners', { list: { owner: ['owner', 'id'] }, read: { owner: ['owner', 'name'] } }],
  [
    'two rules of single items',
    { list: [{ owner: 'owner' }, () => ({ count: 1 })], create: [{ owner: 'owner' }, () => true] },
  ],
  [
    'any of rules, and all of them',
    {
      list: { any: [{ role: 'a' }, { all: [{ owner: ['owner', 'id'] }, [{ owner: 'owner' }, () => true]] }] },
      read: { all: ['authenticated', { any: [{ role: 'b' }, { owner: 'name' }] }] },
    },
  ],
  ['the owner id', { list: { owner: 'id' }, read: { owner: 'id' } }],
  ['nothing', {}],
])('%s is a rule', (_what, access) => {
  expect(() => define(access, {}, BY_OWNER)).not.toThrow();
});

test.each<[string, object, object, object, string]>([
  [
    'an operation that is none',
    { reads: 'public' },
    {},
    {},
    'access speaks of "reads", which is neither an operation nor an action: use list, read, create, replace, patch, delete, lend. Did you mean "read"?',
  ],
  [
    'a word that is no rule',
    { read: 'everyone' },
    {},
    {},
    `access to "read" has a rule that is none: write 'public', 'authenticated', { role: … }, { owner: … }, { any: […] }, { all: […] } or a function of the caller`,
  ],
  ['a role that is no text', { read: { role: 5 } }, {}, {}, 'access to "read" has a rule that is none'],
  ['an empty role', { read: { role: '' } }, {}, {}, 'access to "read" has a rule that is none'],
  ['no role in a list', { read: { role: [] } }, {}, {}, 'access to "read" has a rule that is none'],
  [
    'a rule with two words',
    { read: { role: 'a', owner: 'owner' } },
    {},
    {},
    'access to "read" has a rule that is none',
  ],
  [
    'an owner that is not declared',
    { read: { owner: 'ownr' } },
    {},
    {},
    'access to "read" names the owner "ownr", which the schema does not declare. Did you mean "owner"?',
  ],
  [
    'an owner that is no String',
    { read: { owner: 'count' } },
    {},
    {},
    "which does not hold a caller's subject as it is: make it a String without get, set and forceDefault",
  ],
  [
    'an owner that is changed',
    { read: { owner: 'owner' } },
    { owner: { type: String, set: (text: string) => text.toLowerCase() } },
    {},
    "does not hold a caller's subject as it is",
  ],
  [
    "an owner's list without index",
    { list: { owner: 'owner' } },
    {},
    { byOwner: { partition: 'owner', sort: 'name' } },
    'no index serves the lists of the owner "owner": add { partition: \'owner\' }, without sort, to indexes',
  ],
  [
    'owners of whom one is not declared',
    { read: { owner: ['owner', 'ownr'] } },
    {},
    {},
    'access to "read" names the owner "ownr", which the schema does not declare. Did you mean "owner"?',
  ],
  ['no owner in a list', { read: { owner: [] } }, {}, {}, 'access to "read" has a rule that is none'],
  ['no rule under all', { read: { all: [] } }, {}, {}, 'access to "read" has a rule that is none'],
  ['something else under all', { read: { all: 'public' } }, {}, {}, 'access to "read" has a rule that is none'],
  [
    'a mistake inside all',
    { read: { all: [{ any: ['public', 'everyone'] }] } },
    {},
    {},
    'access to "read" has a rule that is none',
  ],
  [
    'a rule of an attribute that is none',
    {},
    { secret: { type: String, readableBy: { owns: 'owner' } } },
    {},
    `attribute "secret" has a rule under readableBy that is none: write 'public', 'authenticated', 'nobody', 'owner', { role: … }, { owner: … } or a function of the caller`,
  ],
  [
    'an owner of an attribute that is not declared',
    {},
    { secret: { type: String, readableBy: ['nobody', { owner: ['ownr'] }] } },
    {},
    'attribute "secret" under readableBy names the owner "ownr", which the schema does not declare. Did you mean "owner"?',
  ],
  [
    'an owner of an attribute that is no String',
    {},
    { secret: { type: String, writableBy: { owner: 'count' } } },
    {},
    'attribute "secret" under writableBy names the owner "count", which does not hold a caller\'s subject as it is',
  ],
  [
    'a rule of an inner attribute',
    {},
    { address: { type: Object, schema: { street: { type: String, writableBy: 'nobody' } } } },
    {},
    'attribute "address.street" has "writableBy", which goes with attributes of the item itself',
  ],
  [
    'a rule of an element',
    {},
    { tags: { type: Array, schema: [{ type: String, readableBy: 'nobody' }] } },
    {},
    'attribute "tags[]" has "readableBy"',
  ],
])('%s is a mistake that names the remedy', (_what, access, schema, indexes, message) => {
  expect(() => define(access, schema, indexes)).toThrow(message);
});

test('an action with the name of an operation is a mistake', () => {
  expect(() =>
    defineResource({
      name: 'things',
      description: 'x',
      schema: { name: { type: String } },
      actions: (action) => ({ read: action({ description: 'Reads.', body: {}, run: async ({ item }) => item }) }),
    }),
  ).toThrow('action "read" has the name of an operation');
});

/** Each mistake that has a remedy of another form than a corrected name, and the file as the sentence says. */
test.each<[string, [object, object?, object?], RegExp, [object, object?, object?]]>([
  [
    'lists of two owners, of whom one has no index',
    [{ list: { owner: ['owner', 'name'] } }, {}, BY_OWNER],
    /no index serves the lists of the owner "name": add { partition: 'name' }, without sort, to indexes/,
    [{ list: { owner: ['owner', 'name'] } }, {}, { ...BY_OWNER, byName: { partition: 'name' } }],
  ],
  [
    'lists of an owner without an index, in one of several ways',
    [{ list: { all: [{ owner: ['owner', 'name'] }, [{ role: 'a' }, { owner: 'owner' }]] } }, {}, BY_OWNER],
    /no index serves the lists of the owner "name"/,
    [
      { list: { all: [{ owner: ['owner', 'name'] }, [{ role: 'a' }, { owner: 'owner' }]] } },
      {},
      { ...BY_OWNER, byName: { partition: 'name' } },
    ],
  ],
  [
    'more ways to own an item than a list can ask for',
    [{ read: { owner: Array.from({ length: 17 }, (_, index) => `o${index}`) } }, owners(17)],
    /comes to 17 ways to own an item, and at most 16 are served.*name fewer owners, or let one function of the caller say/,
    [{ read: ({ subject }: Caller) => ({ o1: subject }) }, owners(17)],
  ],
  [
    'so many ways that they are not even counted',
    [{ read: { all: Array.from({ length: 9 }, () => [() => true, { owner: ['o0', 'o1', 'o2', 'o3'] }]) } }, owners(4)],
    /ways to own an item, and at most 16 are served/,
    [{ read: { owner: ['o0', 'o1', 'o2', 'o3'] } }, owners(4)],
  ],
  [
    'several to make an item, of whom no body can say who',
    [{ create: { owner: ['owner', 'name'] } }, { name: { type: String, readOnly: true } }],
    /"name" is readOnly: name one owner under create, or remove readOnly/,
    [{ create: { owner: 'name' } }, { name: { type: String, readOnly: true } }],
  ],
  [
    'an attribute of the owner, where there is none',
    [{ read: 'public' }, { secret: { type: String, readableBy: 'owner' } }],
    /attribute "secret" is readableBy 'owner', and no rule of access names an owner: name the attribute that holds the owner's subject, such as { owner: 'id' }/,
    [{ read: 'public' }, { secret: { type: String, readableBy: { owner: 'id' } } }],
  ],
  [
    'the members of another item',
    [{ list: { member: { collection: 'teams', attribute: 'name', of: 'members' } } }],
    /would have to be read before every one of these: name the caller's groups in its token, and answer with them in a function, such as/,
    [{ list: ({ claims }: Caller) => (claims['teams'] as string[]).map((name) => ({ name })) }],
  ],
])('%s: the remedy that the sentence names is one', (_what, wrong, message, right) => {
  expect(() => define(...wrong)).toThrow(message);
  expect(() => define(...right)).not.toThrow();
});

function owners(count: number): object {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`o${index}`, { type: String, maxLength: 50 }]),
  );
}
