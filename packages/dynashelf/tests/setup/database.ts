// The run's database, past the API, and past what a test puts between the two.

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** One client for a test file: it keeps its connections. */
export const database = new DynamoDBClient({ endpoint: process.env.AWS_ENDPOINT_URL_DYNAMODB! });
