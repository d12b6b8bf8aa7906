// Filters as a text that a record keeps, and back.
import type { Operand } from '../../values/operator';
import type { Filter } from './filter';

/** JSON has no bytes: they stand in an object, which no other operand is. */
type StoredOperand = Exclude<Operand, Uint8Array> | { readonly bytes: string };

/** Filters as text, the same for the same; empty for none. */
export function writeFilters(filters: readonly Filter[]): string {
  const stored = filters.map(({ path, operator, values }) => ({
    path,
    operator,
    values: values.map((value): StoredOperand =>
      value instanceof Uint8Array ? { bytes: Buffer.from(value).toString('base64') } : value,
    ),
  }));
  return stored.length === 0 ? '' : JSON.stringify(stored);
}

/** The filters of a text that {@link writeFilters} made. */
export function readStoredFilters(text: string): Filter[] {
  const stored = JSON.parse(text || '[]') as (Omit<Filter, 'values'> & { readonly values: StoredOperand[] })[];
  return stored.map((filter) => ({
    ...filter,
    values: filter.values.map((value) =>
      typeof value === 'object' ? new Uint8Array(Buffer.from(value.bytes, 'base64')) : value,
    ),
  }));
}
