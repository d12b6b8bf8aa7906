// What kinds of tools there are: a tree.
import { defineResource } from 'dynashelf';

export const categories = defineResource({
  name: 'categories',
  description: 'What kinds of tools there are: a tree.',
  schema: {
    name: { type: String, required: true, minLength: 1, maxLength: 100 },
    parent: {
      type: String,
      references: 'categories',
      acyclic: true,
      description: 'The category that this one is a part of.',
    },
    tools: { type: Number, readOnly: true, default: 0, counts: { collection: 'tools', attribute: 'category' } },
  },
  indexes: {
    byParent: { partition: 'parent' },
    byName: { sort: 'name' },
  },
  relations: {
    parts: { collection: 'categories', attribute: 'parent' },
    tools: { collection: 'tools', attribute: 'category' },
  },
  access: {
    list: 'public',
    read: 'public',
    create: { role: 'admin' },
    patch: { role: 'admin' },
    delete: { role: 'admin' },
  },
});
