// Requests to the API's own functions without a server between, and without rules: for what the machine itself puts in.

import type { APIGatewayProxyEvent } from 'aws-lambda';

import { appResources } from './app';

/** Sends `PUT` with a JSON body, on the condition that there is no such item. */
export type Put = (path: string, body: unknown) => Promise<{ readonly status: number; readonly text: string }>;

/** The writing function of the API, for the table and engine that the environment names. */
export async function directPut(environment: NodeJS.ProcessEnv): Promise<Put> {
  // Loaded here, so that a mistake in a resource file is met where the caller can deal with it.
  const [{ connect }, { readConfig }, { writeFunction }] = await Promise.all([
    import('#connect'),
    import('../config.js'),
    import('../lambda.js'),
  ]);
  const write = writeFunction({
    resources: appResources(),
    config: readConfig({ ...environment, ACCESS: 'open' }),
    send: connect(),
  });
  return async (path, body) => {
    const headers = { 'Content-Type': 'application/json', 'If-None-Match': '*' };
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
