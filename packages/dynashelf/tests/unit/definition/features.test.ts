// Which parts of the engine the files of an app ask for.

import { checkLacks, unusedFeatures, type Feature } from '../../../src/definition/features';
import { defineResource } from '../../../src/definition/define-resource';

const BY_RESOURCES: readonly Feature[] = [
  'actions',
  'safeActions',
  'onWrite',
  'states',
  'trees',
  'changes',
  'transactionalIndexes',
];

function notes(keywords: object = {}, schema: object = {}): ReturnType<typeof defineResource> {
  return defineResource({
    name: 'notes',
    description: 'Notes.',
    schema: { kind: { type: String, enum: ['open', 'done'], default: 'open' }, ...schema },
    ...keywords,
  });
}

const act = { description: 'Acts.', run: (input: { item: unknown }) => Promise.resolve(input.item) };

test.each<[string, object, object, Feature[]]>([
  ['nothing', {}, {}, []],
  ['an action', { actions: () => ({ act }) }, {}, ['actions']],
  ['an action of the collection', { collectionActions: () => ({ act: { ...act, response: {} } }) }, {}, ['actions']],
  ['an action that only reads', { actions: () => ({ act: { ...act, safe: true } }) }, {}, ['actions', 'safeActions']],
  ['onWrite', { onWrite: () => Promise.resolve() }, {}, ['onWrite']],
  ['states', { states: { attribute: 'kind', from: { open: ['done'] } } }, {}, ['states']],
  ['a tree', {}, { parent: { type: String, references: 'notes', acyclic: true } }, ['trees']],
  ['changes', { changes: true }, {}, ['changes']],
  ['an index', { indexes: { byKind: { partition: 'kind' } } }, {}, []],
  [
    'an index by which actions list',
    { indexes: { byKind: { partition: 'kind', transactional: true } } },
    {},
    ['transactionalIndexes'],
  ],
])('a resource file with %s', (_what, keywords, schema, used) => {
  const resource = notes(keywords, schema);
  const unused = unusedFeatures({ resources: [notes(), resource], functions: [], names: [] });
  expect(unused.filter((feature) => BY_RESOURCES.includes(feature))).toEqual(
    BY_RESOURCES.filter((feature) => !used.includes(feature)),
  );

  const all = Object.fromEntries(BY_RESOURCES.map((feature) => [feature, true]));
  expect(checkLacks(resource, all)).toEqual(
    used.length === 0 ? [] : [expect.stringContaining(`made without (${used.join(', ')})`)],
  );
  expect(checkLacks(resource, { ...all, ...Object.fromEntries(used.map((feature) => [feature, undefined])) })).toEqual(
    [],
  );
});

test.each([
  ['messages', { message: 'book-lent' }],
  ['functionRoutes', { route: { method: 'GET', path: '/x' } }],
])('%s are used where a function has such', (feature, declaration) => {
  expect(unusedFeatures({ resources: [], functions: [], names: [] })).toContain(feature);
  const functions = [{ schedule: 'rate(1 day)' }, declaration] as never;
  expect(unusedFeatures({ resources: [], functions, names: [] })).not.toContain(feature);
});

test('where nothing was bundled, nothing is lacking', () => {
  expect(globalThis.bundleLacks).toBeUndefined();
  expect(checkLacks(notes({ actions: () => ({ act }) }))).toEqual([]);
});
