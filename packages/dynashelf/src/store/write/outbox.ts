// Messages that are sent in a transaction: each a record of the outbox, in the transaction of its writes.
import { keyText } from '../layout/record';
import { outboxAttributes, outboxKey, type SentMessage } from '../layout/outbox';
import type { Constraint } from './constraint';
import { newWrite } from './write';

/** The constraint that messages are sent where the changes are made, and only then. */
export function outbox(messages: readonly SentMessage[]): Constraint {
  return ({ writes }) => {
    for (const message of messages) {
      const write = newWrite('put', outboxKey(message.key), -1, () => []);
      // Due at once, whatever the clock of who sends it says.
      Object.assign(write.record, outboxAttributes({ ...message, attempts: 0, due: 0 }));
      writes.set(keyText(write.key), write);
    }
  };
}
