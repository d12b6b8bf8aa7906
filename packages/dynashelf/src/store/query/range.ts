// The part of a partition that a list needs: what its filters say of the sort key.
import type { Operator } from '../../values/operator';
import type { Resource } from '../../definition/resource';
import type { Filter } from './filter';
import { LONGEST_SORT_KEY, type SlottedIndex } from '../layout/index-keys';
import { after, compareBytes, sortable, sortableBeginning } from '../layout/sortable';
import { encodeValue } from '../layout/value';

/** Sort keys that begin with `prefix`, or from `low` to `high`, both included; all without any of them. */
export interface Range {
  readonly prefix?: string;
  readonly low?: string;
  readonly high?: string;
}

/** A range, and the filters that hold of every record in it. */
export interface Narrowed {
  readonly range: Range;
  readonly decided: ReadonlySet<Filter>;
}

/** An id is the whole sort key of the base table. */
export function narrowBase(filters: readonly Filter[]): Narrowed {
  return narrow('', filters, (operator, value) => {
    const id = value as string;
    switch (operator) {
      // No id has a character as small as this, so none lies between.
      case 'gt':
        return { low: `${id}\u0001` };
      case 'gte':
        return { low: id };
      // The key condition has no "between" without its ends: the filter stays, and takes out the end.
      case 'lt':
        return { high: id, inexact: true };
      case 'lte':
        return { high: id };
      case 'begins':
        return { prefix: id };
      default:
        return undefined;
    }
  });
}

/**
 * The sort key of an index is the sortable forms of its attributes and the id: those held equal make
 * the prefix, and what is said of the next one bounds the rest.
 * @returns undefined where a value that is held equal is longer than any key
 */
export function narrowIndex(
  resource: Resource,
  { sorts }: SlottedIndex,
  filters: readonly Filter[],
): (Narrowed & { equals: number }) | undefined {
  const equal: Filter[] = [];
  let prefix = '';
  for (const sort of sorts) {
    const filter = filters.find(({ path, operator }) => operator === 'eq' && path.length === 1 && path[0] === sort);
    if (filter === undefined) {
      break;
    }
    const form = sortable(resource.attributes.get(sort)!, encodeValue(filter.values[0]!));
    if (form === undefined) {
      return undefined;
    }
    prefix += form;
    equal.push(filter);
  }
  if (Buffer.byteLength(prefix) > LONGEST_SORT_KEY) {
    return undefined;
  }
  const next = sorts[equal.length];
  const about = next === undefined ? [] : filters.filter(({ path }) => path.length === 1 && path[0] === next);
  const { range, decided } = narrow(prefix, about, (operator, value) => {
    const node = resource.attributes.get(next!)!;
    const form = `${prefix}${sortable(node, encodeValue(value)) ?? ''}`;
    switch (operator) {
      // No key is one of these itself: each ends with an id.
      case 'gt':
        return { low: after(form) };
      case 'gte':
        return { low: form };
      case 'lt':
        return { high: form };
      case 'lte':
        return { high: after(form) };
      case 'begins':
        return { prefix: `${prefix}${sortableBeginning(value as string)}` };
      default:
        return undefined;
    }
  });
  return { range, decided: new Set([...equal, ...decided]), equals: equal.length };
}

type Bounds = Range & { readonly inexact?: boolean };

function narrow(
  prefix: string,
  filters: readonly Filter[],
  boundsOf: (operator: Operator, value: Filter['values'][number]) => Bounds | undefined,
): Narrowed {
  const bounded = filters.flatMap((filter) => {
    const bounds = boundsOf(filter.operator, filter.values[0]!);
    // DynamoDB takes no key that is empty or too long, not even to compare with.
    return bounds === undefined || ![bounds.low, bounds.high, bounds.prefix].every(isKey)
      ? []
      : [{ filter, ...bounds }];
  });
  const lows = bounded.flatMap(({ low }) => low ?? []).sort(compareBytes);
  const highs = bounded.flatMap(({ high }) => high ?? []).sort(compareBytes);
  if (lows.length > 0 || highs.length > 0) {
    const low = lows.at(-1) ?? (prefix === '' ? undefined : prefix);
    const high = highs[0] ?? (prefix === '' ? undefined : after(prefix));
    const decided = bounded.filter(({ prefix: beginning, inexact }) => beginning === undefined && inexact !== true);
    return {
      range: { ...(low !== undefined && { low }), ...(high !== undefined && { high }) },
      decided: new Set(decided.map(({ filter }) => filter)),
    };
  }
  const [beginning] = bounded;
  if (beginning !== undefined) {
    return { range: { prefix: beginning.prefix! }, decided: new Set([beginning.filter]) };
  }
  return { range: prefix === '' ? {} : { prefix }, decided: new Set() };
}

function isKey(key: string | undefined): boolean {
  return key === undefined || (key !== '' && Buffer.byteLength(key) <= LONGEST_SORT_KEY);
}
