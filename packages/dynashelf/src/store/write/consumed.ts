// The write that moves a consumer on: alone, or in the transaction of what follows from a change, so that the two are
// done together or not at all.
import { CONSUMER, consumerKey, type ConsumerRecord } from '../layout/consumer';
import { keyText } from '../layout/record';
import type { AttributeMap } from '../layout/value';
import { equals, setContains } from './condition';
import type { Constraint } from './constraint';
import { newWrite, type Violation, type Write } from './write';

/** A consumer that somebody is at work for. */
export interface Lease extends ConsumerRecord {
  readonly owner: string;
}

/** What a consumer has done. */
export interface Step {
  /** The sequence of the change that is next: the same, where one was handled once more. */
  readonly to: number;
  /** The change that was handled once more. */
  readonly again?: number;
  /** Whether the lease ends with it. */
  readonly isLast: boolean;
}

/** The lease behind a step. @param until when it ends, in milliseconds since 1970 */
export function leaseBehind(lease: Lease, { to, again, isLast }: Step, until: number): Lease {
  return {
    ...lease,
    place: to,
    until: isLast ? 0 : until,
    // What is next is begun at once.
    attempts: isLast ? 0 : 1,
    due: 0,
    again: lease.again.filter((sequence) => sequence !== again),
  };
}

/** The write of a step. @param until when the lease ends */
export function stepWrite(lease: Lease, step: Step, until: number): Write {
  const write = writeUnder(lease, (current): Violation[] => [{ kind: 'not-held', current }]);
  const { attempts } = leaseBehind(lease, step, until);
  if (step.again === undefined) {
    write.set[CONSUMER.place] = { N: String(step.to) };
  } else {
    write.takeOut[CONSUMER.again] = { SS: [String(step.again)] };
    write.conditions.push(setContains(CONSUMER.again, String(step.again)));
  }
  write.remove.push(CONSUMER.due);
  if (step.isLast) {
    write.remove.push(CONSUMER.until, CONSUMER.owner, CONSUMER.attempts);
  } else {
    Object.assign(write.set, {
      [CONSUMER.until]: { N: String(until) },
      [CONSUMER.attempts]: { N: String(attempts) },
    } satisfies AttributeMap);
  }
  return write;
}

/** A write of a consumer's record that is refused where the lease, or the place, is another's by now. */
export function writeUnder(lease: Lease, onConditionFailed: Write['onConditionFailed'] = () => []): Write {
  const write = newWrite('update', consumerKey(lease), -1, onConditionFailed);
  write.conditions.push(equals(CONSUMER.owner, { S: lease.owner }), equals(CONSUMER.place, { N: String(lease.place) }));
  return write;
}

/** The constraint that a step is done where the changes are made, and only then. */
export function consumed(write: Write): Constraint {
  return ({ writes }) => void writes.set(keyText(write.key), write);
}
