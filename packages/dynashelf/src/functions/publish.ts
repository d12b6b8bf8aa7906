// The Lambda function `publish`: what was committed reaches whoever is to know. The table's stream calls it for each
// message at once, a schedule for what the stream has missed.
import { readConfig } from '../config';
import { connect } from '#connect';
import { logError } from '../log';
import { openOutbox } from '../store/outbox';
import { readOutboxRecord } from '../store/layout/outbox';
import type { AttributeMap } from '../store/layout/value';
import type { Send } from '../store/client/send';
import { deliver, deliverDue, type CallHandler } from './delivery';
import { connectLambda, type InvokeFunction } from './invoke';

/** What of an event of DynamoDB's stream is read. */
interface StreamEvent {
  readonly Records?: readonly {
    readonly dynamodb?: { readonly SequenceNumber?: string; readonly NewImage?: AttributeMap };
  }[];
}

/** The records of a batch that are to come again (ReportBatchItemFailures). */
export interface BatchFailures {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/** A function that the stream and a schedule call. */
export type Publisher = (event: unknown, context?: { getRemainingTimeInMillis?(): number }) => Promise<BatchFailures>;

/** What `publish` reaches; what is not given is as the environment says. */
export interface Publishing {
  readonly tableName: string;
  readonly send: Send;
  readonly invoke: InvokeFunction;
  /** The names of the Lambda functions that take messages, by kind. */
  readonly handlers: ReadonlyMap<string, string>;
}

const LONGEST = 900_000;
const MARGIN = 1_000;

/**
 * The variable that its entry in serverless.yml sets, such as `booking-accepted=app-dev-accepted`; several are
 * separated by commas.
 */
function readHandlers({ MESSAGE_HANDLERS = '' }: NodeJS.ProcessEnv): ReadonlyMap<string, string> {
  const pairs = MESSAGE_HANDLERS.split(',').filter((pair) => pair !== '');
  return new Map(pairs.map((pair) => pair.split('=') as [string, string]));
}

/** Makes `publish`. */
export function publisher(given: Partial<Publishing> = {}): Publisher {
  const { tableName = readConfig(process.env).tableName, handlers = readHandlers(process.env) } = given;
  const { send = connect(), invoke = connectLambda() } = given;
  const call: CallHandler = async (message, event) => {
    const name = handlers.get(message);
    if (name === undefined) {
      throw new Error(`no function takes the message "${message}": define one, or deploy the one that does`);
    }
    await invoke(name, event);
  };
  return async (event, context) => {
    const deadline = Date.now() + (context?.getRemainingTimeInMillis?.() ?? LONGEST) - MARGIN;
    const outbox = openOutbox(send, tableName, deadline);
    const { Records } = (event ?? {}) as StreamEvent;
    if (Records === undefined) {
      await deliverDue(outbox, call);
      return { batchItemFailures: [] };
    }
    const failed = await Promise.all(
      Records.map(async ({ dynamodb: { SequenceNumber = '', NewImage = {} } = {} }) => {
        const record = readOutboxRecord(NewImage);
        try {
          if (record !== undefined) {
            await deliver(outbox, record, call);
          }
          return [];
        } catch (error) {
          // The database fails, not the function that takes it.
          logError({ message: `a message waits for the next attempt: ${String((error as Error).message)}` });
          return [{ itemIdentifier: SequenceNumber }];
        }
      }),
    );
    return { batchItemFailures: failed.flat() };
  };
}
