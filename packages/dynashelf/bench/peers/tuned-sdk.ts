// The AWS SDK alone, with what makes it faster: its middleware cached, no log of inputs and outputs, nothing left to be
// looked up.

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';

import type { Reads, Writes } from '../speed/item';
import * as raw from './raw-sdk';

function tunedClient(): DynamoDBClient {
  const { AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_ENDPOINT_URL_DYNAMODB } = process.env;
  return new DynamoDBClient({
    cacheMiddleware: true,
    // With a logger that has `info`, and with none, the SDK walks every input and output for it.
    logger: { debug() {}, warn: console.warn, error() {} } as unknown as Console,
    region: AWS_REGION!,
    credentials: { accessKeyId: AWS_ACCESS_KEY_ID!, secretAccessKey: AWS_SECRET_ACCESS_KEY! },
    ...(AWS_ENDPOINT_URL_DYNAMODB && { endpoint: AWS_ENDPOINT_URL_DYNAMODB }),
    maxAttempts: 3,
    retryMode: 'standard',
    defaultsMode: 'standard',
    useDualstackEndpoint: false,
    useFipsEndpoint: false,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 4_000 },
  });
}

export function reads(table: string): Reads {
  return raw.reads(table, tunedClient());
}

export function writes(table: string): Writes {
  return raw.writes(table, tunedClient());
}
