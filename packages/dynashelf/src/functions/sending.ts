// Messages in a transaction of a function's: they are a part of the request, which HTTP has no place for.
import { createHash } from 'node:crypto';
import type { Endpoint } from '../http/endpoints/endpoint';
import { readIdempotency } from '../http/idempotency';
import type { readTransactionInput } from '../http/input/transaction';
import type { SentMessage } from '../store/layout/outbox';
import { sentMessage } from '../transaction/sent-message';
import { isSending } from './transaction';

/** What comes of the request of a transaction. */
type TransactionInput = Awaited<ReturnType<typeof readTransactionInput>>;

/** What a transaction sends. */
export interface Sending {
  readonly messages: readonly SentMessage[];
  /** Stands for the messages as they were given: their keys, times and defaults are others each time. */
  readonly fingerprint: string;
}

/**
 * Makes the messages of a transaction's operations.
 * @throws Error for a body that is not as its message declares
 */
export async function readSending(operations: readonly object[]): Promise<Sending> {
  const sending = operations.filter(isSending);
  return {
    messages: await Promise.all(sending.map(async ({ send, body }) => sentMessage(send, body))),
    fingerprint: createHash('sha256')
      .update(JSON.stringify(sending.map(({ send: { name }, body }) => [name, body])))
      .digest('base64url'),
  };
}

/**
 * The endpoint of a transaction that sends messages, too.
 * @param isAlone whether it does nothing besides, which by HTTP is no transaction
 */
export function withMessages<S>(
  endpoint: Endpoint<S>,
  { messages, fingerprint }: Sending,
  isAlone: boolean,
): Endpoint<S> {
  return messages.length === 0
    ? endpoint
    : {
        ...endpoint,
        async readInput(route, request, context) {
          const { access } = context;
          const read: TransactionInput = isAlone
            ? {
                input: { steps: [], idempotency: readIdempotency(request, access.caller) },
                responseOptions: { parts: [], access },
              }
            : ((await endpoint.readInput(route, request, context)) as TransactionInput);
          const { idempotency } = read.input;
          return {
            ...read,
            input: {
              ...read.input,
              messages,
              ...(idempotency !== undefined && {
                idempotency: { ...idempotency, fingerprint: `${idempotency.fingerprint}.${fingerprint}` },
              }),
            },
          };
        },
      };
}
