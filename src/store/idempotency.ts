// The outcome of a request with an idempotency key (draft-ietf-httpapi-idempotency-key-header), kept in the transaction of its write.
import { Problem } from '../problem';
import { newAction, type Action } from './action';
import { EXPIRES_ATTRIBUTE, PARTITION_KEY, SORT_KEY } from './table';
import type { AttributeMap } from './value';

/** Seconds for which an outcome is kept. */
const KEPT_FOR = 24 * 60 * 60;

/** Bytes of an outcome that go into one record, which DynamoDB limits to 400 KB. */
const PART_BYTES = 350_000;

/** Bytes of an outcome that go into one transaction, which DynamoDB limits to 4 MB, beside what the request writes. */
const MOST_BYTES = 2_500_000;

/** What the partition of every kept outcome begins with. */
const PREFIX = '#idempotency#';

/** An outcome, to be given again to the same request. */
export interface Kept {
  /** Names the outcome: a hash of the caller and the key. */
  readonly name: string;
  /** Stands for method, path, parameters, caller and body: another one is another request. */
  readonly fingerprint: string;
  /** The outcome itself, as text. */
  readonly outcome: string;
}

/** The key of the record that holds the outcome, or of a further part of it. */
export function keptKey(name: string, part = 0): AttributeMap {
  return { [PARTITION_KEY]: { S: `${PREFIX}${name}` }, [SORT_KEY]: { S: String(part) } };
}

/** Whether a key is that of a record which holds an outcome. */
export function isKeptKey(key: AttributeMap): boolean {
  return key[PARTITION_KEY]?.S?.startsWith(PREFIX) === true;
}

/**
 * The actions that keep an outcome unless one is kept under the name.
 * @throws Problem `too-large`
 */
export function keepActions({ name, fingerprint, outcome }: Kept): Action[] {
  const expires = { N: String(Math.floor(Date.now() / 1000) + KEPT_FOR) };
  const bytes = Buffer.from(outcome);
  if (bytes.length > MOST_BYTES) {
    throw new Problem('too-large', `The answer would have ${bytes.length} bytes, and with an idempotency key at most ${MOST_BYTES} can be kept: ask for less with "Prefer: return=minimal", or write less at once. Nothing was changed.`);
  }
  const parts = Math.max(1, Math.ceil(bytes.length / PART_BYTES));
  return Array.from({ length: parts }, (_, part) => {
    const action = newAction('put', keptKey(name, part), (current) => (current === undefined ? [] : [{ kind: 'kept', record: current }]));
    Object.assign(action.record, { [EXPIRES_ATTRIBUTE]: expires, outcome: { B: bytes.subarray(part * PART_BYTES, (part + 1) * PART_BYTES) } });
    if (part === 0) {
      Object.assign(action.record, { fingerprint: { S: fingerprint }, parts: { N: String(parts) } });
      // DynamoDB removes what has expired within days; until then it counts as absent.
      action.conditions.push(({ name: attribute, value }) => `(attribute_not_exists(${attribute(PARTITION_KEY)}) OR ${attribute(EXPIRES_ATTRIBUTE)} <= ${value({ N: String(Math.floor(Date.now() / 1000)) })})`);
    }
    return action;
  });
}

/** Whether a kept record still counts. */
export function isKept(record: AttributeMap | undefined): record is AttributeMap {
  return record !== undefined && Number(record[EXPIRES_ATTRIBUTE]?.N) > Date.now() / 1000;
}

/** The keys of the further parts of an outcome. */
export function furtherParts(name: string, record: AttributeMap): AttributeMap[] {
  return Array.from({ length: Number(record['parts']?.N ?? 1) - 1 }, (_, index) => keptKey(name, index + 1));
}

/** The outcome of its parts, in any order. */
export function readOutcome(records: readonly AttributeMap[]): string {
  const parts = [...records].sort((a, b) => Number(a[SORT_KEY]?.S) - Number(b[SORT_KEY]?.S));
  return Buffer.concat(parts.map(({ outcome }) => outcome?.B ?? new Uint8Array())).toString();
}
