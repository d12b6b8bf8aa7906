// The AWS SDK alone, as it comes: commands sent by a client without options, attribute values written and read by hand.

import {
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';

import type { Reads, Writes } from '../speed/item';
import { keyOf, newRecord, readRecord, writeChanges } from './marshalling';

export function reads(TableName: string, client = new DynamoDBClient({})): Reads {
  return {
    async get(id) {
      const { Item } = await client.send(new GetItemCommand({ TableName, Key: keyOf(id), ConsistentRead: true }));
      return Item && readRecord(Item);
    },
    async list(Limit) {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': keyOf('').pk },
          ScanIndexForward: false,
          ConsistentRead: true,
          Limit,
        }),
      );
      return Items.map(readRecord);
    },
  };
}

export function writes(TableName: string, client = new DynamoDBClient({})): Writes {
  return {
    async create(values) {
      const { record, thing } = newRecord(values);
      await client.send(
        new PutItemCommand({ TableName, Item: record, ConditionExpression: 'attribute_not_exists(pk)' }),
      );
      return thing;
    },
    async replace(id, values) {
      const { record, thing } = newRecord(values, id);
      await client.send(new PutItemCommand({ TableName, Item: record }));
      return thing;
    },
    async patch(id, changes) {
      const { Attributes } = await client.send(
        new UpdateItemCommand({
          TableName,
          Key: keyOf(id),
          ...writeChanges(changes),
          ConditionExpression: 'attribute_exists(pk)',
          ReturnValues: 'ALL_NEW',
        }),
      );
      return readRecord(Attributes!);
    },
    async remove(id) {
      await client.send(
        new DeleteItemCommand({ TableName, Key: keyOf(id), ConditionExpression: 'attribute_exists(pk)' }),
      );
    },
  };
}
