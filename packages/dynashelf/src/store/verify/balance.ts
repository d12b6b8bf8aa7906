// Two numbers that must be equal for each of many keys, of which one is seen record by record: what is not 0 in the end
// is wrong. A key whose numbers have met takes no memory.
import { addDecimals, negate } from '../../values/decimal';

/** A balance for each of many keys. */
export interface Balance {
  /** Adds to what should be. @param number as it is written */
  readonly expect: (key: string, number: string) => void;
  /** Adds to what is kept. */
  readonly keep: (key: string, number: string) => void;
  /** What should be, less what is kept, where that is not 0. */
  readonly open: () => IterableIterator<[key: string, difference: string]>;
}

/** Opens a balance. @param sums what it goes on from, which is changed */
export function openBalance(sums: Map<string, string>): Balance {
  const add = (key: string, number: string): void => {
    const sum = addDecimals(sums.get(key) ?? '0', number);
    if (Number(sum) === 0) {
      sums.delete(key);
    } else {
      sums.set(key, sum);
    }
  };
  return { expect: add, keep: (key, number) => add(key, negate(number)), open: () => sums.entries() };
}
