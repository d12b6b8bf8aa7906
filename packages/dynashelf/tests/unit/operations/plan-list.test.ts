// The plan of a list as a value.

import { defineResource } from '../../../src/definition/define-resource';
import { gatherFaults } from '../../../src/problem';
import { planPage, type Wanted } from '../../../src/operations/plan-list';
import { EVERYTHING } from '../../../src/definition/access';
import { NEWEST_FIRST } from '../../../src/store/query/planner';

const things = defineResource({
  name: 'things',
  description: 'Things.',
  schema: { author: { type: String, maxLength: 100 }, title: { type: String, maxLength: 100 } },
  indexes: { byAuthor: { partition: 'author', sort: 'title' } },
});

const wanted: Wanted = {
  seen: things,
  filters: [{ path: ['author'], operator: 'eq', values: ['Ada'] }],
  order: NEWEST_FIRST,
  scopes: [],
  limit: 25,
  cursor: undefined,
  cursorKeys: ['a secret'],
  segments: ['things'],
  caller: 'ada',
  permission: EVERYTHING,
  faults: gatherFaults(),
};

test('a plan is printed whole, and without the key of the cursors', () => {
  const plan = planPage(things, { ...wanted, order: { attributes: ['title'], descending: false } });
  const text = JSON.stringify(plan);
  expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(structuredClone(plan))));
  expect(JSON.parse(text)).toMatchObject({
    page: {
      plan: { kind: 'query', index: { name: 'byAuthor' }, range: {}, filters: [], descending: false },
      limit: 25,
    },
    readsOthers: false,
  });
  expect(text).not.toContain('a secret');
});

test('making a plan changes nothing of what is asked for, and the same is planned alike', () => {
  const before = structuredClone({ ...wanted, seen: undefined, permission: undefined, faults: undefined });
  expect(planPage(things, wanted)).toEqual(planPage(things, wanted));
  expect({ ...wanted, seen: undefined, permission: undefined, faults: undefined }).toEqual(before);
  expect(wanted.faults.count).toBe(0);
});

test('a list by the values of a grant reads others, one of an owner by its index does not', () => {
  const conditions = { author: 'Ada' };
  const readsOthers = (permission: Wanted['permission']): boolean =>
    planPage(things, { ...wanted, permission }).readsOthers;
  expect(readsOthers({ ...EVERYTHING, grant: [{ conditions }] })).toBe(true);
  expect(readsOthers({ ...EVERYTHING, grant: [{ conditions, owned: 'author' }] })).toBe(false);
});
