// Whether a resource has a feed of its changes, and how long they are kept.
import type { ChangesOptions, ResourceDefinition } from './resource';

const DEFAULTS: ChangesOptions = { days: 30, partitions: 1 };

/** What a resource file says of changes, with the defaults; undefined where it has none. */
export function readChanges(declared: ResourceDefinition<never>['changes']): ChangesOptions | undefined {
  return declared === undefined ? undefined : declared === true ? DEFAULTS : { ...DEFAULTS, ...declared };
}
