// DynamoDB by the AWS SDK, tuned: on a developer's machine, with profiles, SSO and whatever else the SDK knows.
import {
  BatchGetItemCommand,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  type GetItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { mayHaveTakenEffect, tooLate, markOutcomeUnknown } from './failure';
import type { Operations, Send, SendOptions } from './send';

const COMMANDS = {
  BatchGetItem: BatchGetItemCommand,
  DeleteItem: DeleteItemCommand,
  GetItem: GetItemCommand,
  PutItem: PutItemCommand,
  Query: QueryCommand,
  Scan: ScanCommand,
  TransactWriteItems: TransactWriteItemsCommand,
  UpdateItem: UpdateItemCommand,
};

/**
 * Wraps the error of an attempt after which there is no other. The SDK does not know its name; it would look into a
 * `cause`, and try again for that.
 */
class Last extends Error {
  constructor(readonly error: unknown) {
    super('No further attempt is made.');
  }
}

/** Connects by the AWS SDK; region, credentials and endpoint come from its usual environment. */
export function connect(): Send {
  const client = new DynamoDBClient({
    cacheMiddleware: true,
    // With any other logger, and with none, the SDK walks every input and output for its log; what fails we log
    // ourselves.
    logger: { debug() {}, warn: console.warn, error() {} } as unknown as Console,
    maxAttempts: 3,
    // API Gateway gives up after 29 s: three attempts have to end well before.
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 4_000, throwOnRequestTimeout: true },
  });
  /** Requests of which an attempt left doubt; the SDK passes the same object with each attempt. */
  const doubtful = new WeakSet<object>();
  const sentOnce = new WeakSet<object>();
  const noteDoubt =
    <R extends { readonly input: object }, O>(next: (request: R) => Promise<O>) =>
    async (request: R): Promise<O> => {
      try {
        return await next(request);
      } catch (error) {
        if (mayHaveTakenEffect(error)) {
          doubtful.add(request);
        }
        if (!doubtful.has(request)) {
          throw error;
        }
        throw sentOnce.has(request.input) ? new Last(markOutcomeUnknown(error)) : markOutcomeUnknown(error);
      }
    };
  client.middlewareStack.addRelativeTo(noteDoubt, {
    relation: 'after',
    toMiddleware: 'retryMiddleware',
    name: 'noteDoubt',
  });
  const send = async (
    operation: keyof Operations,
    input: object,
    { once = false, deadline = Infinity }: SendOptions = {},
  ): Promise<unknown> => {
    const left = deadline - Date.now();
    if (left <= 0) {
      throw tooLate();
    }
    // The union of commands is not callable in TypeScript, although each takes its operation's input.
    const command = new (COMMANDS[operation] as typeof GetItemCommand)(input as GetItemCommandInput);
    if (once) {
      sentOnce.add(command.input);
    }
    return withinTime(client.send(command), left).catch((error: unknown) => {
      throw error instanceof Last ? error.error : error;
    });
  };
  return send as Send;
}

/**
 * What a request gives, or a TimeoutError with doubt when its time is over: attempt and pause of the SDK go on,
 * unheard.
 */
async function withinTime<T>(output: Promise<T>, milliseconds: number): Promise<T> {
  if (milliseconds === Infinity) {
    return output;
  }
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () =>
        reject(
          markOutcomeUnknown(Object.assign(new Error('DynamoDB did not answer in time.'), { name: 'TimeoutError' })),
        ),
      milliseconds,
    );
  });
  return Promise.race([output, over]).finally(() => clearTimeout(timer));
}
