// The least that makes a Lambda function of a contender: what is asked, done, and answered as JSON.

import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';

import type { Reads, Values, Writes } from '../speed/item';

export type Handler = (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult>;

export function readHandler({ get, list }: Reads): Handler {
  return async (event) => {
    const id = event.pathParameters?.['id'];
    if (id === undefined) {
      return answer(200, { items: await list(Number(event.queryStringParameters?.['limit'] ?? 25)) });
    }
    const thing = await get(id);
    return thing === undefined ? answer(404, { message: 'Not found' }) : answer(200, thing);
  };
}

export function createHandler({ create }: Writes): Handler {
  return async (event) =>
    answer(201, await create(JSON.parse(Buffer.from(event.body!, 'base64').toString()) as Values));
}

function answer(statusCode: number, body: unknown): APIGatewayProxyResult {
  return { statusCode, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
}
