// The outcome of the first request of an idempotency key, given again to the same request.
import { Problem, type ProblemType } from '../problem';
import type { AttributeMap } from '../store/layout/value';
import type { Store } from '../store/store';

/** A request that shall have its effect once, however often it is sent. */
export interface Idempotency {
  /** A hash of the caller and the key. */
  readonly name: string;
  /** A hash of what makes the request the same. */
  readonly fingerprint: string;
}

/** The response that was recorded for the first request of the same key. */
export interface Replayed {
  readonly kind: 'replayed';
  readonly response: string;
}

/**
 * The problems whose cause can be what the first request of the same key did, such as lending the last copy; so can be
 * that of every type of the app's own.
 */
const OF_STATE: readonly string[] = [
  'forbidden',
  'not-found',
  'conflict',
  'precondition-failed',
  'invalid',
] satisfies ProblemType[];

/** Ends the attempts of a request whose key has an outcome already. */
export class Recorded extends Error {
  constructor(readonly record: AttributeMap) {
    super('The idempotency key has an outcome.');
  }
}

/**
 * Does a part of a transaction; where it fails and the key has an outcome, gives that instead, for what failed can be
 * the effect of the first request.
 */
export async function orReplay<T>(
  store: Store,
  idempotency: Idempotency,
  part: () => Promise<T>,
): Promise<T | { readonly result: Replayed }> {
  try {
    return await part();
  } catch (error) {
    const isOfState = error instanceof Problem && (typeof error.kind !== 'string' || OF_STATE.includes(error.type));
    const recorded =
      error instanceof Recorded
        ? error.record
        : isOfState
          ? (await store.lookUp([], idempotency.name)).outcome
          : undefined;
    if (recorded === undefined) {
      throw error;
    }
    return replay(store, idempotency, recorded);
  }
}

/**
 * The outcome that a record holds. @throws Problem `invalid` where that is another request's
 */
export async function replay(
  store: Store,
  { name, fingerprint }: Idempotency,
  record: AttributeMap,
): Promise<{ readonly result: Replayed }> {
  if (record['fingerprint']?.S !== fingerprint) {
    throw new Problem(
      'invalid',
      'This idempotency key was used for another request: use a new key for a new request.',
      {
        errors: [{ detail: 'Was used for another request.', header: 'Idempotency-Key' }],
      },
    );
  }
  return { result: { kind: 'replayed', response: await store.readResponse(name, record) } };
}
