// The item as DynamoDB's attribute values, written out by hand: the least that can be done without a library.

import { randomUUID } from 'node:crypto';

import type { AttributeValue } from '@aws-sdk/client-dynamodb';

import { PARTITION, type Changes, type Item, type Values } from '../speed/item';

type AttributeMap = Record<string, AttributeValue>;

export function keyOf(id: string): { pk: { S: string }; sk: { S: string } } {
  return { pk: { S: PARTITION }, sk: { S: id } };
}

/** A new item, and its record. */
export function newRecord(values: Values, id: string = randomUUID()): { record: AttributeMap; thing: Item } {
  const now = new Date().toISOString();
  const { title, author, isbn, published, pages, price, language, inPrint, tags, publisher } = values;
  return {
    record: {
      ...keyOf(id),
      title: { S: title },
      author: { S: author },
      isbn: { S: isbn },
      published: { S: published },
      pages: { N: String(pages) },
      price: { N: String(price) },
      language: { S: language },
      inPrint: { BOOL: inPrint },
      tags: { L: tags.map((tag) => ({ S: tag })) },
      publisher: { M: { name: { S: publisher.name }, city: { S: publisher.city } } },
      version: { N: '1' },
      createdAt: { S: now },
      updatedAt: { S: now },
    },
    thing: { id, ...values, version: 1, createdAt: now, updatedAt: now },
  };
}

export function readRecord(record: AttributeMap): Item {
  const {
    sk,
    title,
    author,
    isbn,
    published,
    pages,
    price,
    language,
    inPrint,
    tags,
    publisher,
    version,
    createdAt,
    updatedAt,
  } = record;
  return {
    id: sk!.S!,
    title: title!.S!,
    author: author!.S!,
    isbn: isbn!.S!,
    published: published!.S!,
    pages: Number(pages!.N),
    price: Number(price!.N),
    language: language!.S as Item['language'],
    inPrint: inPrint!.BOOL!,
    tags: tags!.L!.map(({ S }) => S!),
    publisher: { name: publisher!.M!['name']!.S!, city: publisher!.M!['city']!.S! },
    version: Number(version!.N),
    createdAt: createdAt!.S!,
    updatedAt: updatedAt!.S!,
  };
}

/** What UpdateItem needs for a change. */
export function writeChanges({ title, pages }: Changes): {
  UpdateExpression: string;
  ExpressionAttributeValues: AttributeMap;
  ExpressionAttributeNames: Record<string, string>;
} {
  return {
    UpdateExpression: 'SET #title = :title, #pages = :pages, #updatedAt = :now ADD #version :one',
    ExpressionAttributeNames: {
      '#title': 'title',
      '#pages': 'pages',
      '#updatedAt': 'updatedAt',
      '#version': 'version',
    },
    ExpressionAttributeValues: {
      ':title': { S: title },
      ':pages': { N: String(pages) },
      ':now': { S: new Date().toISOString() },
      ':one': { N: '1' },
    },
  };
}
