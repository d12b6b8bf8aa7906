// Reads a whole table and proves its invariants: a parallel Scan at a bounded rate, of which the state can be kept at
// any page, so that another run goes on from there.
import type { Resource } from '../../definition/resource';
import { pacer } from '../client/pacer';
import type { Send } from '../client/send';
import { constraintsOf, heldConstraints, readLayouts } from '../layout/layout-record';
import { recordKey } from '../layout/record';
import type { AttributeMap } from '../layout/value';
import type { Finding } from './finding';
import { openLedger } from './ledger';
import { emptyLedger, type LedgerState } from './ledger-state';

/** How far a run is. */
export interface Progress {
  readonly records: number;
  /** Read capacity units. */
  readonly units: number;
}

/** A run that can be gone on with: what is open, and where each segment of the Scan goes on. */
export interface VerifyState {
  readonly ledger: LedgerState;
  /** The place of each segment: a key, `null` where it begins, `false` where it is done. */
  readonly segments: (AttributeMap | null | false)[];
  records: number;
}

/** How a table is read. */
export interface VerifyOptions {
  /** Read capacity units a second; unbounded without it. */
  readonly rate?: number | undefined;
  /** Called after each page, which then is part of the state. */
  readonly onPage?: ((progress: Progress) => void) | undefined;
}

/** How many segments are read side by side. */
const SEGMENTS = 4;

/** The state before a run. */
export function beginVerification(): VerifyState {
  return { ledger: emptyLedger(), segments: Array.from({ length: SEGMENTS }, () => null), records: 0 };
}

/**
 * Proves the invariants of a table in one pass. Where others write meanwhile, what they change between two pages can
 * look wrong: a second pass tells.
 * @param state is changed; a run that was stopped goes on from it
 */
export async function verifyTable(
  send: Send,
  TableName: string,
  resources: ReadonlyMap<string, Resource>,
  state: VerifyState,
  { rate, onPage }: VerifyOptions = {},
): Promise<Finding[]> {
  const layouts = await readLayouts(send, TableName);
  const ledger = openLedger(resources, state.ledger, {
    isWhole: true,
    holds: (resource, constraint) => heldConstraints(layouts.get(resource.name)).has(constraint),
  });
  const keepPace = pacer(rate);
  let units = 0;
  // One page at a time is added, so that the state is whole whenever it is kept.
  let adding = Promise.resolve();
  await Promise.all(
    state.segments.map(async (_, segment) => {
      for (let place = state.segments[segment]!; place !== false; place = state.segments[segment]!) {
        const {
          Items = [],
          LastEvaluatedKey,
          ConsumedCapacity,
        } = await send('Scan', {
          TableName,
          ConsistentRead: true,
          Segment: segment,
          TotalSegments: state.segments.length,
          ReturnConsumedCapacity: 'TOTAL',
          ...(place !== null && { ExclusiveStartKey: place }),
        });
        adding = adding.then(async () => {
          for (const record of Items) {
            await ledger.add(record);
          }
          state.segments[segment] = LastEvaluatedKey ?? false;
          state.records += Items.length;
          units += ConsumedCapacity?.CapacityUnits ?? 0;
          onPage?.({ records: state.records, units });
        });
        await adding;
        await keepPace(ConsumedCapacity?.CapacityUnits ?? 0);
      }
    }),
  );
  const found = await ledger.findings(async (resource, id) => {
    const { Item } = await send('GetItem', { TableName, Key: recordKey(resource, id), ConsistentRead: true });
    return Item;
  });
  return [...found, ...notHeld(resources, layouts)];
}

/** The constraints that nothing has made to hold, or that a repair which was stopped has taken back. */
function notHeld(resources: ReadonlyMap<string, Resource>, layouts: ReadonlyMap<string, AttributeMap>): Finding[] {
  return [...resources.values()].flatMap((resource) => {
    const layout = layouts.get(resource.name);
    return (layout === undefined ? [] : constraintsOf(resource))
      .filter((constraint) => !heldConstraints(layout).has(constraint))
      .map((constraint): Finding => ({
        kind: 'constraint',
        at: resource.name,
        detail: `"${constraint}" does not hold of all items.`,
        remedy: { kind: 'constraints', collection: resource.name, constraints: [constraint] },
      }));
  });
}

/** The findings of one pass that a later one has too. */
export function confirmed(earlier: readonly Finding[], later: readonly Finding[]): Finding[] {
  const known = new Set(earlier.map(textOf));
  return later.filter((finding) => known.has(textOf(finding)));
}

function textOf({ kind, at, detail, seen }: Finding): string {
  return JSON.stringify([kind, at, detail, seen]);
}
