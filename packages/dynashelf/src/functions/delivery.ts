// Messages delivered: claimed, handed to their function, removed. A delivery that ends anywhere before its end is begun
// again, so each message arrives at least once, always with the same key.
import { pauseAfter } from '../events/pause';
import { logError, redact } from '../log';
import type { OutboxRecord, SentMessage, UnreadableRecord } from '../store/layout/outbox';
import type { Outbox } from '../store/outbox';

/** What the function of a message is called with. */
export interface MessageEvent extends SentMessage {
  /** 1 the first time, one more each further time. */
  readonly attempt: number;
}

/** Calls the function that takes a kind of message. @throws Error where it fails, or there is none */
export type CallHandler = (message: string, event: MessageEvent) => Promise<void>;

/** What came of an attempt: `claimed` where another one is under way, or was first. */
export type Delivery = 'delivered' | 'failed' | 'claimed' | 'aside';

/** How often a message is tried, over about 15 hours. */
export const MOST_ATTEMPTS = 20;

/** How many are delivered at once. */
const AT_ONCE = 8;

/** Tries once to deliver a message. One that cannot be read is put aside: it would never be, and stop the others. */
export async function deliver(
  outbox: Outbox,
  record: OutboxRecord | UnreadableRecord,
  call: CallHandler,
): Promise<Delivery> {
  if ('fault' in record) {
    return putAside(outbox, record, 'its record cannot be read', `${record.key}: ${record.fault}`);
  }
  const now = Date.now();
  const attempt = record.attempts + 1;
  if (record.attempts >= MOST_ATTEMPTS) {
    return putAside(outbox, record, `its function failed ${MOST_ATTEMPTS} times`, nameOf(record));
  }
  if (!(await outbox.claim(record, now, now + pauseAfter(attempt)))) {
    return 'claimed';
  }
  const { key, message, body, sentAt } = record;
  try {
    await call(message, { key, message, body, sentAt, attempt });
  } catch (error) {
    const { message: said } = error instanceof Error ? error : new Error(String(error));
    logError({ message: `a message was not taken: ${redact(said)}`, reason: nameOf(record) });
    return 'failed';
  }
  await outbox.remove(record);
  return 'delivered';
}

async function putAside(
  outbox: Outbox,
  record: OutboxRecord | UnreadableRecord,
  why: string,
  reason: string,
): Promise<Delivery> {
  if (!(await outbox.putAside(record, why))) {
    return 'claimed';
  }
  logError({ message: `a message was put aside, as ${why}`, reason });
  return 'aside';
}

/**
 * Tries to deliver all messages that are due.
 * @throws Problem where the database fails, when what was begun has ended
 */
export async function deliverDue(outbox: Outbox, call: CallHandler): Promise<Record<Delivery, number>> {
  const counts: Record<Delivery, number> = { delivered: 0, failed: 0, claimed: 0, aside: 0 };
  const underWay = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | undefined;
  try {
    for await (const record of outbox.due(Date.now())) {
      const one: Promise<void> = deliver(outbox, record, call)
        .then(
          (came) => void counts[came]++,
          (error: unknown) => void (failure ??= { error }),
        )
        .finally(() => underWay.delete(one));
      underWay.add(one);
      if (underWay.size >= AT_ONCE) {
        await Promise.race(underWay);
      }
      if (failure !== undefined) {
        break;
      }
    }
  } catch (error) {
    failure ??= { error };
  }
  await Promise.all(underWay);
  if (failure !== undefined) {
    throw failure.error;
  }
  return counts;
}

function nameOf({ key, message, attempts }: OutboxRecord): string {
  return `${message} ${key}, attempt ${attempts + 1}`;
}
