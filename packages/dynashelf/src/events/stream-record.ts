// What the records of the table's stream say of items: which change each is of which collection, if it is any.
import type { Resource } from '../definition/resource';
import type { ChangingResource } from '../store/append';
import { looksAlike, positionOf, type ChangeKind, type NewChange } from '../store/layout/change';
import { fromBase64 } from '../store/client/https/bytes';
import { toImage } from '../store/layout/record';
import { MOVED_ATTRIBUTE, PARTITION_KEY, SORT_KEY } from '../store/layout/table';
import type { AttributeMap } from '../store/layout/value';
import { typeEmptyValues } from '../store/layout/empty-values';

/** A record of the stream, as Lambda gives it to a function. */
export interface StreamRecord {
  readonly eventName?: string | undefined;
  /** Who wrote it, where that was DynamoDB itself. */
  readonly userIdentity?: { readonly type?: string; readonly principalId?: string } | undefined;
  readonly dynamodb?:
    | {
        /** Seconds since 1970; local engines have other forms. */
        readonly ApproximateCreationDateTime?: number | string;
        readonly Keys?: AttributeMap;
        readonly NewImage?: AttributeMap;
        readonly OldImage?: AttributeMap;
        readonly SequenceNumber?: string;
      }
    | undefined;
}

/** A change of a collection that declares changes. */
export interface ReadRecord {
  readonly resource: Resource & ChangingResource;
  readonly change: NewChange;
  /** Why it cannot be read, where it cannot. */
  readonly fault: string | undefined;
}

/**
 * Reads a record of the stream. Bytes in it come as base64, and are made bytes in place.
 * @returns undefined where it is none of a collection that declares changes, or changes nothing that anybody sees
 */
export async function readStreamRecord(
  resources: ReadonlyMap<string, Resource>,
  { eventName, userIdentity, dynamodb = {} }: StreamRecord,
): Promise<ReadRecord | undefined> {
  const { Keys = {}, NewImage, OldImage, SequenceNumber } = dynamodb;
  const { [PARTITION_KEY]: partition, [SORT_KEY]: id } = Keys;
  const resource = resources.get((partition?.S ?? '').split('#')[0]!);
  if (resource?.changes === undefined || id?.S === undefined || SequenceNumber === undefined) {
    return undefined;
  }
  fromBase64(NewImage);
  fromBase64(OldImage);
  typeEmptyValues(resource.attributes, NewImage);
  typeEmptyValues(resource.attributes, OldImage);
  if (isMove(partition!, eventName, NewImage, OldImage)) {
    return undefined;
  }
  if (NewImage !== undefined && OldImage !== undefined && isUnseen(OldImage, NewImage)) {
    return undefined;
  }
  const image = NewImage ?? OldImage;
  const version = Number(image?.['version']?.N ?? NaN) + (NewImage === undefined ? 1 : 0);
  const change: NewChange = {
    kind: kindOf(NewImage, OldImage, userIdentity),
    id: id.S,
    version,
    time: timeOf(image, NewImage === undefined, dynamodb.ApproximateCreationDateTime),
    before: OldImage,
    after: NewImage,
    position: positionOf(SequenceNumber, Keys),
  };
  const fault = Number.isSafeInteger(version)
    ? await faultOf(resource, [OldImage, NewImage])
    : 'it has no version, so something else has written it';
  return {
    resource: resource as ReadRecord['resource'],
    change: fault === undefined ? change : unreadable(change),
    fault,
  };
}

/** A change of which nobody can say more than that it was. */
export function unreadable(change: NewChange): NewChange {
  const { version } = change;
  return {
    ...change,
    kind: 'unreadable',
    version: Number.isSafeInteger(version) ? version : 0,
    before: undefined,
    after: undefined,
  };
}

function kindOf(
  after: AttributeMap | undefined,
  before: AttributeMap | undefined,
  identity: StreamRecord['userIdentity'],
): ChangeKind {
  if (after !== undefined) {
    return before === undefined ? 'created' : 'updated';
  }
  // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-streams.html
  const isExpiry = identity?.type === 'Service' && identity.principalId === 'dynamodb.amazonaws.com';
  return isExpiry ? 'expired' : 'deleted';
}

/** A migration has put the item elsewhere in the table: what it puts there, and takes away, names the new place. */
function isMove(
  partition: { S?: string | undefined },
  eventName: string | undefined,
  after: AttributeMap | undefined,
  before: AttributeMap | undefined,
): boolean {
  const moved = (after ?? before)?.[MOVED_ATTRIBUTE]?.S;
  return (
    moved !== undefined &&
    ((before === undefined && eventName !== 'REMOVE' && moved === partition.S) ||
      (after === undefined && moved !== partition.S))
  );
}

/** What others refer to, and what a deletion or migration marks, is written without a version of its own. */
function isUnseen(before: AttributeMap, after: AttributeMap): boolean {
  return before['version']?.N === after['version']?.N && looksAlike(before, after);
}

/** An item says when it was written; of one that is gone the stream does, to the second, and never before that. */
function timeOf(image: AttributeMap | undefined, isGone: boolean, created: number | string | undefined): string {
  const updated = image?.['updatedAt']?.S ?? '';
  const seconds = typeof created === 'number' ? created * 1000 : Date.parse(created ?? '');
  const known = Number.isFinite(seconds) ? new Date(seconds).toISOString() : new Date().toISOString();
  return isGone ? (known > updated ? known : updated) : updated || known;
}

async function faultOf(resource: Resource, images: readonly (AttributeMap | undefined)[]): Promise<string | undefined> {
  try {
    for (const image of images) {
      await (image && toImage(resource, image));
    }
    return undefined;
  } catch (error) {
    return String((error as Error).message);
  }
}
