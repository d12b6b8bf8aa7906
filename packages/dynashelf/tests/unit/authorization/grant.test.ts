// What the rules of a resource file grant to a caller: each form of a rule, and what of it opens nothing.

import { accessOf } from '../../../src/authorization/permission';
import { ANONYMOUS, attributeGrant, grantOf, isPublic } from '../../../src/authorization/grant';
import { unauthenticated } from '../../../src/authorization/refusal';
import { EVERYTHING, type AccessFunction, type AccessRules } from '../../../src/definition/access';
import type { AttributeRules } from '../../../src/values/attribute';
import { defineResource } from '../../../src/definition/define-resource';
import type { Caller } from '../../../src/values/caller';

const ADA: Caller = { kind: 'token', subject: 'ada', roles: ['boss'], claims: {} };
const BEN: Caller = { kind: 'token', subject: 'ben', roles: [], claims: {} };
const OPEN: Caller = { kind: 'open', subject: '', roles: [], claims: {} };

/** A resource of which `list` has these rules, and nothing else has any. */
function papers(list: AccessRules) {
  return defineResource({
    name: 'papers',
    description: 'Papers.',
    schema: {
      title: { type: String },
      author: { type: String, maxLength: 100 },
      editor: { type: String, maxLength: 100 },
      year: { type: Number },
      printed: { type: Boolean },
      tags: { type: Array, schema: [String] },
      shouted: { type: String, get: (value: string) => value.toUpperCase() },
      trimmed: { type: String, set: (value: string) => value.trim() },
      fixed: { type: String, default: 'x', forceDefault: true },
      loose: { type: String, default: 'x' },
      votes: { type: Number, readOnly: true, default: 0, counts: { collection: 'votes', attribute: 'paper' } },
      label: { type: String, readOnly: true },
      secret: { type: String, readableBy: { role: 'boss' } },
      grade: { type: String, writableBy: { role: 'boss' } },
    },
    indexes: { byAuthor: { partition: 'author' }, byEditor: { partition: 'editor' } },
    computed: { label: () => 'x' },
    access: { list },
  } as unknown as Parameters<typeof defineResource>[0]);
}

const grant = (rules: AccessRules, caller: Caller) => grantOf(papers(rules), 'list', caller);

test.each<[string, AccessRules, Caller, unknown]>([
  ['public grants everything to someone without credentials', 'public', ANONYMOUS, 'all'],
  ['public grants everything to someone with them', 'public', BEN, 'all'],
  ['authenticated grants nothing without credentials', 'authenticated', ANONYMOUS, 'none'],
  ['authenticated grants everything with credentials', 'authenticated', BEN, 'all'],
  ['a role grants everything to who has it', { role: 'boss' }, ADA, 'all'],
  ['a role grants nothing to who has it not', { role: 'boss' }, BEN, 'none'],
  ['one of two roles is enough', { role: ['clerk', 'boss'] }, ADA, 'all'],
  ['a third role is not', { role: ['clerk', 'chief'] }, ADA, 'none'],
  [
    'an owner is granted the items of their own',
    { owner: 'author' },
    BEN,
    [{ conditions: { author: 'ben' }, owned: 'author' }],
  ],
  ['nobody owns anything', { owner: 'author' }, ANONYMOUS, 'none'],
  ['a function that says true grants everything', () => true, ANONYMOUS, 'all'],
  ['a function that says false grants nothing', () => false, ADA, 'none'],
  [
    'a function grants the items of its conditions',
    () => ({ year: 1851, printed: true }),
    ADA,
    [{ conditions: { year: 1851, printed: true } }],
  ],
  ['a condition can be on the id', ({ subject }) => ({ id: subject }), ADA, [{ conditions: { id: 'ada' } }]],
  ['a condition can be on an attribute with a default', () => ({ loose: 'y' }), ADA, [{ conditions: { loose: 'y' } }]],
  [
    'of several rules the first that grants something counts',
    [{ role: 'boss' }, { owner: 'author' }],
    BEN,
    [{ conditions: { author: 'ben' }, owned: 'author' }],
  ],
  [
    'a rule that grants everything counts before one that grants some',
    [{ owner: 'author' }, { role: 'boss' }],
    ADA,
    'all',
  ],
  [
    'of several owners each grants its own',
    { owner: ['author', 'editor'] },
    BEN,
    [
      { conditions: { author: 'ben' }, owned: 'author' },
      { conditions: { editor: 'ben' }, owned: 'editor' },
    ],
  ],
  [
    'a function can grant several sets of values',
    () => [{ year: 1851 }, { year: 1852 }, { year: 1851 }],
    BEN,
    [{ conditions: { year: 1851 } }, { conditions: { year: 1852 } }],
  ],
  ['a function that answers with no set of values grants nothing', () => [], BEN, 'none'],
  [
    'of a set of values without one the others are left',
    (() => [{ year: undefined }, { year: 1 }]) as unknown as AccessFunction,
    BEN,
    [{ conditions: { year: 1 } }],
  ],
  [
    'what another includes anyway is asked for once, by the index of an owner',
    { any: [() => ({ author: 'ben' }), { owner: 'author' }, () => ({ author: 'ben', year: 1 })] },
    BEN,
    [{ conditions: { author: 'ben' }, owned: 'author' }],
  ],
  [
    'all of rules grant what each does',
    { all: [{ role: 'boss' }, { owner: ['author', 'editor'] }, () => ({ year: 1 })] },
    ADA,
    [
      { conditions: { author: 'ada', year: 1 }, owned: 'author' },
      { conditions: { editor: 'ada', year: 1 }, owned: 'editor' },
    ],
  ],
  ['all of rules grant nothing where one does not', { all: ['public', { role: 'boss' }] }, BEN, 'none'],
  ['all of rules grant everything where each does', { all: ['public', { role: 'boss' }] }, ADA, 'all'],
  [
    'all of values that contradict each other grant nothing',
    { all: [() => ({ year: 1 }), () => ({ year: 2 })] },
    BEN,
    'none',
  ],
  [
    'inside all, one of an array is enough',
    { all: ['authenticated', [{ role: 'boss' }, { owner: 'author' }]] },
    BEN,
    [{ conditions: { author: 'ben' }, owned: 'author' }],
  ],
  ['several rules of which none holds grant nothing', [{ role: 'boss' }, { role: 'chief' }], BEN, 'none'],
])('%s', (_what, rules, caller, granted) => {
  expect(grant(rules, caller)).toEqual(granted);
});

test.each([undefined, null])('a condition whose value the token does not say, %p, grants nothing', (value) => {
  expect(grant((() => ({ year: 1851, author: value })) as unknown as AccessFunction, ADA)).toBe('none');
});

test.each<[string, unknown, string]>([
  ['a text', 'all', 'must answer with true, false, or'],
  ['null', null, 'must answer with true, false, or'],
  ['nothing', undefined, 'must answer with true, false, or'],
  ['no condition', {}, 'must answer with true, false, or'],
  ['an attribute that is not there', { nowhere: 'x' }, 'a condition on "nowhere"'],
  ['an array', { tags: 'x' }, 'a condition on "tags"'],
  ['an attribute with get', { shouted: 'x' }, 'a condition on "shouted"'],
  ['an attribute with set', { trimmed: 'x' }, 'a condition on "trimmed"'],
  ['a forced default', { fixed: 'x' }, 'a condition on "fixed"'],
  ['a counted attribute', { votes: 1 }, 'a condition on "votes"'],
  ['a computed attribute', { label: 'x' }, 'a condition on "label"'],
  ['a value of another type', { year: '1851' }, 'answers with a string for "year", which is a number'],
  ['an id that is no text', { id: 1 }, 'answers with a number for "id", which is a string'],
])('a function that answers with %s is a mistake of the file, which is named', (_what, answer, message) => {
  const rule = (() => answer) as unknown as AccessFunction;
  expect(() => grant(rule, ADA)).toThrow(message);
  expect(() => grant(rule, ADA)).toThrow('src/resources/papers.ts: the function under access for "list" ');
});

test('what is not declared is refused to everyone, but where the API is open', () => {
  expect(grantOf(papers('public'), 'read', ADA)).toBe('none');
  expect(grantOf(papers('public'), 'read', OPEN)).toBe('all');
  expect([isPublic(papers('public'), 'list'), isPublic(papers('authenticated'), 'list')]).toEqual([true, false]);
});

const own = { conditions: { author: 'ben' }, owned: 'author' };

test.each<[AttributeRules, Caller, unknown]>([
  ['public', ANONYMOUS, 'all'],
  ['authenticated', ANONYMOUS, 'none'],
  ['authenticated', BEN, 'all'],
  ['nobody', ADA, 'none'],
  ['nobody', OPEN, 'none'],
  [{ role: 'boss' }, OPEN, 'all'],
  [{ role: 'boss' }, BEN, 'none'],
  [['nobody', { role: 'boss' }], ADA, 'all'],
  [['nobody', { role: 'boss' }], BEN, 'none'],
  [({ subject }) => subject === 'ben', BEN, 'all'],
  [({ subject }) => subject === 'ben', ADA, 'none'],
  [(() => 'yes') as unknown as () => boolean, ADA, 'none'],
  ['owner', ANONYMOUS, 'none'],
  ['owner', OPEN, 'all'],
  ['owner', BEN, [own]],
  [['owner', { role: 'boss' }], ADA, 'all'],
  [{ owner: ['author', 'editor'] }, BEN, [own, { conditions: { editor: 'ben' }, owned: 'editor' }]],
])('the rules %j of an attribute show it to %j in: %j', (rules, caller, items) => {
  expect(attributeGrant(papers([{ owner: 'author' }, { role: 'boss' }]), rules, caller)).toEqual(items);
});

describe('the access of a caller', () => {
  test('hides and keeps the attributes of others, and shows what it lists', () => {
    const resource = papers({ owner: 'author' });
    const owned = [{ conditions: { author: 'ben' }, owned: 'author' }];
    expect(accessOf(BEN).permission(resource, 'list')).toEqual({
      grant: owned,
      shown: 'all',
      hidden: new Set(['secret']),
      immutable: new Set(['grade']),
      partlyHidden: new Map(),
      partlyImmutable: new Map(),
    });
    expect(accessOf(ADA).permission(resource, 'list')).toMatchObject({ hidden: new Set(), immutable: new Set() });
    expect(accessOf(BEN).permission(resource, 'read')).toMatchObject({ grant: 'none', shown: 'none' });
  });

  test('is worked out once for each operation', () => {
    const rule = jest.fn(() => true);
    const access = accessOf(BEN);
    const resource = papers(rule);
    expect(access.permission(resource, 'list')).toBe(access.require(resource, 'list'));
    expect(rule).toHaveBeenCalledTimes(1);
    expect(access.permission(resource, 'read').grant).toBe('none');
  });

  test('is everything where the API is open and no attribute is of some alone', () => {
    const plain = defineResource({ name: 'things', description: 'Things.', schema: { name: { type: String } } });
    expect(accessOf(OPEN).permission(plain, 'list')).toBe(EVERYTHING);
    expect(accessOf(BEN).permission(plain, 'list')).toMatchObject({ grant: 'none', hidden: new Set() });
    for (const word of ['readableBy', 'writableBy']) {
      const kept = { name: 'things', description: 'Things.', schema: { name: { type: String, [word]: 'nobody' } } };
      const { hidden, immutable: unset } = accessOf(OPEN).permission(
        defineResource(kept as unknown as Parameters<typeof defineResource>[0]),
        'list',
      );
      expect([...hidden, ...unset]).toEqual(['name']);
    }
  });

  test.each<[string, Caller, object]>([
    [
      '401 without credentials',
      ANONYMOUS,
      { type: 'unauthenticated', more: { headers: { 'WWW-Authenticate': 'Bearer' } } },
    ],
    ['403 with them', BEN, { type: 'forbidden' }],
  ])('refuses what is not granted: %s', (_what, caller, problem) => {
    const refused = () => accessOf(caller).require(papers({ role: 'boss' }), 'list');
    expect(refused).toThrow(expect.objectContaining(problem) as Error);
    expect(accessOf(ADA).require(papers({ role: 'boss' }), 'list').grant).toBe('all');
  });
});

test('a token that is not good is refused by the code of RFC 6750 §3.1', () => {
  expect(unauthenticated('x', 'invalid_token').more.headers).toEqual({
    'WWW-Authenticate': 'Bearer error="invalid_token"',
  });
});
