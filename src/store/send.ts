// The one way to DynamoDB: send(operation, input), here by the AWS SDK, tuned.
import {
  BatchGetItemCommand, DeleteItemCommand, DynamoDBClient, GetItemCommand, PutItemCommand, QueryCommand, TransactWriteItemsCommand, UpdateItemCommand,
  type BatchGetItemCommandInput, type BatchGetItemCommandOutput, type DeleteItemCommandInput, type DeleteItemCommandOutput,
  type GetItemCommandInput, type GetItemCommandOutput, type PutItemCommandInput, type PutItemCommandOutput,
  type QueryCommandInput, type QueryCommandOutput, type TransactWriteItemsCommandInput, type TransactWriteItemsCommandOutput,
  type UpdateItemCommandInput, type UpdateItemCommandOutput,
} from '@aws-sdk/client-dynamodb';

/** The operations the store uses, with what they take and give. */
export interface Operations {
  BatchGetItem: { input: BatchGetItemCommandInput; output: BatchGetItemCommandOutput };
  DeleteItem: { input: DeleteItemCommandInput; output: DeleteItemCommandOutput };
  GetItem: { input: GetItemCommandInput; output: GetItemCommandOutput };
  PutItem: { input: PutItemCommandInput; output: PutItemCommandOutput };
  Query: { input: QueryCommandInput; output: QueryCommandOutput };
  TransactWriteItems: { input: TransactWriteItemsCommandInput; output: TransactWriteItemsCommandOutput };
  UpdateItem: { input: UpdateItemCommandInput; output: UpdateItemCommandOutput };
}

/**
 * Sends one request, retrying what may be retried.
 * @throws the service's error, named as DynamoDB names it, or the network's
 */
export type Send = <O extends keyof Operations>(operation: O, input: Operations[O]['input']) => Promise<Operations[O]['output']>;

const COMMANDS = {
  BatchGetItem: BatchGetItemCommand,
  DeleteItem: DeleteItemCommand,
  GetItem: GetItemCommand,
  PutItem: PutItemCommand,
  Query: QueryCommand,
  TransactWriteItems: TransactWriteItemsCommand,
  UpdateItem: UpdateItemCommand,
};

/** Connects by the AWS SDK; region, credentials and endpoint come from its usual environment. */
export function connect(): Send {
  const client = new DynamoDBClient({
    cacheMiddleware: true,
    // With any other logger, and with none, the SDK walks every input and output for its log; what fails we log ourselves.
    logger: { debug() {}, warn: console.warn, error() {} } as unknown as Console,
    maxAttempts: 3,
    // API Gateway gives up after 29 s: three attempts have to end well before.
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 4_000, throwOnRequestTimeout: true },
  });
  const send = async (operation: keyof Operations, input: unknown): Promise<unknown> =>
    // The union of commands is not callable in TypeScript, although each takes its operation's input.
    client.send(new (COMMANDS[operation] as typeof GetItemCommand)(input as GetItemCommandInput));
  return send as Send;
}
