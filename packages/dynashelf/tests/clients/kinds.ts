// A resource with every kind of attribute that a description can tell: for the generated clients, not served.

import { defineResource } from '../../src/definition/define-resource';
import { formatted } from '../setup/formatted';

export const kinds = defineResource({
  name: 'kinds',
  description: 'One of every kind.',
  schema: {
    text: { type: String, required: true, minLength: 1, maxLength: 200, pattern: '^[a-z/ ]+$', examples: ['a/b'] },
    number: Number,
    whole: { type: Number, integer: true },
    limited: { type: Number, integer: true, minimum: 1, exclusiveMaximum: 9, multipleOf: 2 },
    flag: Boolean,
    moment: Date,
    inText: { type: { value: Date, settings: { storage: 'iso' } } },
    bytes: Buffer,
    color: { type: String, enum: ['red', 'green', 'light-blue'] },
    level: { type: Number, enum: [1, 2, 3] },
    object: {
      type: Object,
      schema: {
        name: { type: String, required: true },
        size: Number,
        inner: {
          type: Object,
          schema: {
            list: {
              type: Array,
              schema: [{ type: Object, schema: { code: { type: String, required: true }, at: Date } }],
            },
          },
        },
      },
    },
    list: { type: Array, schema: [Number], maxItems: 5 },
    lists: { type: Array, schema: [{ type: Array, schema: [String] }] },
    anyObject: { type: Object, schema: 'any' },
    anyList: { type: Array, schema: 'any' },
    words: { type: Set, schema: [String] },
    numbers: { type: Set, schema: [Number] },
    binaries: { type: Set, schema: [Buffer] },
    // Inside an array nothing can be asked for, and a method of Java has at most 255 parameters.
    formats: { type: Array, schema: [{ type: Object, schema: formatted }] },
    internal: { type: Number, readOnly: true, default: 7 },
    state: { type: String, default: 'new', enum: ['new', 'old'], required: true },
    likes: { type: String, references: 'kinds' },
    'with-hyphen': String,
    class: { type: String, deprecated: true, title: 'A word of most languages', examples: ['one'] },
  },
  indexes: { byColor: { partition: 'color', sort: 'whole' }, byLikes: { partition: 'likes' } },
  relations: { likedBy: { collection: 'kinds', attribute: 'likes' } },
  actions: (action) => ({
    touch: action({ description: 'Answers with the item.', body: { note: String }, run: async ({ item }) => item }),
  }),
});
