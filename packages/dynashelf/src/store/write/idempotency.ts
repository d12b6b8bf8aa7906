// The outcome of a request with an idempotency key (draft-ietf-httpapi-idempotency-key-header), kept in the transaction
// of its write.
import { Problem } from '../../problem';
import { keyText } from '../layout/record';
import { EXPIRES_ATTRIBUTE, PARTITION_KEY, SORT_KEY } from '../layout/table';
import type { AttributeMap } from '../layout/value';
import { either, notExists, type Condition } from './condition';
import type { Constraint } from './constraint';
import { newWrite } from './write';

/** Seconds for which an outcome is kept. */
const KEPT_FOR = 24 * 60 * 60;

/** Bytes of an outcome that go into one record, which DynamoDB limits to 400 KB. */
const PART_BYTES = 350_000;

/** Bytes of an outcome that go into one transaction, which DynamoDB limits to 4 MB, beside what the request writes. */
const MOST_BYTES = 2_500_000;

/** What the partition of every recorded outcome begins with. */
const PREFIX = '#idempotency#';

/** The outcome of a request, to be given again to the same request. */
export interface Outcome {
  /** Names the outcome: a hash of the caller and the key. */
  readonly name: string;
  /** Stands for all that makes the request the same: another one is another request. */
  readonly fingerprint: string;
  /** The response, as text. */
  readonly response: string;
}

/** The key of the record that holds an outcome, or of a further part of it. */
export function outcomeKey(name: string, part = 0): AttributeMap {
  return { [PARTITION_KEY]: { S: `${PREFIX}${name}` }, [SORT_KEY]: { S: String(part) } };
}

/** Whether a key is that of a record which holds an outcome. */
export function isOutcomeKey(key: AttributeMap): boolean {
  return key[PARTITION_KEY]?.S?.startsWith(PREFIX) === true;
}

/**
 * The constraint that an idempotency key has one outcome: it is recorded with the changes that make it, unless there is
 * one.
 * @throws Problem `too-large`, when it is applied
 */
export function idempotency({ name, fingerprint, response }: Outcome): Constraint {
  return ({ writes }) => {
    const expires = { N: String(Math.floor(Date.now() / 1000) + KEPT_FOR) };
    const bytes = Buffer.from(response);
    if (bytes.length > MOST_BYTES) {
      throw new Problem(
        'too-large',
        `The answer would have ${bytes.length} bytes, and with an idempotency key at most ${MOST_BYTES} can be kept: ask for less with "Prefer: return=minimal", or write less at once. Nothing was changed.`,
      );
    }
    const parts = Math.max(1, Math.ceil(bytes.length / PART_BYTES));
    for (let part = 0; part < parts; part++) {
      const write = newWrite('put', outcomeKey(name, part), -1, (current) =>
        current === undefined ? [] : [{ kind: 'recorded', record: current }],
      );
      Object.assign(write.record, {
        [EXPIRES_ATTRIBUTE]: expires,
        response: { B: bytes.subarray(part * PART_BYTES, (part + 1) * PART_BYTES) },
      });
      if (part === 0) {
        Object.assign(write.record, { fingerprint: { S: fingerprint }, parts: { N: String(parts) } });
        // DynamoDB removes what has expired within days; until then it counts as absent.
        write.conditions.push(either(notExists, hasExpired()));
      }
      writes.set(keyText(write.key), write);
    }
  };
}

function hasExpired(): Condition {
  const now = Math.floor(Date.now() / 1000);
  return {
    expression: ({ name, value }) => `${name(EXPIRES_ATTRIBUTE)} <= ${value({ N: String(now) })}`,
    holds: (record) => Number(record?.[EXPIRES_ATTRIBUTE]?.N) <= now,
  };
}

/** Whether a recorded outcome still counts. */
export function isInForce(record: AttributeMap | undefined): record is AttributeMap {
  return record !== undefined && Number(record[EXPIRES_ATTRIBUTE]?.N) > Date.now() / 1000;
}

/** The keys of the further parts of an outcome. */
export function furtherParts(name: string, record: AttributeMap): AttributeMap[] {
  return Array.from({ length: Number(record['parts']?.N ?? 1) - 1 }, (_, index) => outcomeKey(name, index + 1));
}

/** The response of an outcome's parts, in any order. */
export function readResponse(records: readonly AttributeMap[]): string {
  const parts = [...records].sort((a, b) => Number(a[SORT_KEY]?.S) - Number(b[SORT_KEY]?.S));
  return Buffer.concat(parts.map(({ response }) => response?.B ?? new Uint8Array())).toString();
}
