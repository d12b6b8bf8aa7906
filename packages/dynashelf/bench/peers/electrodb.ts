// ElectroDB: an entity of one index.

import { randomUUID } from 'node:crypto';

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Entity } from 'electrodb';

import { PARTITION, type Reads, type Item, type Values, type Writes } from '../speed/item';

function thingsOf(table: string) {
  return new Entity(
    {
      model: { entity: 'thing', version: '1', service: 'bench' },
      attributes: {
        id: { type: 'string', required: true },
        title: { type: 'string', required: true },
        author: { type: 'string', required: true },
        isbn: { type: 'string' },
        published: { type: 'string' },
        pages: { type: 'number' },
        price: { type: 'number' },
        language: { type: ['en', 'fr', 'de'] as const },
        inPrint: { type: 'boolean' },
        tags: { type: 'list', items: { type: 'string' } },
        publisher: { type: 'map', properties: { name: { type: 'string' }, city: { type: 'string' } } },
        version: { type: 'number' },
        createdAt: { type: 'string' },
        updatedAt: { type: 'string' },
      },
      indexes: {
        things: {
          pk: { field: 'pk', composite: [], template: PARTITION, casing: 'none' },
          sk: { field: 'sk', composite: ['id'], template: '${id}', casing: 'none' },
        },
      },
    },
    { table, client: new DynamoDBClient({}) },
  );
}

export function reads(table: string): Reads {
  const things = thingsOf(table);
  return {
    get: async (id) => ((await things.get({ id }).go({ consistent: true })).data as Item | null) ?? undefined,
    list: async (limit) =>
      (await things.query.things({}).go({ order: 'desc', limit, consistent: true })).data as Item[],
  };
}

export function writes(table: string): Writes {
  const things = thingsOf(table);
  return {
    create: async (values) => (await things.create(newThing(values)).go()).data as Item,
    replace: async (id, values) => (await things.put(newThing(values, id)).go()).data as Item,
    patch: async (id, changes) =>
      (
        await things
          .patch({ id })
          .set({ ...changes, updatedAt: new Date().toISOString() })
          .add({ version: 1 })
          .go({ response: 'all_new' })
      ).data as Item,
    async remove(id) {
      await things.remove({ id }).go();
    },
  };
}

function newThing({ tags, publisher, ...values }: Values, id: string = randomUUID()): Item {
  const now = new Date().toISOString();
  return { id, ...values, tags: [...tags], publisher: { ...publisher }, version: 1, createdAt: now, updatedAt: now };
}
