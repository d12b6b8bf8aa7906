// Tools that are reviewed, and who reviews them: counts and sums of both, of all reviews and of some.

import { defineResource, listResources } from '../../src/definition/define-resource';

const aggregate = { type: Number, readOnly: true, default: 0 } as const;

export const tools = defineResource({
  name: 'tools',
  description: 'Tools.',
  schema: {
    title: { type: String, maxLength: 50 },
    reviews: { ...aggregate, counts: { collection: 'reviews', attribute: 'tool' } },
    stars: { ...aggregate, integer: true, sums: { collection: 'reviews', attribute: 'tool', of: 'stars' } },
    paid: { ...aggregate, sums: { collection: 'reviews', attribute: 'tool', of: 'price' } },
    refunded: {
      ...aggregate,
      sums: { collection: 'reviews', attribute: 'tool', of: 'price', where: (review) => review['refund'] === true },
    },
    average: { type: Number, readOnly: true },
  },
  computed: {
    average: ({ stars, reviews }) => (reviews === 0 ? undefined : stars / reviews),
  },
  rules: [
    { holds: ({ paid }) => paid <= 1000, attribute: 'paid', detail: 'No more than 1000 may be paid for a tool.' },
  ],
});

export const reviews = defineResource({
  name: 'reviews',
  description: 'Reviews of tools.',
  schema: {
    tool: { type: String, references: 'tools', onDelete: 'cascade' },
    author: { type: String, references: 'people', onDelete: 'setNull' },
    stars: { type: Number, integer: true, minimum: 1, maximum: 5 },
    price: Number,
    refund: { type: Boolean },
    text: { type: String, maxLength: 100 },
  },
  indexes: { byTool: { partition: 'tool' }, byAuthor: { partition: 'author' } },
});

export const people = defineResource({
  name: 'people',
  description: 'People.',
  schema: { spent: { ...aggregate, sums: { collection: 'reviews', attribute: 'author', of: 'price' } } },
});

/** With sums alone, so that a patch of what is not summed depends on nothing. */
export const boxes = defineResource({
  name: 'boxes',
  description: 'Boxes.',
  schema: { weight: { ...aggregate, sums: { collection: 'things', attribute: 'box', of: 'weight' } } },
});

export const things = defineResource({
  name: 'things',
  description: 'Things in boxes.',
  schema: { box: { type: String, references: 'boxes' }, weight: Number, note: String },
});

export const reviewed = listResources(tools, reviews, people, boxes, things);
