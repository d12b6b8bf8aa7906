// The plan of a list: which index, partitions and range are read, and from where on. 400 is found here for an order
// that no index serves, and for a cursor of another list.
import type { Permission } from '../definition/access';
import type { Resource } from '../definition/resource';
import { gatherFaults, Problem, type Faults } from '../problem';
import { openCursor, type CursorKeys } from '../store/query/cursor';
import type { Filter } from '../store/query/filter';
import type { PageRequest } from '../store/query/page';
import { NEWEST_FIRST, type Order, type ReadPlan } from '../store/query/planner';
import { planUnion, servedOfAll, type Scope } from '../store/query/union';

/** What is asked for. */
export interface Wanted {
  /** The resource with the attributes that its caller sees: those that a message may name. */
  readonly seen: Resource;
  readonly filters: readonly Filter[];
  /** Undefined where `sort` has faults. */
  readonly order: Order | undefined;
  /** What the caller may have: one of several is enough; everything without any. */
  readonly scopes: readonly Scope[];
  readonly limit: number;
  readonly cursor: string | undefined;
  readonly cursorKeys: CursorKeys;
  /** The path, and who asks: a cursor is good for the same alone. */
  readonly segments: readonly string[];
  readonly caller: string;
  /** What the caller may do with the items that are listed. */
  readonly permission: Permission;
  /** What is wrong with the parameters so far: a client is told all at once. */
  readonly faults: Faults;
}

/** How a page is read: a value, which `JSON.stringify` prints. */
export interface ListPlan {
  readonly page: PageRequest;
  /** What the cursor of the next page is good for. */
  readonly binding: string;
  /** Whether items are read that the caller may not see. */
  readonly readsOthers: boolean;
}

/** @throws Problem `malformed-request` with the faults of the parameters, and those of order and cursor */
export function planPage(resource: Resource, wanted: Wanted): ListPlan {
  const { seen, filters, order, scopes, limit, cursor, cursorKeys, permission } = wanted;
  const faults = gatherFaults();
  faults.addAll(wanted.faults);
  const plan = order && planUnion(resource, scopes, filters, order);
  if (order !== undefined && plan === undefined) {
    faults.add(() => ({ detail: `No index serves this order. ${servedAre(seen, scopes)}`, parameter: 'sort' }));
  }
  const binding = bindingOf(wanted, plan);
  const after = cursor === undefined ? undefined : openCursor(cursorKeys, binding, cursor);
  if (cursor !== undefined && after === undefined) {
    faults.add(() => ({
      detail: 'Is not a cursor that this list gave: follow "next" as it came, or begin without one.',
      parameter: 'cursor',
    }));
  }
  if (plan === undefined || faults.count > 0) {
    throw new Problem(
      'malformed-request',
      'The request has parameters that cannot be served: correct what "errors" names.',
      { errors: faults },
    );
  }
  const { grant } = permission;
  return {
    page: { plan, limit, ...(after !== undefined && { after }) },
    binding,
    // A list that goes by conditions reads everyone's items to find its caller's, as one by ids does; one of an owner
    // reads the owner's alone.
    readsOthers: typeof grant !== 'string' && (plan.kind === 'ids' || grant.some(({ owned }) => owned === undefined)),
  };
}

/** Which orders are served, as a sentence. */
export function servedAre(resource: Resource, scopes: readonly Scope[]): string {
  return `Served are: ${servedOfAll(resource, scopes).join('; ')}. Each also descending, with - before every name.`;
}

/** What a cursor is good for: not the limit, which may change from page to page. */
function bindingOf(
  { segments, scopes, filters, order = NEWEST_FIRST, caller }: Wanted,
  plan: ReadPlan | undefined,
): string {
  const { attributes, descending } = order;
  // Positions in one index mean nothing in another, which a deployment may have made the better one.
  const plans = plan?.kind === 'union' ? plan.plans : plan?.kind === 'query' ? [plan] : undefined;
  const way = plans?.flatMap(({ index }) => [index?.name, index?.slot.indexName]) ?? plan?.kind;
  const all = [...(scopes.length === 1 ? scopes[0]!.filters : []), ...filters];
  return JSON.stringify([
    segments,
    all.map((filter) => JSON.stringify(filter)).sort(),
    ...(scopes.length > 1 ? [scopes] : []),
    attributes,
    descending,
    way,
    caller,
  ]);
}
