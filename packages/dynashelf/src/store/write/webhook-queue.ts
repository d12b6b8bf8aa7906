// The writes of a webhook's queue: what comes in is written with what it follows from, what ends is taken out with the
// state that it has come to.
import { EXPIRES_ATTRIBUTE, TOKEN_LENGTH, WRITERS_ATTRIBUTE } from '../layout/table';
import type { AttributeMap } from '../layout/value';
import { QUEUE, queuedAttributes, queuedKey, queueKey, type QueuedDelivery } from '../layout/webhook-queue';
import { recordKey } from '../layout/record';
import { randomUUID } from 'node:crypto';
import type { Resource } from '../../definition/resource';
import { equals, exists, notExists } from './condition';
import { newWrite, type Write } from './write';

/** Puts a delivery into its queue, where it is not there yet. */
export function enqueue(queued: QueuedDelivery): Write {
  const write = newWrite('put', queuedKey(queued), -1, (current) => [{ kind: 'changed', change: -1, current }]);
  Object.assign(write.record, queuedAttributes(queued));
  write.conditions.push(notExists);
  return write;
}

/**
 * Notes that something came into a queue, which makes it due.
 * @param isAsked whether somebody waits for it: then a receiver is no longer left alone that took nothing before
 */
export function noteArrival(webhook: string, isAsked = false): Write {
  const write = newWrite('update', queueKey(webhook), -1, () => []);
  write.add[QUEUE.arrivals] = { N: '1' };
  write.set[QUEUE.due] = { N: '0' };
  if (isAsked) {
    write.remove.push(QUEUE.rest);
  }
  return write;
}

/** Takes a delivery out of its queue, as it was found there. */
export function dequeue(queued: QueuedDelivery): Write {
  const write = newWrite('delete', queuedKey(queued), -1, (current) => [{ kind: 'changed', change: -1, current }]);
  write.conditions.push(equals('attempts', { N: String(queued.attempts) }));
  return write;
}

/** Leaves a delivery in its queue for later. */
export function postpone(queued: QueuedDelivery, due: number): Write {
  const write = newWrite('update', queuedKey(queued), -1, (current) => [{ kind: 'changed', change: -1, current }]);
  Object.assign(write.set, { attempts: { N: String(queued.attempts + 1) }, due: { N: String(due) } });
  write.conditions.push(equals('attempts', { N: String(queued.attempts) }));
  return write;
}

/**
 * Changes attributes of an item of the engine's own resources, which no index has: undefined removes one.
 * @param expires when the item may go, in seconds since 1970
 */
export function changeItem(
  resource: Pick<Resource, 'name' | 'shards'>,
  id: string,
  values: Readonly<Record<string, AttributeMap[string] | undefined>>,
  expires?: number,
): Write {
  const write = newWrite('update', recordKey(resource, id), -1, (current) => [
    { kind: 'changed', change: -1, current },
  ]);
  write.conditions.push(exists);
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) {
      write.remove.push(name);
    } else {
      write.set[name] = value;
    }
  }
  write.add['version'] = { N: '1' };
  write.set['updatedAt'] = { S: new Date().toISOString() };
  // As any write without a read: the tokens of others are not kept.
  write.set[WRITERS_ATTRIBUTE] = { S: randomUUID().slice(0, TOKEN_LENGTH) };
  if (expires !== undefined) {
    write.set[EXPIRES_ATTRIBUTE] = { N: String(expires) };
  }
  return write;
}
