// The limits of a request and of a reply. API Gateway bounds a request as a whole, but not those inside a transaction.
import { LONGEST_HEADER, LONGEST_URL, MOST_PARAMETERS } from '../definition/limits';
import { Problem, type Fault } from '../problem';
import { bytesBeyond, MOST_TOGETHER } from '../store/query/answer-size';
import { ALLOWED_HEADERS } from './cors';
import type { Request } from './request';

/** Every header that something is read from. */
const READ_HEADERS = [...ALLOWED_HEADERS, 'Accept-Encoding', 'Content-Encoding', 'Origin'].map((name) => ({
  name,
  key: name.toLowerCase(),
}));

/** @throws Problem `malformed-request` naming what is too long or too many */
export function refuseExcess({
  segments,
  parameters,
  header,
}: Pick<Request, 'segments' | 'parameters' | 'header'>): void {
  const faults: Fault[] = [];
  for (const { name, key } of READ_HEADERS) {
    const length = header(key)?.length ?? 0;
    if (length > LONGEST_HEADER) {
      faults.push({
        detail: `Has ${length} characters, and at most ${LONGEST_HEADER} are read: shorten it.`,
        header: name,
      });
    }
  }
  const length = [...segments, ...parameters.flat()].reduce((sum, part) => sum + part.length + 1, 0);
  if (faults.length > 0 || length > LONGEST_URL || parameters.length > MOST_PARAMETERS) {
    throw tooLong(faults);
  }
}

/** The problem with a request that is too long in any of these. */
export function tooLong(errors: readonly Fault[] = []): Problem {
  return new Problem(
    'malformed-request',
    `The request is too long: its path and query have at most ${LONGEST_URL} characters and ${MOST_PARAMETERS} parameters, and each header at most ${LONGEST_HEADER}.`,
    {
      ...(errors.length > 0 && { errors }),
    },
  );
}

/**
 * Refuses a reply that cannot be sent, before anything is written: a write whose answer is lost looks like none.
 * @throws Problem `too-large`
 */
export function refuseUnsendable({ body }: { readonly body?: unknown }): void {
  const bytes = bytesBeyond(MOST_TOGETHER, body);
  if (bytes !== undefined) {
    throw new Problem(
      'too-large',
      `The answer would have ${bytes} bytes, and at most ${MOST_TOGETHER} can be sent: ask for less with "Prefer: return=minimal", or send fewer at once. Nothing was changed.`,
    );
  }
}
