// The one way to DynamoDB: send(operation, input). By the AWS SDK it is in sdk.ts, without it in wire.ts.
import type {
  BatchGetItemCommandInput,
  BatchGetItemCommandOutput,
  DeleteItemCommandInput,
  DeleteItemCommandOutput,
  GetItemCommandInput,
  GetItemCommandOutput,
  PutItemCommandInput,
  PutItemCommandOutput,
  QueryCommandInput,
  QueryCommandOutput,
  ScanCommandInput,
  ScanCommandOutput,
  TransactWriteItemsCommandInput,
  TransactWriteItemsCommandOutput,
  UpdateItemCommandInput,
  UpdateItemCommandOutput,
} from '@aws-sdk/client-dynamodb';

/** The operations the store uses, with what they take and give. */
export interface Operations {
  BatchGetItem: { input: BatchGetItemCommandInput; output: BatchGetItemCommandOutput };
  DeleteItem: { input: DeleteItemCommandInput; output: DeleteItemCommandOutput };
  GetItem: { input: GetItemCommandInput; output: GetItemCommandOutput };
  PutItem: { input: PutItemCommandInput; output: PutItemCommandOutput };
  Query: { input: QueryCommandInput; output: QueryCommandOutput };
  /** For migrations alone: a request never scans. */
  Scan: { input: ScanCommandInput; output: ScanCommandOutput };
  TransactWriteItems: { input: TransactWriteItemsCommandInput; output: TransactWriteItemsCommandOutput };
  UpdateItem: { input: UpdateItemCommandInput; output: UpdateItemCommandOutput };
}

/** How a request is sent. */
export interface SendOptions {
  /** Whether an attempt that may have taken effect is the last: a second one could take effect too. */
  readonly once?: boolean;
  /** When the request is over, all its attempts and pauses with it, in milliseconds since 1970. */
  readonly deadline?: number;
  /** Bytes of the longest answer that is taken; a longer one is an AnswerTooLong error. The SDK takes any. */
  readonly mostBytes?: number;
}

/**
 * Sends one request, retrying what may be retried while there is time.
 * @throws the service's error, named as DynamoDB names it, or the network's; `withDoubt` where any attempt left doubt
 */
export type Send = <O extends keyof Operations>(
  operation: O,
  input: Operations[O]['input'],
  options?: SendOptions,
) => Promise<Operations[O]['output']>;
