// dynamodb-onetable: a table with one model.

import { randomUUID } from 'node:crypto';

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Table } from 'dynamodb-onetable';

import { PARTITION, type Reads, type Item, type Values, type Writes } from '../speed/item';

function thingsOf(name: string) {
  const table = new Table({
    name,
    client: new DynamoDBClient({}),
    partial: false,
    // Its own log of every operation would be measured too.
    logger: false,
    schema: {
      format: 'onetable:1.1.0',
      version: '0.0.1',
      indexes: { primary: { hash: 'pk', sort: 'sk' } },
      models: {
        Item: {
          pk: { type: String, value: PARTITION },
          sk: { type: String, value: '${id}' },
          id: { type: String, required: true },
          title: { type: String, required: true },
          author: { type: String, required: true },
          isbn: { type: String },
          published: { type: String },
          pages: { type: Number },
          price: { type: Number },
          language: { type: String, enum: ['en', 'fr', 'de'] },
          inPrint: { type: Boolean },
          tags: { type: Array, items: { type: String } },
          publisher: { type: Object, schema: { name: { type: String }, city: { type: String } } },
          version: { type: Number },
          createdAt: { type: String },
          updatedAt: { type: String },
        },
      },
      params: { isoDates: true, timestamps: false },
    } as const,
  });
  return table.getModel('Item');
}

export function reads(name: string): Reads {
  const things = thingsOf(name);
  return {
    get: async (id) => (await things.get({ id }, { consistent: true })) as Item | undefined,
    list: async (limit) => [...(await things.find({}, { reverse: true, limit, consistent: true }))] as Item[],
  };
}

export function writes(name: string): Writes {
  const things = thingsOf(name);
  return {
    // Its `create` has the condition that there is no such item, its `update` and `remove` here that there is one.
    create: async (values) => (await things.create(newThing(values))) as Item,
    replace: async (id, values) => (await things.create(newThing(values, id), { exists: null })) as Item,
    patch: async (id, changes) =>
      (await things.update(
        { id, ...changes, updatedAt: new Date().toISOString() },
        { add: { version: 1 }, exists: true },
      )) as Item,
    async remove(id) {
      await things.remove({ id }, { exists: true });
    },
  };
}

function newThing({ tags, publisher, ...values }: Values, id: string = randomUUID()): Item {
  const now = new Date().toISOString();
  return { id, ...values, tags: [...tags], publisher: { ...publisher }, version: 1, createdAt: now, updatedAt: now };
}
