// What an attempt of a transaction knows of each item, and the changes and failures that come of it all.
import { Problem, type Fault } from '../problem';
import type { Resource } from '../definition/resource';
import type { SentMessage } from '../store/layout/outbox';
import type { Image } from '../store/layout/record';
import type { ListedPartition } from '../store/layout/checksum';
import type { Change } from '../store/write/constraint';
import { notValid, type NewImage, type Values } from '../store/write/new-image';
import type { CountChange } from './counts';

/** Where in the request a change comes from, for the pointers of its faults. */
export type Origin = readonly (string | number)[];

/** The pointer of a fault of one change, given where it comes from, and the pointer into its item. */
export type PlaceFault = (origin: Origin, inner: string) => string;

/** What a request does not fulfil, and where in it. */
export interface Failure {
  readonly origin: Origin;
  readonly problem: Problem;
  /** Of an item that a deletion under way has marked; or thrown by the own code of a resource file. */
  readonly kind?: 'deleting' | 'own';
}

/** What an attempt knows of one item, and asks for. */
export interface Entry {
  readonly resource: Resource;
  readonly id: string;
  readonly oldImage: Image | undefined;
  origin: Origin;
  /** What is asked for; an item that is only read has to stay as it is. */
  write:
    | { readonly kind: 'put'; readonly values: Values; /** Without counts. */ readonly image: NewImage }
    | { readonly kind: 'delete' }
    | undefined;
  /** What is added to its counts and sums by the other writes, as it is written. */
  counts: Map<string, string>;
  /** Who adds to its counts. */
  causes: CountChange['causes'];
  /** The image with its counts; undefined where nothing changes, or the item goes. */
  newImage: NewImage | undefined;
}

/** What an attempt asks for. */
export interface Settled {
  readonly changes: Change[];
  /** Where each change comes from. */
  readonly origins: Origin[];
  readonly failures: readonly Failure[];
  /** The partitions of indexes that it has listed. */
  readonly listed: readonly ListedPartition[];
  /** What is sent with the writes. */
  readonly messages: readonly SentMessage[];
}

/** An item as text, equal for the same. */
export function nameOf({ name }: Pick<Resource, 'name'>, id: string): string {
  return `${name}/${id}`;
}

/** A new entry of an item of which nothing is asked yet. */
export function openEntry(resource: Resource, id: string, oldImage: Image | undefined): Entry {
  return { resource, id, oldImage, origin: [], write: undefined, counts: new Map(), causes: [], newImage: undefined };
}

/** The item as the attempt has left it so far; undefined where there is none. */
export function imageOf({ oldImage, write, newImage }: Entry): Image | undefined {
  return write?.kind === 'delete' ? undefined : (newImage ?? oldImage);
}

/** What some entries ask for, their counts applied. */
export function settledOf(
  entries: readonly Entry[],
  failures: readonly Failure[],
  place: PlaceFault,
): Omit<Settled, 'listed' | 'messages'> {
  return {
    changes: entries.map((entry) => toChange(entry, entries)),
    origins: entries.map(originOf),
    failures: [...failures, ...brokenRules(entries, place)],
  };
}

function toChange({ resource, id, oldImage, write, newImage, causes }: Entry, all: readonly Entry[]): Change {
  if (write?.kind === 'delete') {
    return { kind: 'delete', resource, id, oldImage: oldImage! };
  }
  if (newImage === undefined) {
    return { kind: 'check', resource, id, oldImage };
  }
  if (oldImage === undefined) {
    return { kind: 'create', resource, id, newImage };
  }
  const cause =
    write === undefined
      ? { cause: all.findIndex((other) => other.write !== undefined && other.origin === causes[0]?.origin) }
      : {};
  return { kind: 'update', resource, id, oldImage, newImage, ...cause };
}

/** An item whose counts alone change belongs to the first that changes them. */
function originOf({ origin, write, causes }: Entry): Origin {
  return write === undefined ? (causes[0]?.origin ?? origin) : origin;
}

/** Items that would not be as they must: a fault of their own write, or of those whose counts they keep. */
function brokenRules(entries: readonly Entry[], place: PlaceFault): Failure[] {
  const broken = entries.flatMap((entry) =>
    entry.newImage !== undefined && entry.newImage.faults.length > 0 ? [{ ...entry, newImage: entry.newImage }] : [],
  );
  return broken.map(({ origin, write, newImage: { faults }, causes }): Failure => {
    if (write?.kind === 'put' && write.image.faults.length > 0) {
      const errors = faults.map((fault) =>
        'pointer' in fault ? { ...fault, pointer: place(origin, fault.pointer) } : fault,
      );
      return { origin, problem: notValid(errors) };
    }
    const details = [...new Set(faults.map(({ detail }) => detail))].join(' ');
    const errors = causes.map((cause): Fault => ({ detail: details, pointer: place(cause.origin, cause.inner) }));
    return { origin: causes[0]?.origin ?? origin, problem: new Problem('conflict', details, { errors }) };
  });
}
