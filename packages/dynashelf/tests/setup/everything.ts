// A resource that uses every feature of a resource file: for tests, not served.

import { defineResource } from '../../src/definition/define-resource';
import { formatted } from './formatted';

/** A value that is not there at once. */
const later = async <T>(value: T): Promise<T> => new Promise((resolve) => setImmediate(() => resolve(value)));

export const everything = defineResource({
  name: 'everything',
  description: 'One of everything that a resource file may say.',
  schema: {
    // Types, alone
    text: String,
    number: Number,
    flag: Boolean,
    moment: Date,
    bytes: Buffer,

    // Types, with what they hold
    object: {
      type: Object,
      schema: {
        name: { type: String, required: true, maxLength: 20 },
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
    list: { type: Array, schema: [Number] },
    lists: { type: Array, schema: [{ type: Array, schema: [String] }] },
    anyObject: { type: Object, schema: 'any' },
    anyList: { type: Array, schema: 'any' },
    words: { type: Set, schema: [String] },
    numbers: { type: Set, schema: [Number] },
    binaries: { type: Set, schema: [Buffer] },

    // Dates, as they are stored
    inMilliseconds: { type: { value: Date, settings: { storage: 'milliseconds' } } },
    inSeconds: { type: { value: Date, settings: { storage: 'seconds' } } },
    inText: { type: { value: Date, settings: { storage: 'iso' } } },

    // Required, defaults, read-only
    needed: { type: String, required: true },
    literal: { type: String, default: 'standard' },
    made: { type: Number, default: () => 42 },
    madeLater: { type: String, default: () => later('soon') },
    nested: {
      type: Object,
      schema: { unit: { type: String, default: 'cm' }, digits: { type: Number, default: () => later(2) } },
    },
    madeObject: {
      type: Object,
      schema: { unit: { type: String, default: 'cm' }, value: Number },
      default: () => ({ value: 1 }),
    },
    madeMoment: { type: Date, default: () => new Date(0) },
    stamped: { type: String, default: () => 'by the server', forceDefault: true },
    internal: { type: Number, readOnly: true, default: 7 },
    neverSet: { type: String, readOnly: true },

    // Enum
    color: { type: String, enum: ['red', 'green', 'blue'] },
    level: { type: Number, enum: [1, 2, 3] },
    currency: { type: String, enum: ['EUR', 'USD'], set: (value: string) => value.toUpperCase() },

    // Checks
    lowercase: { type: String, validate: /^[a-z]*$/ },
    even: { type: Number, validate: (value: number) => value % 2 === 0 },
    checkedLater: { type: String, validate: async (value: string) => later(value !== 'taken') },
    explained: {
      type: String,
      validate: (value: string) => {
        if (value.includes(' ')) {
          throw new Error('Must be one word.');
        }
        return true;
      },
    },

    // Changed on the way in and out
    trimmed: { type: String, set: (value: string) => value.trim() },
    lowered: { type: String, set: async (value: string) => later(value.toLowerCase()) },
    shown: { type: String, get: (value: string) => `<${value}>` },
    shownLater: { type: Number, get: async (value: number) => later(value * 2) },
    day: {
      type: Date,
      set: (value: number) => value - (value % 86_400_000),
      get: (value: Date) => value.toISOString().slice(0, 10),
    },
    changedInside: {
      type: Object,
      schema: {
        code: {
          type: String,
          set: (value: string) => value.toUpperCase(),
          get: (value: string) => value.toLowerCase(),
          validate: /^[A-Z]+$/,
        },
        list: { type: Array, schema: [{ type: String, set: (value: string) => value.trim(), enum: ['x', 'y'] }] },
      },
    },

    // References
    likes: { type: String, references: 'everything' },

    // JSON Schema
    titled: { type: String, title: 'Titled', description: 'What it means.', examples: ['one'], deprecated: true },
    sized: { type: String, minLength: 2, maxLength: 4 },
    patterned: { type: String, pattern: '^[A-Z]{2}$' },
    ...formatted,
    whole: { type: Number, integer: true, minimum: 0, maximum: 10 },
    between: { type: Number, exclusiveMinimum: 0, exclusiveMaximum: 1 },
    multiple: { type: Number, multipleOf: 0.5 },
    counted: { type: Array, schema: [{ type: String, maxLength: 3 }], minItems: 1, maxItems: 3, uniqueItems: true },
    countedSet: { type: Set, schema: [{ type: String, minLength: 1 }], maxItems: 2 },
  },
  indexes: {
    byColor: { partition: 'color', sort: 'whole' },
    byMoment: { sort: 'moment' },
    byLikes: { partition: 'likes' },
    bySeveral: { partition: 'flag', sort: ['level', 'inText'] },
  },
  relations: {
    likedBy: { collection: 'everything', attribute: 'likes' },
  },
  preconditions: 'optional',
  maxAge: 60,
});
