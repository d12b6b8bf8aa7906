// Whether an answer can be sent: found out before anything is written, as a write whose answer is lost looks like none.
import { Problem } from '../problem';
import { bytesBeyond, MOST_TOGETHER } from '../store/query/answer-size';
import type { Reply } from './response';

/** @throws Problem `too-large` */
export function refuseUnsendable({ body }: Reply): void {
  const bytes = bytesBeyond(MOST_TOGETHER, body);
  if (bytes !== undefined) {
    throw new Problem(
      'too-large',
      `The answer would have ${bytes} bytes, and at most ${MOST_TOGETHER} can be sent: ask for less with "Prefer: return=minimal", or send fewer at once. Nothing was changed.`,
    );
  }
}
