// Dynamoose, plain: a model with no look at the table, its items as JSON.

import { randomUUID } from 'node:crypto';

import * as dynamoose from 'dynamoose';
import type { Item } from 'dynamoose/dist/Item';

import { PARTITION, type Reads, type Item as MeasuredItem, type Writes } from '../speed/item';

interface Stored extends Item, Omit<MeasuredItem, 'id'> {
  readonly pk: string;
  readonly sk: string;
}

function thingsOf(tableName: string): ReturnType<typeof dynamoose.model<Stored>> {
  const schema = new dynamoose.Schema({
    pk: { type: String, hashKey: true },
    sk: { type: String, rangeKey: true },
    title: { type: String, required: true },
    author: { type: String, required: true },
    isbn: String,
    published: String,
    pages: Number,
    price: Number,
    language: { type: String, enum: ['en', 'fr', 'de'] },
    inPrint: Boolean,
    tags: { type: Array, schema: [String] },
    publisher: { type: Object, schema: { name: String, city: String } },
    version: Number,
    createdAt: String,
    updatedAt: String,
  });
  const model = dynamoose.model<Stored>('thing', schema);
  new dynamoose.Table(tableName, [model], { create: false, update: false, waitForActive: false });
  return model;
}

export function reads(table: string): Reads {
  const things = thingsOf(table);
  return {
    async get(id) {
      const found = await things.get({ pk: PARTITION, sk: id }, { consistent: true });
      return (found as typeof found | undefined) && toThing(found.toJSON());
    },
    async list(limit) {
      const found = await things.query('pk').eq(PARTITION).sort('descending').consistent().limit(limit).exec();
      return found.map((one) => toThing(one.toJSON()));
    },
  };
}

export function writes(table: string): Writes {
  const things = thingsOf(table);
  const stamps = (): Pick<MeasuredItem, 'version' | 'createdAt' | 'updatedAt'> => {
    const now = new Date().toISOString();
    return { version: 1, createdAt: now, updatedAt: now };
  };
  return {
    // Without `overwrite`, Dynamoose writes on the condition that there is no such item.
    create: async (values) =>
      toThing((await things.create({ pk: PARTITION, sk: randomUUID(), ...values, ...stamps() })).toJSON()),
    replace: async (id, values) =>
      toThing((await things.create({ pk: PARTITION, sk: id, ...values, ...stamps() }, { overwrite: true })).toJSON()),
    async patch(id, changes) {
      const changed = await things.update(
        { pk: PARTITION, sk: id },
        { $SET: { ...changes, updatedAt: new Date().toISOString() }, $ADD: { version: 1 } },
        { condition: new dynamoose.Condition().attribute('pk').exists(), returnValues: 'ALL_NEW' },
      );
      return toThing(changed.toJSON());
    },
    remove: async (id) =>
      things.delete({ pk: PARTITION, sk: id }, { condition: new dynamoose.Condition().attribute('pk').exists() }),
  };
}

function toThing({ pk: _, sk, ...attributes }: Record<string, unknown>): MeasuredItem {
  return { id: sk, ...attributes } as MeasuredItem;
}
