// The parameters of a list: which items, in what order, how many, and from where on.
import { identityOf } from '../../authentication/caller';
import { forbidden } from '../../authorization/refusal';
import type { Grant } from '../../definition/access';
import { DEFAULT_LIMIT, MOST_LISTED } from '../../definition/limits';
import { didYouMean } from '../../values/nearest';
import { LIST_PARAMETERS } from '../../definition/reserved';
import type { Resource } from '../../definition/resource';
import type { ListInput } from '../../operations/list';
import { servedAre } from '../../operations/plan-list';
import { gatherFaults, type Faults, type Problem } from '../../problem';
import type { Filter } from '../../store/query/filter';
import { NEWEST_FIRST, type Order } from '../../store/query/planner';
import type { Scope } from '../../store/query/union';
import { readPreconditions } from '../conditional';
import { negotiate } from '../media-type';
import type { Request } from '../request';
import { readFilters } from './filters';
import type { Input, InputContext, ListRoute } from './input';
import { readPreferences, seenBy } from './item';
import { readExpand, readFields, readOnce } from './parameters';
import { partlyUnseen, refuseUnseen } from './unseen';

/** The input of a list. The faults of its parameters are told with those of the plan. */
export function readListInput(
  { resource, within }: ListRoute,
  request: Request,
  context: InputContext,
): Input<ListInput> {
  const { cursorKeys, access } = context;
  const parent = within && { ...within, permission: access.require(within.resource, 'read') };
  const permission = access.require(resource, 'list');
  if (within !== undefined && permission.hidden.has(within.attribute)) {
    throw hidesReferences(resource);
  }
  negotiate(request);
  const seen = seenBy(permission, resource);
  const faults = gatherFaults();
  const parameters = readOnce(request, faults);
  const fields = readFields(seen, parameters.get('fields'), faults);
  const references = readExpand(seen, permission, context, parameters.get('expand'), faults);
  const limit = readLimit(parameters.get('limit'), faults);
  const filters = [
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
  const unseen = partlyUnseen(permission, filters);
  if (within !== undefined && unseen.has(within.attribute)) {
    throw hidesReferences(resource);
  }
  refuseUnseen(unseen, parameters, faults);
  const scopes = scopesOf(permission.grant);
  const order = readOrder(seen, parameters.get('sort'), scopes, faults);
  const preferences = readPreferences(request);
  return {
    input: {
      seen,
      filters,
      order,
      scopes,
      limit,
      cursor: parameters.get('cursor'),
      cursorKeys,
      segments: request.segments,
      caller: identityOf(access.caller),
      permission,
      faults,
      references,
      isCounted: preferences.count === 'exact',
      within: parent,
      preconditions: readPreconditions(request),
    },
    responseOptions: { resource, fields, preferences, permission, access },
  };
}

function hidesReferences({ name }: Resource): Problem {
  return forbidden(`These credentials do not show which items of ${name} refer to others: ask for the right.`);
}

/**
 * What keeps a list to what its caller may see. The index of its owner's partition alone serves an owner's list: not
 * everyone's items are read for it. Ids need no index.
 */
function scopesOf(grant: Grant): Scope[] {
  return typeof grant === 'string'
    ? []
    : grant.map(({ conditions, owned }) => ({
        filters: Object.entries(conditions).map(([attribute, value]) => ({
          path: [attribute],
          operator: 'eq',
          values: [value],
        })),
        partition: owned === 'id' ? undefined : owned,
      }));
}

/** The order that `sort` names; undefined where it names none. */
function readOrder(
  resource: Resource,
  sort: string | undefined,
  scopes: readonly Scope[],
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
      fault(() => `Must name attributes, separated by commas. ${servedAre(resource, scopes)}`);
    } else if (name !== 'id' && !resource.attributes.has(name)) {
      fault(
        () =>
          `"${name}" orders no list.${name === 'createdAt' ? ' Leave "sort" out for the newest first.' : ''}${didYouMean(name, ['id', ...resource.attributes.keys()], faults)} ${servedAre(resource, scopes)}`,
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
