// @aws-sdk/lib-dynamodb: the SDK's own document client, as its documentation has it.

import { randomUUID } from 'node:crypto';

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';

import { PARTITION, type Reads, type Item, type Values, type Writes } from '../speed/item';

function connect(): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(new DynamoDBClient({}));
}

export function reads(TableName: string): Reads {
  const client = connect();
  return {
    async get(id) {
      const { Item } = await client.send(
        new GetCommand({ TableName, Key: { pk: PARTITION, sk: id }, ConsistentRead: true }),
      );
      return Item && toThing(Item);
    },
    async list(Limit) {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': PARTITION },
          ScanIndexForward: false,
          ConsistentRead: true,
          Limit,
        }),
      );
      return Items.map(toThing);
    },
  };
}

export function writes(TableName: string): Writes {
  const client = connect();
  return {
    async create(values) {
      const thing = newThing(values);
      await client.send(
        new PutCommand({ TableName, Item: toItem(thing), ConditionExpression: 'attribute_not_exists(pk)' }),
      );
      return thing;
    },
    async replace(id, values) {
      const thing = newThing(values, id);
      await client.send(new PutCommand({ TableName, Item: toItem(thing) }));
      return thing;
    },
    async patch(id, { title, pages }) {
      const { Attributes } = await client.send(
        new UpdateCommand({
          TableName,
          Key: { pk: PARTITION, sk: id },
          UpdateExpression: 'SET #title = :title, #pages = :pages, #updatedAt = :now ADD #version :one',
          ExpressionAttributeNames: {
            '#title': 'title',
            '#pages': 'pages',
            '#updatedAt': 'updatedAt',
            '#version': 'version',
          },
          ExpressionAttributeValues: { ':title': title, ':pages': pages, ':now': new Date().toISOString(), ':one': 1 },
          ConditionExpression: 'attribute_exists(pk)',
          ReturnValues: 'ALL_NEW',
        }),
      );
      return toThing(Attributes!);
    },
    async remove(id) {
      await client.send(
        new DeleteCommand({ TableName, Key: { pk: PARTITION, sk: id }, ConditionExpression: 'attribute_exists(pk)' }),
      );
    },
  };
}

function newThing(values: Values, id: string = randomUUID()): Item {
  const now = new Date().toISOString();
  return { id, ...values, version: 1, createdAt: now, updatedAt: now };
}

function toItem({ id, ...attributes }: Item): Record<string, unknown> {
  return { pk: PARTITION, sk: id, ...attributes };
}

function toThing({ pk: _, sk, ...attributes }: Record<string, unknown>): Item {
  return { id: sk, ...attributes } as Item;
}
