// Writes of one item in one request, without reading it first: where a write need not know the item.
import { hasComputed } from '../../definition/computed';
import { isReadOnly } from '../../values/node';
import type { StoredValue } from '../../values/stored';
import type { Resource } from '../../definition/resource';
import { uniqueGroups } from '../../definition/unique-groups';
import { isConditionFailure, isOutcomeUnknown, unknownOutcome } from '../client/failure';
import { indexKeyNames, indexKeys, transactionalIndexes } from '../layout/index-keys';
import { recordKey, toImage, type Image } from '../layout/record';
import type { Send } from '../client/send';
import { BIRTH_ATTRIBUTE, TOKEN_LENGTH, WRITERS_ATTRIBUTE } from '../layout/table';
import { encode } from '#conversion';
import { encodeValue, type AttributeMap } from '../layout/value';
import { either, equals, exists, isAmong, notContains, notExists, present } from './condition';
import { newImage, notValid } from './new-image';
import { isPinned, preconditionConditions, type Preconditions } from './preconditions';
import type { RecordChanges } from './record-changes';
import { unmarked } from './deletion-mark';
import { referring, referrersOf, unreferred } from './references';
import { referenceAttributes } from '../layout/layout-record';
import { withItemSize } from './too-large';
import { newWrite, readBack, sendAlone, type Write } from './write';

/** What the writes of one request share. */
export interface WriteContext {
  readonly send: Send;
  readonly TableName: string;
  readonly resources: ReadonlyMap<string, Resource>;
  /** The token by which a record shows that this request wrote it. */
  readonly token: string;
  /** When to stop trying, in milliseconds since 1970. */
  readonly deadline: number;
}

/** What became of a conditional write: the item as it now is, or what stood against it. */
export type SingleOutcome =
  { readonly written: Image } | { readonly written?: undefined; readonly current: Image | undefined };

/**
 * Whether an item can be made, replaced or deleted without knowing others, or what it is: nothing else depends on its
 * attributes.
 */
export function isIndependent(resource: Resource): boolean {
  let known = independent.get(resource);
  if (known === undefined) {
    const indexed = Object.values(resource.indexes).flatMap(({ partition, sort }) =>
      [partition ?? [], sort ?? []].flat(),
    );
    known =
      uniqueGroups(resource).length === 0 &&
      referenceAttributes(resource).length === 0 &&
      transactionalIndexes(resource).length === 0 &&
      !hasComputed(resource) &&
      resource.onWrite === undefined &&
      // PUT keeps what is read-only, so an index key of it is not known either.
      !indexed.some((name) => isReadOnly(resource.attributes.get(name)!));
    independent.set(resource, known);
  }
  return known;
}

const independent = new WeakMap<Resource, boolean>();

/** Makes an item under an id that was made here. @throws Problem `invalid` for a value that no index can hold */
export async function createAlone(
  context: WriteContext,
  resource: Resource,
  id: string,
  values: Record<string, StoredValue>,
): Promise<Image> {
  const { faults, ...image } = await newImage(resource, id, undefined, { mode: 'replace', values }, context.token);
  if (faults.length > 0) {
    throw notValid(faults);
  }
  const write = newWrite('put', recordKey(resource, id), 0, () => []);
  Object.assign(write.record, image.record);
  write.conditions.push(notExists);
  const { isDone } = await sendSingle(context, write, true);
  if (!isDone) {
    throw new Error(`The id ${id}, made here at random, is taken in ${resource.name}.`);
  }
  return image;
}

/** Makes an item what a request says, whether it exists or not: version 1 says it is new. What is read-only stays. */
export async function replaceAlone(
  context: WriteContext,
  resource: Resource,
  id: string,
  values: Record<string, StoredValue>,
  preconditions: Preconditions,
): Promise<SingleOutcome> {
  const write = newWrite('update', recordKey(resource, id), 0, () => []);
  const encoded = encode(values);
  for (const [attribute, { keywords }] of resource.attributes) {
    const stored = encoded[attribute];
    const stays = keywords.readOnly === true && keywords.forceDefault !== true;
    if (stored !== undefined) {
      (stays ? write.setIfAbsent : write.set)[attribute] = stored;
    } else if (!stays) {
      write.remove.push(attribute);
    }
  }
  const keys = indexKeys(resource, id, encoded);
  setOrRemove(write, Object.fromEntries(indexKeyNames(resource).map((name) => [name, keys[name]])));
  const now = { S: new Date().toISOString() };
  write.setIfAbsent['createdAt'] = now;
  write.setIfAbsent[BIRTH_ATTRIBUTE] = { S: context.token };
  write.conditions.push(...unmarked(context.resources, resource), ...preconditionConditions(preconditions));
  return update(context, resource, write, now, preconditions);
}

/** What an item must be for a change of it to be made. */
export interface Expected {
  /** Attributes that it has. */
  readonly present: readonly string[];
  /** The values of some. */
  readonly equal: Readonly<Record<string, StoredValue>>;
  /** The texts of which some have one each. */
  readonly among: Readonly<Record<string, readonly string[]>>;
  readonly preconditions: Preconditions;
}

/** Changes an item that exists. */
export async function changeAlone(
  context: WriteContext,
  resource: Resource,
  id: string,
  changes: RecordChanges,
  { present: attributes, equal, among, preconditions }: Expected,
): Promise<SingleOutcome> {
  const write = newWrite('update', recordKey(resource, id), 0, () => []);
  setOrRemove(write, changes);
  write.conditions.push(
    exists,
    ...unmarked(context.resources, resource),
    ...preconditionConditions(preconditions),
    ...attributes.map(present),
    ...Object.entries(equal).map(([attribute, value]) => equals(attribute, encodeValue(value))),
    ...Object.entries(among).map(([attribute, texts]) => isAmong(attribute, texts)),
  );
  return update(context, resource, write, { S: new Date().toISOString() }, preconditions);
}

/** Deletes an item; undefined where it is done, else what stood against it. */
export async function deleteAlone(
  context: WriteContext,
  resource: Resource,
  id: string,
  preconditions: Preconditions,
): Promise<{ readonly current: Image | undefined; readonly referring: string[] } | undefined> {
  const collections = referrersOf(context.resources, resource).map((referrer) => referrer.resource.name);
  const write = newWrite('delete', recordKey(resource, id), 0, () => []);
  write.conditions.push(
    exists,
    ...unmarked(context.resources, resource),
    ...preconditionConditions(preconditions),
    ...unreferred(collections),
  );
  const outcome = await sendSingle(context, write, !isPinned(preconditions));
  if (outcome.isDone) {
    return undefined;
  }
  const { current } = outcome;
  return {
    current: current && (await toImage(resource, current)),
    referring: current === undefined ? [] : referring(current, collections),
  };
}

function setOrRemove(write: Write, changes: RecordChanges): void {
  for (const [attribute, stored] of Object.entries(changes)) {
    if (stored === undefined) {
      write.remove.push(attribute);
    } else {
      write.set[attribute] = stored;
    }
  }
}

/** Sends an update that makes a new version. */
async function update(
  context: WriteContext,
  resource: Resource,
  write: Write,
  now: { S: string },
  preconditions: Preconditions,
): Promise<SingleOutcome> {
  const { token } = context;
  write.set['updatedAt'] = now;
  write.set[WRITERS_ATTRIBUTE] = { S: token };
  // ADD takes what is absent as 0.
  write.add['version'] = { N: '1' };
  // Where the response was lost and the request is sent again, it must not count twice.
  write.conditions.push(either(notExists, notContains(WRITERS_ATTRIBUTE, token)));
  const { isDone, current } = await sendSingle(context, write, !isPinned(preconditions));
  const image = current && (await toImage(resource, current));
  return isDone ? { written: image! } : { current: image };
}

interface Sent {
  readonly isDone: boolean;
  /** The record as the write left it, where an update did; else as it stood against the write. */
  readonly current: AttributeMap | undefined;
}

/**
 * Sends one write, and finds out what became of it.
 * @param once whether a second attempt could take effect beside a first one whose answer was lost
 * @throws Problem `unavailable` where nobody knows whether it took effect
 */
async function sendSingle(context: WriteContext, write: Write, once: boolean): Promise<Sent> {
  const { send, TableName, token } = context;
  try {
    return { isDone: true, current: await sendAlone(send, write, TableName, { returnNew: true, once }) };
  } catch (error) {
    if (!isConditionFailure(error) && !isOutcomeUnknown(error)) {
      throw withItemSize(error, [write]);
    }
    const current = isConditionFailure(error) ? error.Item : await readBack(send, write, TableName);
    const isDone =
      write.kind === 'delete'
        ? current === undefined && isOutcomeUnknown(error)
        : current?.[WRITERS_ATTRIBUTE]?.S?.slice(0, TOKEN_LENGTH) === token;
    // Done perhaps by an attempt whose response was lost, and others have written since.
    if (!isDone && isOutcomeUnknown(error)) {
      throw unknownOutcome();
    }
    return { isDone, current };
  }
}
