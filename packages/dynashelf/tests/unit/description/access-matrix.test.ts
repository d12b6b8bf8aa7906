// The table of who may do what says what the rules grant: any rules, to any kind of caller, with any item.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { attributeGrant, grantOf } from '../../../src/authorization/grant';
import { includes, type AccessRule } from '../../../src/definition/access';
import type { Resource } from '../../../src/definition/resource';
import { defineResource, listResources } from '../../../src/definition/define-resource';
import { accessMatrix, matrixText, type Cell } from '../../../src/description/access-matrix';
import type { AttributeRules } from '../../../src/values/attribute';
import type { Caller } from '../../../src/values/caller';
import { APP, ENGINE } from '../../setup/places';

const OWNERS = ['renter', 'lender'];

function bookings(read: unknown, seen: unknown = 'public'): Resource {
  return defineResource({
    name: 'bookings',
    description: 'Bookings.',
    schema: {
      renter: { type: String, maxLength: 50 },
      lender: { type: String, maxLength: 50 },
      note: { type: String, readableBy: seen },
      plain: { type: String },
    },
    access: { read, patch: { owner: OWNERS } },
    actions: (action: (one: object) => object) => ({
      pay: action({ description: 'Pays.', body: {}, run: async () => ({}) }),
    }),
  } as unknown as Parameters<typeof defineResource>[0]);
}

const { rule } = fc.letrec<{ rule: AccessRule }>((tie) => ({
  rule: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<AccessRule>(
      'public',
      'authenticated',
      { role: 'a' },
      { role: ['a', 'b'] },
      { owner: 'renter' },
      { owner: OWNERS },
    ),
    fc.record({ any: fc.array(tie('rule'), { minLength: 1, maxLength: 3 }) }),
    fc.record({
      all: fc.array(fc.oneof(tie('rule'), fc.array(tie('rule'), { minLength: 1, maxLength: 2 })), {
        minLength: 1,
        maxLength: 3,
      }),
    }),
  ),
}));

/** Whether a cell is of an item whose attributes these hold the caller's subject. */
const isOf = (cell: Cell, owned: readonly string[]): boolean =>
  cell === 'yes' || cell.split(' or ').some((one) => one.split(' and ').every((name) => owned.includes(name)));

const CALLERS: readonly [column: string, caller: Caller][] = [
  ['everyone', { kind: 'anonymous', subject: '', roles: [], claims: {} }],
  ['owner', { kind: 'token', subject: 'me', roles: [], claims: {} }],
  ['a', { kind: 'token', subject: 'me', roles: ['a'], claims: {} }],
  ['b', { kind: 'token', subject: 'me', roles: ['b'], claims: {} }],
];

test('any rules grant what the table says, with items that are the caller’s by any attributes', () => {
  fc.assert(
    fc.property(fc.array(rule, { maxLength: 3 }), fc.subarray(OWNERS), (rules, owned) => {
      const resource = bookings(rules);
      const { callers, resources } = accessMatrix(listResources(resource));
      const cells = resources['bookings']!.operations['read']!;
      const item = Object.fromEntries(OWNERS.map((name) => [name, owned.includes(name) ? 'me' : 'another']));
      for (const [column, caller] of CALLERS) {
        const isGranted = includes(grantOf(resource, 'read', caller), item);
        const said = callers.includes(column) ? cells[column]! : '-';
        const asOwner = column === 'everyone' ? '-' : cells['owner']!;
        expect([column, isOf(said, owned) || isOf(asOwner, owned)]).toEqual([column, isGranted]);
        if (owned.length === 0 && column === 'owner') {
          expect(isOf(cells['signed in']!, [])).toBe(isGranted);
        }
      }
    }),
  );
});

test.each<[AttributeRules]>([
  ['owner'],
  [['owner', { role: 'a' }]],
  ['nobody'],
  [{ owner: 'lender' }],
  ['authenticated'],
])('an attribute that %j read is shown as the table says', (seen) => {
  const resource = bookings('public', seen);
  const row = accessMatrix(listResources(resource)).resources['bookings']!.attributes['note read']!;
  for (const owned of [[], ['renter'], ['lender']]) {
    const item = Object.fromEntries(OWNERS.map((name) => [name, owned.includes(name as never) ? 'me' : 'another']));
    for (const [column, caller] of CALLERS.filter(([name]) => Object.hasOwn(row, name))) {
      expect([column, isOf(row[column]!, owned) || (column !== 'everyone' && isOf(row['owner']!, owned))]).toEqual([
        column,
        includes(attributeGrant(resource, seen, caller), item),
      ]);
    }
  }
});

test('the table has every operation, action and guarded attribute, what functions say, and what its words mean', () => {
  const matrix = accessMatrix(
    listResources(
      bookings(['authenticated', () => true, { all: [{ owner: 'renter' }, () => ({ plain: 'x' })] }], { role: 'a' }),
    ),
  );
  expect(matrixText(matrix).split('\n')).toEqual([
    'bookings     everyone  signed in  owner             a',
    '  list       -         -          -                 -',
    '  read       rule      yes        yes               yes',
    '  create     -         -          -                 -',
    '  replace    -         -          -                 -',
    '  patch      -         -          renter or lender  -',
    '  delete     -         -          -                 -',
    '  pay        -         -          -                 -',
    '  note read  -         -          -                 yes',
    '',
    'yes: with every item. The name of an attribute: with those in which it holds the caller’s subject.',
    'rule: as a function of the resource file says. -: with none.',
  ]);
  expect(JSON.parse(JSON.stringify(matrix))).toEqual(matrix);
});

test('the table has the actions of the collection, and those that only read', () => {
  const tools = defineResource({
    name: 'tools',
    description: 'Tools.',
    schema: { name: String },
    access: { quote: 'public', price: { role: 'clerk' } },
    actions: (action) => ({
      price: action({
        description: 'Prices.',
        safe: true,
        response: { price: Number },
        run: async () => ({ price: 1 }),
      }),
    }),
    collectionActions: (action) => ({
      quote: action({ description: 'Quotes.', response: { price: Number }, run: async () => ({ price: 1 }) }),
      order: action({ description: 'Orders.', response: { price: Number }, run: async () => ({ price: 1 }) }),
    }),
  });
  const { operations } = accessMatrix(listResources(tools)).resources['tools']!;
  expect([operations['quote']!['everyone'], operations['price']!['clerk'], operations['price']!['everyone']]).toEqual([
    'yes',
    'yes',
    '-',
  ]);
  expect(new Set(Object.values(operations['order']!))).toEqual(new Set(['-']));
});

test('a role that is called as a kind of caller is told from it', () => {
  const { callers, resources } = accessMatrix(listResources(bookings({ role: ['owner', 'a'] })));
  expect(callers).toEqual(['everyone', 'signed in', 'owner', 'a', 'role owner']);
  expect(resources['bookings']!.operations['read']).toMatchObject({ owner: '-', a: 'yes', 'role owner': 'yes' });
});

test('an app without the sample begins with the table of its resource', () => {
  const source = readFileSync(join(ENGINE, 'src/local/new-resource.txt'), 'utf8').replace(
    /\{(name|constant)\}/g,
    'things',
  );
  const access = /access: (\{[^]*?\n  \}),/.exec(source)![1]!;
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the text that every app begins with
  const rules = new Function(`return ${access}`)() as object;
  const things = defineResource({
    name: 'things',
    description: 'x',
    schema: { name: { type: String } },
    access: rules,
  });
  const written = readFileSync(join(APP, 'packages/create-dynashelf/write-app.mjs'), 'utf8');
  for (const line of matrixText(accessMatrix(listResources(things))).split('\n')) {
    expect(written).toContain(`"${line}",`);
  }
});
