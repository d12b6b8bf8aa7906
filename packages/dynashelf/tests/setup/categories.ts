// Categories within categories: a tree, and another by a second attribute.

import type { Answer } from '../../src/definition/action';
import { defineResource, listResources } from '../../src/definition/define-resource';

export const categories = defineResource({
  name: 'categories',
  description: 'Categories.',
  schema: {
    title: { type: String, maxLength: 50 },
    parent: { type: String, references: 'categories', acyclic: true },
    other: { type: String, references: 'categories', acyclic: true },
  },
  actions: (action) => ({
    move: action({
      description: 'Moves the category through places, one after the other.',
      body: { through: { type: Array, required: true, schema: [String] } },
      async run({ item, body, transaction }): Promise<Answer> {
        for (const parent of body.through) {
          await transaction.update(categories, item.id, { parent });
        }
        return item;
      },
    }),
  }),
});

export const tree = listResources(categories);
