// A test-only resource on whose items nothing else depends: each is written without being read.

import { defineResource, listResources } from '../../src/definition/define-resource';

export const notes = defineResource({
  name: 'notes',
  description: 'Notes.',
  schema: {
    title: { type: String, required: true, maxLength: 300 },
    author: { type: String, maxLength: 200 },
    pages: { type: Number, integer: true, minimum: 1 },
    copies: { type: Number, integer: true, default: 1 },
    tags: { type: Array, schema: [String], maxItems: 20 },
    published: { type: String, format: 'date' },
  },
});

export const noteResources = listResources(notes);
