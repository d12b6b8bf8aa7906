// What a change of a resource file means to clients, and to the items that are there.

import fc from 'fast-check';

import { defineResource, listResources } from '../../../src/definition/define-resource';
import { compareShapes } from '../../../src/definition/shapes/compare';
import { shapesOf, type Shapes } from '../../../src/definition/shapes/shape';
import { isValid } from '../../../src/values/check';
import type { Attribute } from '../../../src/values/attribute';
import type { Json } from '../../../src/values/json';
import { runs } from '../../setup/runs';

type Keywords = Parameters<typeof defineResource>[0] extends never ? never : Record<string, unknown>;

/** The shapes of a library whose books have some keywords more. */
function shapes(more: Keywords = {}, schema: Record<string, Attribute> = {}): Shapes {
  const books = defineResource({
    name: 'books',
    description: 'Books.',
    schema: { title: { type: String, required: true, maxLength: 50 }, pages: Number, ...schema },
    ...more,
  });
  const loans = defineResource({
    name: 'loans',
    description: 'Loans.',
    schema: { book: { type: String, references: 'books' }, isOpen: Boolean },
    indexes: { byBook: { partition: 'book' } },
  });
  return shapesOf(listResources(books as never, loans as never));
}

const action = (body: Record<string, Attribute>, safe = false): Keywords => ({
  actions: (make: (definition: object) => object) => ({
    lend: make({ description: 'Lends it.', ...(safe ? { safe, query: body } : { body }), run: () => undefined }),
  }),
});

const counting = {
  type: Number,
  readOnly: true,
  default: 0,
  counts: { collection: 'loans', attribute: 'book' },
} as const;
const state = { type: String, enum: ['a', 'b', 'c'], default: 'a' } as const;

/** What each difference is told as: `meaning at: detail`. */
const said = (before: Shapes, after: Shapes): string[] =>
  compareShapes(before, after).map(({ meaning, at, detail }) => `${meaning} ${at}: ${detail}`);

test('the same files have no difference, also as they are kept: as JSON', () => {
  const full = shapes({ ...action({ days: Number }), shards: 3 }, { state, counting });
  expect(said(JSON.parse(JSON.stringify(full)) as Shapes, full)).toEqual([]);
});

test.each<[string, Shapes, Shapes, string[], string[]]>([
  [
    'an attribute',
    shapes(),
    shapes({}, { isbn: String }),
    ['compatible books.isbn: It is new.'],
    ['breaking books.isbn: It is gone: bodies and filters that name it are refused.'],
  ],
  [
    'an attribute that is required',
    shapes(),
    shapes({}, { isbn: { type: String, required: true } }),
    [
      'breaking books.isbn: It is new and required: bodies without it are 422.',
      'migration books.isbn: Items of before do not have it.',
    ],
    ['breaking books.isbn: It is gone: bodies and filters that name it are refused.'],
  ],
  [
    'an attribute that is required and has a default',
    shapes(),
    shapes({}, { isbn: { type: String, required: true, default: 'x' } }),
    ['compatible books.isbn: It is new.'],
    ['breaking books.isbn: It is gone: bodies and filters that name it are refused.'],
  ],
  [
    'a wider bound',
    shapes(),
    shapes({}, { title: { type: String, required: true, maxLength: 60 } }),
    ['compatible books.title: Its maxLength lets in more.'],
    [
      'breaking books.title: Its maxLength lets in less: such values are 422.',
      'migration books.title: Items of before need not keep its maxLength.',
    ],
  ],
  [
    'another type',
    shapes(),
    shapes({}, { pages: String }),
    ['breaking books.pages: It is string, and was number.', 'migration books.pages: Items of before hold number.'],
    ['breaking books.pages: It is number, and was string.', 'migration books.pages: Items of before hold string.'],
  ],
  [
    'an attribute that must be there',
    shapes(),
    shapes({}, { pages: { type: Number, required: true } }),
    [
      'breaking books.pages: It is required: bodies without it are 422.',
      'migration books.pages: Items of before can lack it.',
    ],
    ['breaking books.pages: It is not required: answers can lack it.'],
  ],
  [
    'an attribute that clients cannot set',
    shapes(),
    shapes({}, { pages: { type: Number, readOnly: true } }),
    ['breaking books.pages: It is read-only: what clients set is ignored.'],
    ['compatible books.pages: Clients can set it.'],
  ],
  [
    'a unique attribute',
    shapes(),
    shapes({}, { title: { type: String, required: true, maxLength: 50, unique: true } }),
    ['breaking books: "title" is unique: a second item with the value is 409.', 'migration books: "title" is unique.'],
    ['compatible books: "title" is unique no more.'],
  ],
  [
    'a reference',
    shapes({}, { first: String }),
    shapes({}, { first: { type: String, references: 'loans' } }),
    ['breaking books.first: It refers to loans: others are 409.', 'migration books.first: It refers to loans.'],
    ['compatible books.first: It refers to nothing.'],
  ],
  [
    'a count',
    shapes(),
    shapes({}, { lent: counting }),
    ['compatible books.lent: It is new.', 'migration books.lent: It counts or sums items.'],
    ['breaking books.lent: It is gone: bodies and filters that name it are refused.'],
  ],
  [
    'an index',
    shapes(),
    shapes({ indexes: { byTitle: { sort: 'title' } } }),
    ['migration books, index byTitle: The index is new.'],
    ['breaking books, index byTitle: The index is gone: lists in its order are 400.'],
  ],
  [
    'what an action takes',
    shapes(action({})),
    shapes(action({ days: { type: Number, required: true } })),
    ['breaking books/lend.days: It is new and required: bodies without it are 422.'],
    ['breaking books/lend.days: It is gone: bodies and filters that name it are refused.'],
  ],
  [
    'an action',
    shapes(),
    shapes(action({})),
    ['compatible books/lend: The action is new.'],
    ['breaking books/lend: The action is gone.'],
  ],
  [
    'a method of an action',
    shapes(action({})),
    shapes(action({}, true)),
    ['breaking books/lend: The action has another method.'],
    ['breaking books/lend: The action has another method.'],
  ],
  [
    'a step from state to state',
    shapes({ states: { attribute: 'state', from: { a: ['b'], b: ['c'] } } }, { state }),
    shapes({ states: { attribute: 'state', from: { a: ['b', 'c'], b: ['c'] } } }, { state }),
    ['compatible books: The step "a → c" is new.'],
    ['breaking books: The step "a → c" is gone.'],
  ],
  [
    'states',
    shapes({}, { state }),
    shapes({ states: { attribute: 'state', from: { a: ['b', 'c'] } } }, { state }),
    ['breaking books: Items go from state to state: other steps are 409.'],
    ['compatible books: Every step from state to state is free.'],
  ],
  [
    'shards',
    shapes(),
    shapes({ shards: 2 }),
    ['migration books: Its shards are 2, and were 1.'],
    ['migration books: Its shards are 1, and were 2.'],
  ],
  [
    'preconditions',
    shapes(),
    shapes({ preconditions: 'required' }),
    ['breaking books: Writes without a precondition are 428.'],
    [],
  ],
  [
    'a relation',
    shapes(),
    shapes({ relations: { loans: { collection: 'loans', attribute: 'book' } } }),
    ['compatible books/loans: The relation is new.'],
    ['breaking books/loans: The relation is gone.'],
  ],
  [
    'changes',
    shapes(),
    shapes({ changes: true }),
    ['compatible books: Its changes are kept from now on.'],
    ['breaking books: Its changes are kept no more.'],
  ],
  [
    'what is inside an attribute',
    shapes({}, { at: { type: Object, schema: { street: String } } }),
    shapes({}, { at: { type: Object, schema: { street: { type: String, enum: ['x'] } } } }),
    [
      'breaking books.at.street: Its enum lets in less: such values are 422.',
      'migration books.at.street: Items of before need not keep its enum.',
    ],
    ['compatible books.at.street: Its enum lets in more.'],
  ],
])('%s that is new, or gone', (_what, before, after, there, back) => {
  expect(said(before, after)).toEqual(there);
  expect(said(after, before)).toEqual(back);
});

test('a collection that is new, or gone', () => {
  const all = shapes();
  const { loans, ...others } = all;
  expect(loans).toBeDefined();
  expect(said(others, all)).toEqual(['compatible loans: The collection is new.']);
  expect(said(all, others)).toEqual(['breaking loans: The collection is gone. Its items stay in the table.']);
});

const bounded = fc
  .record(
    {
      minLength: fc.nat(3),
      maxLength: fc.integer({ min: 3, max: 6 }),
      enum: fc.constantFrom(['a'], ['a', 'bb'], ['a', 'bb', 'ccc']),
    },
    { requiredKeys: [] },
  )
  .map((keywords): Attribute => ({ type: String, ...keywords }) as Attribute);
const numbers = fc
  .record(
    {
      minimum: fc.integer({ min: -3, max: 0 }),
      maximum: fc.integer({ min: 0, max: 3 }),
      exclusiveMaximum: fc.integer({ min: 1, max: 4 }),
      multipleOf: fc.constantFrom(1, 2, 0.5),
      integer: fc.boolean(),
    },
    { requiredKeys: [] },
  )
  .map((keywords): Attribute => ({ type: Number, ...keywords }) as Attribute);

function nodeOf(attribute: Attribute): Parameters<typeof isValid>[0] {
  return defineResource({ name: 'books', description: 'Books.', schema: { a: attribute } }).attributes.get('a')!;
}

test.each<[string, fc.Arbitrary<Attribute>, readonly Json[]]>([
  ['texts', bounded, ['', 'a', 'bb', 'ccc', 'dddd', 'eeeeeee']],
  ['numbers', numbers, [-4, -3, -1, -0.5, 0, 0.5, 1, 2, 3, 4]],
])(
  'of any two declarations of %s: where nothing breaks clients, every value that was valid is valid',
  (_kind, attributes, values) => {
    fc.assert(
      fc.property(attributes, attributes, (before, after) => {
        const differences = compareShapes(shapes({}, { a: before }), shapes({}, { a: after }));
        const lost = values.filter((value) => isValid(nodeOf(before), value) && !isValid(nodeOf(after), value));
        expect([differences.some(({ meaning }) => meaning === 'breaking') || lost.length === 0, lost]).toEqual([
          true,
          expect.anything(),
        ]);
      }),
      { numRuns: runs(300) },
    );
  },
);
