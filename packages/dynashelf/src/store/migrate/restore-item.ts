// An item put back as it was exported: with its id, version and times, and with what is read-only, computed, counted or
// summed. Its constraints are made by the migration afterwards.
import { randomUUID } from 'node:crypto';
import { prepareGiven, encode } from '#conversion';
import type { Resource } from '../../definition/resource';
import { writable } from '../../definition/writable';
import { gatherFaults, pointer, Problem, type Fault } from '../../problem';
import { findFaults } from '../../values/check';
import { CHOOSABLE_ID, isChoosable } from '../../values/id';
import type { JsonObject } from '../../values/json';
import { isConditionFailure } from '../client/failure';
import type { Send } from '../client/send';
import { indexKeys } from '../layout/index-keys';
import { recordKey } from '../layout/record';
import { BIRTH_ATTRIBUTE, PARTITION_KEY, TOKEN_LENGTH, WRITERS_ATTRIBUTE } from '../layout/table';
import type { AttributeMap } from '../layout/value';

/** The attributes of an export that are the system's own. */
const SYSTEM = ['id', 'version', 'createdAt', 'updatedAt'];

/**
 * The record of an exported item.
 * @throws Problem `invalid` with every fault
 */
export async function restoredRecord(resource: Resource, exported: JsonObject): Promise<AttributeMap> {
  const { id, version = 1, createdAt = new Date().toISOString(), updatedAt = createdAt } = exported;
  const attributes = Object.fromEntries(Object.entries(exported).filter(([name]) => !SYSTEM.includes(name)));
  const faults = gatherFaults();
  const require = (is: boolean, name: string, detail: string): void => {
    if (!is) {
      faults.add((): Fault => ({ detail, pointer: pointer(name) }));
    }
  };
  require(typeof id === 'string' && isChoosable(id), 'id', `An id has ${CHOOSABLE_ID}.`);
  require(Number.isSafeInteger(version) && (version as number) > 0, 'version', 'Must be a whole number from 1.');
  for (const [name, time] of Object.entries({ createdAt, updatedAt })) {
    require(isTime(time), name, 'Must be a time such as 2026-01-31T12:00:00.000Z.');
  }
  faults.addAll(findFaults(resource, writable(resource.attributes, attributes)));
  refuse(faults);
  const prepared = await prepareGiven(resource.attributes, attributes, new Set(resource.attributes.keys()));
  faults.addAll(prepared.faults);
  refuse(faults);
  const token = randomUUID().slice(0, TOKEN_LENGTH);
  const record: AttributeMap = {
    ...encode(prepared.values),
    ...recordKey(resource, id as string),
    version: { N: JSON.stringify(version) },
    createdAt: { S: createdAt as string },
    updatedAt: { S: updatedAt as string },
    [WRITERS_ATTRIBUTE]: { S: token },
    [BIRTH_ATTRIBUTE]: { S: token },
  };
  return { ...record, ...indexKeys(resource, id as string, record) };
}

/** Puts a record, if there is no such item. @returns whether there was none */
export async function putRestored(send: Send, TableName: string, Item: AttributeMap): Promise<boolean> {
  try {
    await send('PutItem', { TableName, Item, ConditionExpression: `attribute_not_exists(${PARTITION_KEY})` });
    return true;
  } catch (error) {
    if (isConditionFailure(error)) {
      return false;
    }
    throw error;
  }
}

function isTime(value: unknown): boolean {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value)) && new Date(value).toISOString() === value;
}

function refuse(faults: ReturnType<typeof gatherFaults>): void {
  if (faults.count > 0) {
    throw new Problem('invalid', 'The item is not valid: correct what "errors" names. Nothing was changed.', {
      errors: faults,
    });
  }
}
