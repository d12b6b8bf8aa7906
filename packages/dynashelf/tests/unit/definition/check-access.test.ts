// What of access rules is found when a resource file is loaded, each mistake with its remedy.

import { defineResource, type Resource } from '../../../src/definition/resource';

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
    `access to "read" has a rule that is none: write 'public', 'authenticated', { role: … }, { owner: … } or a function of the caller`,
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
    'two rules of single items',
    { read: [{ owner: 'owner' }, () => true] },
    {},
    {},
    'access to "read" has several rules that speak of single items',
  ],
  [
    'a rule of an attribute that is none',
    {},
    { secret: { type: String, readableBy: { owner: 'owner' } } },
    {},
    `attribute "secret" has a rule under readableBy that is none: write 'public', 'authenticated', 'nobody', { role: … } or a function of the caller`,
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
