// The measured item as a resource of ours: independent of others, without indexes.

import { defineResource, listResources } from '../../src/definition/define-resource';
import { PARTITION } from './item';

export const things = defineResource({
  name: PARTITION,
  description: 'What is measured.',
  schema: {
    title: { type: String, required: true, minLength: 1, maxLength: 300 },
    author: { type: String, required: true, minLength: 1, maxLength: 200 },
    isbn: { type: String, pattern: '^97[89][0-9]{10}$' },
    published: { type: String, format: 'date' },
    pages: { type: Number, integer: true, minimum: 1 },
    price: { type: Number, minimum: 0 },
    language: { type: String, enum: ['en', 'fr', 'de'] },
    inPrint: { type: Boolean },
    tags: { type: Array, schema: [{ type: String, minLength: 1, maxLength: 50 }], maxItems: 20 },
    publisher: {
      type: Object,
      schema: { name: { type: String, maxLength: 100 }, city: { type: String, maxLength: 100 } },
    },
  },
});

export const resources = listResources(things);
