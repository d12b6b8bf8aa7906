// A contender as the measuring process has it: calls made ready beforehand, and what an answer says.

import { createRequire } from 'node:module';

import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';

import { eventOf } from './event';
import { changesOf, valuesOf, type Operation, type Reads, type Item, type Writes } from './item';

/** A call that is ready: nothing but the contender's own work is left. */
export type Call = () => Promise<unknown>;

export interface Adapter {
  prepare(operation: Operation, id: string, number: number): Call;
  /** The items that an operation answered with, which a deletion has none of. */
  read(answer: unknown): Item[];
}

type Handler = (event: APIGatewayProxyEvent, context: object) => Promise<APIGatewayProxyResult>;

const CONTEXT = {
  getRemainingTimeInMillis: (): number => 29_000,
  callbackWaitsForEmptyEventLoop: true,
  awsRequestId: '5f6d3c2e-1111-4222-8333-944455566677',
};

/** Loads the bundles of a contender. */
export function loadAdapter(kind: 'data' | 'handler', paths: readonly string[], table: string): Adapter {
  const require = createRequire(paths[0]!);
  const [first, second] = paths.map((path) => require(path) as unknown);
  if (kind === 'handler') {
    return handlerAdapter((first as { handler: Handler }).handler, (second as { handler: Handler }).handler);
  }
  const { reads, writes } = first as { reads: (table: string) => Reads; writes: (table: string) => Writes };
  return dataAdapter({ ...reads(table), ...writes(table) });
}

function handlerAdapter(read: Handler, write: Handler): Adapter {
  return {
    prepare(operation, id, number) {
      const handler = operation === 'get' || operation.startsWith('list') ? read : write;
      const event = eventOf(operation, id, number);
      return () => handler(event, CONTEXT);
    },
    read(answer) {
      const { statusCode, body } = answer as APIGatewayProxyResult;
      if (statusCode >= 300) {
        throw new Error(`The answer is ${statusCode}: ${body}`);
      }
      if (body === '') {
        return [];
      }
      const document = JSON.parse(body) as Item | { items: Item[] };
      return 'items' in document ? document.items : [document];
    },
  };
}

function dataAdapter({ get, list, create, replace, patch, remove }: Reads & Writes): Adapter {
  return {
    prepare(operation, id, number) {
      const [values, changes] = [valuesOf(number), changesOf(number)];
      switch (operation) {
        case 'get':
          return () => get(id);
        case 'list 25':
          return () => list(25);
        case 'list 100':
          return () => list(100);
        case 'create':
          return () => create(values);
        case 'replace':
          return () => replace(id, values);
        case 'patch':
          return () => patch(id, changes);
        case 'delete':
          return () => remove(id);
      }
    },
    read: (answer) => (answer === undefined ? [] : ([answer].flat() as Item[])),
  };
}
