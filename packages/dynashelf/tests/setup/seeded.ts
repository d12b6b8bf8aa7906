// Chance that can be had again: random choices by a seed.

/** Random choices, the same for the same seed. */
export interface Random {
  /** From 0 to 1, exclusive. */
  number(): number;
  chance(probability: number): boolean;
  /** A whole number from 0, below the limit. */
  below(limit: number): number;
  pick<T>(list: readonly T[]): T;
}

/** The choices of a seed, by Mulberry32. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  const number = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(number() * limit);
  return { number, below, chance: (probability) => number() < probability, pick: (list) => list[below(list.length)]! };
}
