// What is sent again, and when: as the SDK's standard mode does it.
import { setTimeout as pause } from 'node:timers/promises';
import { mayHaveTakenEffect, tooLate, markOutcomeUnknown } from '../failure';
import type { SendOptions } from '../send';

/** How often a request is sent at most. */
const ATTEMPTS = 3;

/** Milliseconds of an attempt. API Gateway gives up after 29 s: three have to end well before. */
const TIMEOUT = 4_000;

/** Milliseconds of the longest first pause; each further one may be twice as long. */
const TRANSIENT_PAUSE = 25;
const THROTTLING_PAUSE = 1_000;
const LONGEST_PAUSE = 20_000;

/** Milliseconds by which a server's own wish may lengthen a pause. */
const LONGEST_WISH = 5_000;

/** So much may be spent on repeats, and what they cost: a database in trouble gets no storm of them. */
const QUOTA = 500;
const TRANSIENT_COST = 14;
const THROTTLING_COST = 5;

const THROTTLING = new Set([
  'LimitExceededException',
  'PriorRequestNotComplete',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  'TransactionInProgressException',
]);

const TRANSIENT = new Set(['TimeoutError', 'RequestTimeout', 'RequestTimeoutException']);
const TRANSIENT_STATUS = new Set([500, 502, 503, 504]);
const TRANSIENT_CODE = new Set(['EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN']);

/** What decides whether and when a request is sent again. */
export interface Failure {
  readonly name?: string;
  readonly message?: string;
  /** Of Node. */
  readonly code?: string;
  /** Whether a kept connection turned out to be closed. */
  readonly isStale?: boolean;
  /** Milliseconds that the server asks to wait. */
  readonly retryAfter?: number;
  $metadata?: {
    readonly httpStatusCode?: number;
    readonly clockSkewCorrected?: boolean;
    attempts?: number;
    totalRetryDelay?: number;
  };
}

/** Whether something is worth sending again, and if so why. */
function classify({
  name = '',
  message = '',
  code = '',
  $metadata = {},
}: Failure): 'throttling' | 'transient' | undefined {
  const status = $metadata.httpStatusCode ?? 0;
  if (THROTTLING.has(name) || status === 429) {
    return 'throttling';
  }
  const isTransient =
    TRANSIENT.has(name) ||
    TRANSIENT_CODE.has(code) ||
    TRANSIENT_STATUS.has(status) ||
    $metadata.clockSkewCorrected === true ||
    // Signed, then frozen with the function, then sent.
    (name === 'InvalidSignatureException' && message.includes('Signature expired'));
  return isTransient ? 'transient' : undefined;
}

/**
 * Sends one request until it succeeds, is not worth another attempt, or has no time for one.
 * @param attempt given how many milliseconds it may take
 */
export type Retrying = <T extends object>(
  attempt: (timeout: number) => Promise<T>,
  options?: SendOptions,
) => Promise<T>;

/** Repeats what fails for a while, within one quota; what it gives or throws says how often it was sent. */
export function openRetries(wait: (milliseconds: number) => Promise<unknown> = pause): Retrying {
  let quota = QUOTA;
  return async (attempt, { once = false, deadline = Infinity } = {}) => {
    if (Date.now() >= deadline) {
      throw tooLate();
    }
    let totalRetryDelay = 0;
    let spent = 1;
    let mayBeDone = false;
    for (let attempts = 1; ; attempts++) {
      try {
        const output = await attempt(Math.min(TIMEOUT, deadline - Date.now()));
        quota = Math.min(QUOTA, quota + spent);
        Object.assign(((output as Failure).$metadata ??= {}), { attempts, totalRetryDelay });
        return output;
      } catch (thrown) {
        const failure = thrown as Failure;
        mayBeDone ||= mayHaveTakenEffect(thrown);
        const kind = classify(failure);
        const cost = kind === 'throttling' ? THROTTLING_COST : TRANSIENT_COST;
        const delay = kind === undefined ? 0 : delayBefore(failure, kind, attempts);
        const isLast =
          kind === undefined ||
          attempts === ATTEMPTS ||
          quota < cost ||
          (once && mayBeDone) ||
          Date.now() + delay >= deadline;
        if (isLast) {
          Object.assign((failure.$metadata ??= {}), { attempts, totalRetryDelay });
          throw mayBeDone ? markOutcomeUnknown(thrown) : thrown;
        }
        quota -= cost;
        spent = cost;
        totalRetryDelay += delay;
        if (delay > 0) {
          await wait(delay);
        }
      }
    }
  };
}

/** Milliseconds, random from 0 on, so that those who failed together do not come back together. */
function delayBefore({ isStale, retryAfter = 0 }: Failure, kind: 'throttling' | 'transient', failed: number): number {
  if (isStale === true) {
    return 0;
  }
  const first = kind === 'throttling' ? THROTTLING_PAUSE : TRANSIENT_PAUSE;
  const delay = Math.floor(Math.random() * Math.min(first * 2 ** (failed - 1), LONGEST_PAUSE));
  return Math.max(delay, Math.min(retryAfter, delay + LONGEST_WISH));
}
