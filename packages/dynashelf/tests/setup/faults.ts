// What goes wrong between the SDK and the database, by a seeded plan, for the proxy to do.

import { setTimeout as pause } from 'node:timers/promises';

import { errorReply, type DatabaseReply, type DatabaseRequest, type Intercept } from './proxy';
import type { Random } from './seeded';

/** What can become of a request. */
export type Fault =
  /** It never reaches the database. */
  | 'request lost'
  /** It takes effect, and the answer never arrives. */
  | 'response lost'
  /** The connection breaks, and the request takes effect a moment later. */
  | 'late'
  | 'delayed'
  | 'throttled'
  /** A transaction on the same item is under way. */
  | 'conflict'
  /** InternalServerError, nothing done. */
  | 'failed'
  /** InternalServerError, although it was done. */
  | 'failed after';

/** How likely each fault is; what is left goes well. */
export type Odds = Readonly<Partial<Record<Fault, number>>>;

/** The odds of a bad day. */
export const BAD_DAY: Odds = {
  'request lost': 0.04,
  'response lost': 0.06,
  late: 0.03,
  delayed: 0.1,
  throttled: 0.03,
  conflict: 0.04,
  failed: 0.02,
  'failed after': 0.02,
};

/** The odds, so much worse. */
export function worse(odds: Odds, factor: number): Odds {
  return Object.fromEntries(Object.entries(odds).map(([fault, probability]) => [fault, probability * factor]));
}

/** Milliseconds of the longest delay. */
const LONGEST_DELAY = 20;

/** Does to each request what the random choices say. */
export function faultPlan(random: Random, odds: Odds): Intercept {
  return async (request, forward) => {
    const fault = choose(random, odds);
    const delay = random.number() * LONGEST_DELAY;
    switch (fault) {
      case undefined:
        return forward();
      case 'request lost':
        return 'disconnect';
      case 'response lost':
        return forward().then(() => 'disconnect');
      case 'late': {
        void pause(delay)
          .then(forward)
          .catch(() => undefined); // nobody is left to hear of it
        return 'disconnect';
      }
      case 'delayed':
        return pause(delay).then(forward);
      case 'throttled':
        return throttledReply(request, random);
      case 'conflict':
        return conflictReply(request, random) ?? forward();
      case 'failed':
        return errorReply('InternalServerError', 'Internal server error', 500);
      case 'failed after':
        return forward().then(() => errorReply('InternalServerError', 'Internal server error', 500));
    }
  };
}

/** The same of clients whose process is killed now and then: it sends nothing more, so what follows is lost. */
export function withKills(faulty: Intercept, random: Random): Intercept {
  let dead = 0;
  return async (request, forward) => {
    if (dead === 0 && random.chance(0.01)) {
      dead = 5 + random.below(20);
    }
    return dead > 0 && dead-- > 0 ? 'disconnect' : faulty(request, forward);
  };
}

function choose(random: Random, odds: Odds): Fault | undefined {
  let roll = random.number();
  for (const [fault, probability] of Object.entries(odds) as [Fault, number][]) {
    if (roll < probability) {
      return fault;
    }
    roll -= probability;
  }
  return undefined;
}

function throttledReply(request: DatabaseRequest, random: Random): DatabaseReply {
  return request.operation === 'TransactWriteItems' && random.chance(0.7)
    ? cancelledReply(request, random.pick(['ThrottlingError', 'ProvisionedThroughputExceeded']), random)
    : errorReply(
        'ProvisionedThroughputExceededException',
        'The level of configured provisioned throughput for the table was exceeded.',
      );
}

/** Only what writes meets transactions. */
function conflictReply(request: DatabaseRequest, random: Random): DatabaseReply | undefined {
  switch (request.operation) {
    case 'TransactWriteItems':
      return cancelledReply(request, 'TransactionConflict', random);
    case 'PutItem':
    case 'UpdateItem':
    case 'DeleteItem':
      return errorReply('TransactionConflictException', 'Transaction is ongoing for the item');
    default:
      return undefined;
  }
}

/** A transaction that was cancelled because of one of its actions. */
function cancelledReply({ input }: DatabaseRequest, code: string, random: Random): DatabaseReply {
  const count = (input['TransactItems'] as unknown[]).length;
  const culprit = random.below(count);
  const CancellationReasons = Array.from({ length: count }, (_, index) =>
    index === culprit ? { Code: code, Message: code } : { Code: 'None' },
  );
  const codes = CancellationReasons.map(({ Code }) => Code).join(', ');
  return errorReply(
    'TransactionCanceledException',
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    400,
    { CancellationReasons },
  );
}
