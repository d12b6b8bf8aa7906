// Requests to the API's own functions without a server between, and without rules: for what the machine itself puts in.

import type { APIGatewayProxyEvent } from 'aws-lambda';

import type { Send } from '../store/client/send';
import { appResources } from './app';

/** Sends `PUT` with a JSON body. */
export type Put = (path: string, body: unknown) => Promise<{ readonly status: number; readonly text: string }>;

/** How items are put. */
export interface PutOptions {
  /** Whether an item that is there is replaced; else it stays, which is 412. */
  readonly isReplacing?: boolean;
  /** Is told how many capacity units each request to the database took. */
  readonly onUnits?: (units: number) => void;
}

/** The writing function of the API, for the table and engine that the environment names. */
export async function directPut(
  environment: NodeJS.ProcessEnv,
  { isReplacing = false, onUnits }: PutOptions = {},
): Promise<Put> {
  // Loaded here, so that a mistake in a resource file is met where the caller can deal with it.
  const [{ connect }, { readConfig }, { writeFunction }] = await Promise.all([
    import('#connect'),
    import('../config.js'),
    import('../lambda.js'),
  ]);
  const write = writeFunction({
    resources: appResources(),
    config: readConfig({ ...environment, ACCESS: 'open' }),
    send: onUnits === undefined ? connect() : counting(connect(), onUnits),
  });
  return async (path, body) => {
    const headers = { 'Content-Type': 'application/json', ...(!isReplacing && { 'If-None-Match': '*' }) };
    const event = {
      httpMethod: 'PUT',
      path,
      resource: '/{collection}/{id}',
      headers,
      multiValueHeaders: null,
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      body: JSON.stringify(body),
      isBase64Encoded: false,
    };
    const { statusCode, body: text } = await write(event as unknown as APIGatewayProxyEvent);
    return { status: statusCode, text };
  };
}

function counting(send: Send, onUnits: (units: number) => void): Send {
  return async (operation, input, options) => {
    const output = await send(operation, input, options);
    const { ConsumedCapacity = [] } = output as { ConsumedCapacity?: Capacity | readonly Capacity[] };
    for (const { CapacityUnits = 0 } of [ConsumedCapacity].flat()) {
      onUnits(CapacityUnits);
    }
    return output;
  };
}

interface Capacity {
  readonly CapacityUnits?: number;
}
