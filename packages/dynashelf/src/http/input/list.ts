// The parameters of a list: which items, in what order, how many, and from where on.
import { identityOf } from '../../authentication/caller';
import { forbidden } from '../../authorization/refusal';
import type { Grant } from '../../definition/access';
import { DEFAULT_LIMIT, MOST_LISTED } from '../../definition/limits';
import { didYouMean } from '../../definition/nearest';
import { LIST_PARAMETERS } from '../../definition/reserved';
import type { Resource } from '../../definition/resource';
import type { ListInput } from '../../operations/list';
import { gatherFaults, type Faults } from '../../problem';
import { openCursor } from '../../store/query/cursor';
import type { Filter } from '../../store/query/filter';
import { NEWEST_FIRST, planList, servedOrders, type Order, type Plan } from '../../store/query/planner';
import { readPreconditions } from '../conditional';
import { readExpand } from './expand';
import { readFilters } from './filters';
import { seenBy, type Input } from './item';
import { negotiate } from '../media-type';
import { readFields, refuseFaulty } from './parameters';
import { readPreferences } from '../prefer';
import type { Request } from '../request';
import type { Within } from '../route';
import type { Reading } from '../serve';

/** Whose items are listed; of a relation, those whose attribute holds an item's id. */
export interface ListRoute {
  readonly resource: Resource;
  readonly within?: Within;
}

/** @throws Problem `malformed-request` with every fault of the parameters */
export function readListInput({ resource, within }: ListRoute, request: Request, reading: Reading): Input<ListInput> {
  const { cursorKeys, access } = reading;
  const parent = within && { ...within, permission: access.require(within.resource, 'read') };
  const permission = access.require(resource, 'list');
  if (within !== undefined && permission.hidden.has(within.attribute)) {
    throw forbidden(
      `These credentials do not show which items of ${resource.name} refer to others: ask for the right.`,
    );
  }
  negotiate(request);
  const seen = seenBy(permission, resource);
  const faults = gatherFaults();
  const parameters = readOnce(request, faults);
  const fields = readFields(seen, parameters.get('fields'), faults);
  const references = readExpand(seen, reading, parameters.get('expand'), faults);
  const limit = readLimit(parameters.get('limit'), faults);
  const filters = [
    ...grantedBy(permission.grant),
    ...(within === undefined
      ? []
      : [{ path: [within.attribute], operator: 'eq', values: [within.id] } satisfies Filter]),
    ...readFilters(
      seen,
      [...parameters].filter(([name]) => !LIST_PARAMETERS.includes(name)),
      LIST_PARAMETERS,
      faults,
    ),
  ];
  const partition = ownedPartition(permission.grant);
  const order = readOrder(seen, parameters.get('sort'), partition, faults);
  const plan = order && planList(resource, filters, order, partition);
  if (order !== undefined && plan === undefined) {
    faults.add(() => ({ detail: `No index serves this order. ${remedy(seen, partition)}`, parameter: 'sort' }));
  }
  const cursorBinding = bind(request, filters, order ?? NEWEST_FIRST, plan, identityOf(access.caller));
  const cursor = parameters.get('cursor');
  const after = cursor === undefined ? undefined : openCursor(cursorKeys, cursorBinding, cursor);
  if (cursor !== undefined && after === undefined) {
    faults.add(() => ({
      detail: 'Is not a cursor that this list gave: follow "next" as it came, or begin without one.',
      parameter: 'cursor',
    }));
  }
  refuseFaulty(faults);
  const preferences = readPreferences(request);
  // A list that goes by conditions reads everyone's items to find its caller's, as one by ids does; one of an owner
  // reads the owner's alone.
  const readsOthers =
    (typeof permission.grant === 'object' && (permission.grant.owned === undefined || plan!.kind === 'ids')) ||
    (parent !== undefined && parent.permission.hidden.size > 0);
  return {
    input: {
      page: { plan: plan!, limit, ...(after !== undefined && { after }) },
      references,
      isCounted: preferences.count === 'exact',
      within: parent,
      preconditions: readPreconditions(request),
    },
    presentation: { fields, preferences, cursorBinding, readsOthers, permission, access },
  };
}

/** The filters that keep a list to what its caller may see. */
function grantedBy(grant: Grant): Filter[] {
  return typeof grant === 'string'
    ? []
    : Object.entries(grant.conditions).map(([attribute, value]) => ({
        path: [attribute],
        operator: 'eq',
        values: [value],
      }));
}

/**
 * The attribute whose index alone serves a list of a caller's own items: not everyone's are read for it. Ids need no
 * index.
 */
function ownedPartition(grant: Grant): string | undefined {
  return typeof grant === 'string' || grant.owned === 'id' ? undefined : grant.owned;
}

function readOnce(request: Pick<Request, 'parameters'>, faults: Faults): Map<string, string> {
  const read = new Map<string, string>();
  for (const [name, value] of request.parameters) {
    if (read.has(name)) {
      faults.add(() => ({ detail: `"${name}" stands twice: send it once.`, parameter: name }));
    }
    read.set(name, value);
  }
  return read;
}

/** The order that `sort` names; undefined where it names none. */
function readOrder(
  resource: Resource,
  sort: string | undefined,
  partition: string | undefined,
  faults: Faults,
): Order | undefined {
  if (sort === undefined) {
    return NEWEST_FIRST;
  }
  const before = faults.count;
  const fault = (detail: () => string): void => faults.add(() => ({ detail: detail(), parameter: 'sort' }));
  const seen = new Set<string>();
  const parts = sort
    .split(',')
    .map((part) =>
      part.startsWith('-') ? { name: part.slice(1), descending: true } : { name: part, descending: false },
    );
  for (const [index, { name, descending }] of parts.entries()) {
    if (name === '') {
      fault(() => `Must name attributes, separated by commas. ${remedy(resource, partition)}`);
    } else if (name !== 'id' && !resource.attributes.has(name)) {
      fault(
        () =>
          `"${name}" orders no list.${didYouMean(name, ['id', ...resource.attributes.keys()], faults)} ${remedy(resource, partition)}`,
      );
    } else if (seen.has(name)) {
      fault(() => `Names "${name}" twice.`);
    } else if (name === 'id' && index < parts.length - 1) {
      fault(() => '"id" ends an order, as no two items have the same: leave out what comes after it.');
    } else if (descending !== parts[0]!.descending) {
      fault(
        () =>
          `An order is ascending in all its attributes, or descending in all: write ${parts.map((part) => `${parts[0]!.descending ? '-' : ''}${part.name}`).join(',')}.`,
      );
    }
    seen.add(name);
  }
  return faults.count > before
    ? undefined
    : { attributes: parts.map(({ name }) => name).filter((name) => name !== 'id'), descending: parts[0]!.descending };
}

function remedy(resource: Resource, partition: string | undefined): string {
  return `Served are: ${servedOrders(resource, partition).join('; ')}. Each also descending, with - before every name.`;
}

/** What a cursor is good for: not the limit, which may change from page to page. */
function bind(
  { segments }: Pick<Request, 'segments'>,
  filters: readonly Filter[],
  { attributes, descending }: Order,
  plan: Plan | undefined,
  caller: string,
): string {
  // Places in one index mean nothing in another, which a deployment may have made the better one.
  const way = plan?.kind === 'query' ? [plan.index?.name, plan.index?.slot.indexName] : plan?.kind;
  return JSON.stringify([
    segments,
    filters.map((filter) => JSON.stringify(filter)).sort(),
    attributes,
    descending,
    way,
    caller,
  ]);
}

function readLimit(value: string | undefined, faults: Faults): number {
  if (value === undefined) {
    return DEFAULT_LIMIT;
  }
  const limit = /^[0-9]{1,3}$/.test(value) ? Number(value) : 0;
  if (limit < 1 || limit > MOST_LISTED) {
    faults.add(() => ({ detail: `Must be a whole number from 1 to ${MOST_LISTED}.`, parameter: 'limit' }));
  }
  return limit;
}
