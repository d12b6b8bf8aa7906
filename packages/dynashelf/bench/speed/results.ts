// Everything that one run has measured.

import type { Bundles } from './bundles';
import type { ColdOperation, ColdStarts } from './cold';
import { OURS, RAW, type Contender } from './contenders';
import type { Costs } from './rounds';
import type { Operation } from './item';
import type { Cost, Way } from './worker';

export interface Results {
  readonly warm: Readonly<Record<Way, Costs>>;
  readonly cold: ColdStarts;
  readonly bundles: Bundles['of'];
  /** Bytes of the archive of our function `read` with the sample resources. */
  readonly readZip: number;
}

/** What one call costs of what another one costs. */
export function warmRatio(
  { warm }: Pick<Results, 'warm'>,
  way: Way,
  of: keyof Cost,
  operation: Operation,
  contender: Contender = OURS,
  to: Contender = RAW,
): number {
  return warm[way].get(contender)![operation][of] / warm[way].get(to)![operation][of];
}

/** What one start costs of what another one costs. */
export function coldRatio(
  { cold }: Pick<Results, 'cold'>,
  of: keyof Cost,
  operation: ColdOperation,
  contender: Contender = OURS,
  to: Contender = RAW,
): number {
  return cold.get(contender)![operation][of] / cold.get(to)![operation][of];
}
