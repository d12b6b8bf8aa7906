// A message as it is sent: its body checked, with its defaults, and under a key of its own.
import { v7 as uuidv7 } from 'uuid';
import { decode, encode, prepareItem } from '#conversion';
import type { AnyMessage } from '../definition/message';
import type { SentMessage } from '../store/layout/outbox';
import { findFaults } from '../values/check';
import { isObject, type Json } from '../values/json';

/** Bytes of a body, as JSON: beside others in a transaction of DynamoDB's, and in an event of Lambda's. */
const MOST_BYTES = 100_000;

/**
 * Makes a message to be sent.
 * @throws Error for a body that is not as the message declares it, or too large: the app's own code made it
 */
export async function sentMessage(message: AnyMessage, given: unknown): Promise<SentMessage> {
  const { name, attributes } = message;
  const body = JSON.parse(JSON.stringify(given ?? {})) as Json;
  if (!isObject(body)) {
    throw new Error(`the message "${name}" is sent with what is no object: send its attributes`);
  }
  const found = findFaults({ name: `the message "${name}"`, attributes }, body);
  const { values, faults } = found.count > 0 ? { values: {}, faults: found } : await prepareItem(attributes, body);
  if (faults.count > 0) {
    const details = faults.named.map((fault) =>
      'pointer' in fault ? `${fault.pointer}: ${fault.detail}` : fault.detail,
    );
    throw new Error(`the message "${name}" is not sent as it declares: ${details.join(' ')}`);
  }
  const sent = {
    key: uuidv7(),
    message: name,
    body: await decode(attributes, encode(values)),
    sentAt: new Date().toISOString(),
  };
  const bytes = Buffer.byteLength(JSON.stringify(sent.body));
  if (bytes > MOST_BYTES) {
    throw new Error(
      `the message "${name}" has ${bytes} bytes, and at most ${MOST_BYTES} are sent: send the id of an item`,
    );
  }
  return sent;
}
