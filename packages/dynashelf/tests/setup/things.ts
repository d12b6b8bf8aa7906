// A test-only resource with an attribute of each kind that a hostile body would aim at.

import { defineResource, listResources } from '../../src/definition/define-resource';

export const things = defineResource({
  name: 'things',
  description: 'Things of every kind.',
  schema: {
    title: { type: String, required: true },
    group: { type: String, maxLength: 400 },
    code: { type: String, unique: true, maxLength: 400 },
    set: { type: Set, schema: [Number] },
    words: { type: Array, schema: [String], uniqueItems: true },
    objects: {
      type: Array,
      schema: [{ type: Object, schema: { a: String, b: { type: Object, schema: { c: Number } } } }],
      uniqueItems: true,
    },
    checked: { type: Object, schema: { list: { type: Array, schema: [{ type: String, validate: /^x$/ }] } } },
    list: { type: Array, schema: [Number] },
    address: { type: Object, schema: { street: String } },
    any: { type: Object, schema: 'any' },
    link: { type: String, format: 'uri-reference' },
    mail: { type: String, format: 'email' },
    host: { type: String, format: 'hostname' },
    ip: { type: String, format: 'ipv6' },
    spent: { type: String, format: 'duration' },
    at: Date,
    bytes: Buffer,
  },
  indexes: {
    byGroup: { partition: 'group' },
    byGroupAndCode: { partition: 'group', sort: 'code' },
  },
});

export const thingResources = listResources(things);
