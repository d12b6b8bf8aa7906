// Whether an answer can be sent: found out before anything is written, as a write whose answer is lost looks like none.
import { Problem } from '../problem';
import type { Reply } from './response';

/** Lambda answers with 6 MB at most, headers and all. */
const MOST_BYTES = 4 * 1024 * 1024;

/** @throws Problem `too-large` */
export function refuseUnsendable({ body }: Reply): void {
  // The runtime puts the body into JSON once more, which doubles what is escaped.
  const bytes = Buffer.byteLength(JSON.stringify(JSON.stringify(body) ?? ''));
  if (bytes > MOST_BYTES) {
    throw new Problem('too-large', `The answer would have ${bytes} bytes, and at most ${MOST_BYTES} can be sent: ask for less with "Prefer: return=minimal" in the operations, or send fewer at once. Nothing was changed.`);
  }
}
