// dynamodb-toolbox: an entity whose key is computed.

import { randomUUID } from 'node:crypto';

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import {
  $add,
  boolean,
  DeleteItemCommand,
  Entity,
  GetItemCommand,
  item,
  list,
  map,
  number,
  PutItemCommand,
  QueryCommand,
  string,
  Table,
  UpdateItemCommand,
} from 'dynamodb-toolbox';

import { PARTITION, type Reads, type Item, type Values, type Writes } from '../speed/item';

function thingsOf(name: string) {
  const table = new Table({
    name,
    documentClient: DynamoDBDocumentClient.from(new DynamoDBClient({})),
    partitionKey: { name: 'pk', type: 'string' },
    sortKey: { name: 'sk', type: 'string' },
  });
  const things = new Entity({
    name: 'thing',
    table,
    // As in the others, they are set where they are written.
    timestamps: false,
    schema: item({
      id: string().key(),
      title: string(),
      author: string(),
      isbn: string(),
      published: string(),
      pages: number(),
      price: number(),
      language: string().enum('en', 'fr', 'de'),
      inPrint: boolean(),
      tags: list(string()),
      publisher: map({ name: string(), city: string() }),
      version: number(),
      createdAt: string(),
      updatedAt: string(),
    }),
    computeKey: ({ id }: { id: string }) => ({ pk: PARTITION, sk: id }),
  });
  return { table, things };
}

export function reads(name: string): Reads {
  const { table, things } = thingsOf(name);
  return {
    get: async (id) => (await things.build(GetItemCommand).key({ id }).options({ consistent: true }).send()).Item,
    list: async (limit) =>
      (
        await table
          .build(QueryCommand)
          .query({ partition: PARTITION })
          .entities(things)
          .options({ reverse: true, limit, consistent: true })
          .send()
      ).Items ?? [],
  };
}

export function writes(name: string): Writes {
  const { things } = thingsOf(name);
  return {
    async create(values) {
      const thing = newThing(values);
      await things
        .build(PutItemCommand)
        .item(thing)
        .options({ condition: { attr: 'id', exists: false } })
        .send();
      return thing;
    },
    async replace(id, values) {
      const thing = newThing(values, id);
      await things.build(PutItemCommand).item(thing).send();
      return thing;
    },
    async patch(id, changes) {
      const { Attributes } = await things
        .build(UpdateItemCommand)
        .item({ id, ...changes, updatedAt: new Date().toISOString(), version: $add(1) })
        .options({ condition: { attr: 'id', exists: true }, returnValues: 'ALL_NEW' })
        .send();
      return Attributes as Item;
    },
    async remove(id) {
      await things
        .build(DeleteItemCommand)
        .key({ id })
        .options({ condition: { attr: 'id', exists: true } })
        .send();
    },
  };
}

function newThing(values: Values, id: string = randomUUID()): Item {
  const now = new Date().toISOString();
  return { id, ...values, version: 1, createdAt: now, updatedAt: now };
}
