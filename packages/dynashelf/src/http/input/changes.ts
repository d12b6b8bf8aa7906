// The parameters of GET /changes: of which collections, from where on, how many, and how long it may wait.
import type { CallerAccess } from '../../authorization/permission';
import { DEFAULT_LIMIT, LONGEST_WAIT, MOST_FEEDS, MOST_LISTED } from '../../definition/limits';
import type { Resource } from '../../definition/resource';
import { gatherFaults, type Faults } from '../../problem';
import { didYouMean } from '../../values/nearest';
import type { Request } from '../request';
import { readParameters, refuseFaulty } from './parameters';

/** What a request asks of the feeds. */
export interface ChangesInput {
  readonly resources: readonly Resource[];
  /** A place as it was given, or `now`; undefined for the oldest change that is kept. */
  readonly since: string | undefined;
  readonly limit: number;
  /** For how many seconds an empty answer may be held back. */
  readonly wait: number;
}

/**
 * Reads the parameters.
 * @throws Problem `malformed-request`; `unauthenticated` or `forbidden` where the caller may not list a collection
 */
export function readChangesInput(
  served: ReadonlyMap<string, Resource>,
  request: Request,
  access: CallerAccess,
): ChangesInput {
  const faults = gatherFaults();
  const parameters = readParameters(request, ['collection', 'since', 'limit', 'wait'], faults);
  const resources = readCollections(served, parameters.get('collection'), access, faults);
  const limit = readWhole(parameters.get('limit'), 'limit', 1, MOST_LISTED, DEFAULT_LIMIT, faults);
  const wait = readWhole(parameters.get('wait'), 'wait', 0, LONGEST_WAIT, 0, faults);
  refuseFaulty(faults);
  return { resources, since: parameters.get('since'), limit, wait };
}

function readCollections(
  served: ReadonlyMap<string, Resource>,
  value: string | undefined,
  access: CallerAccess,
  faults: Faults,
): Resource[] {
  const known = [...served.values()].filter(({ changes }) => changes !== undefined);
  const names = (value ?? '').split(',').map((name) => name.trim());
  const fault = (detail: () => string): void => faults.add(() => ({ detail: detail(), parameter: 'collection' }));
  // Who may list nothing of all this is not told what there is.
  const shown = known
    .filter((resource) => access.permission(resource, 'list').grant !== 'none')
    .map(({ name }) => name);
  const remedy = (): string => (shown.length === 0 ? '' : ` There are changes of: ${shown.join(', ')}.`);
  if (names.length > MOST_FEEDS) {
    fault(() => `Must name at most ${MOST_FEEDS} collections.`);
  }
  return [...new Set(names)].flatMap((name) => {
    const resource = known.find((one) => one.name === name);
    if (resource !== undefined) {
      access.require(resource, 'list');
      return [resource];
    }
    fault(() =>
      name === ''
        ? `Must name collections, separated by commas.${remedy()}`
        : `"${name}" is no collection whose changes are kept.${didYouMean(name, shown, faults)}${remedy()}`,
    );
    return [];
  });
}

function readWhole(
  value: string | undefined,
  parameter: string,
  least: number,
  most: number,
  otherwise: number,
  faults: Faults,
): number {
  if (value === undefined) {
    return otherwise;
  }
  const number = /^[0-9]{1,3}$/.test(value) ? Number(value) : -1;
  if (number < least || number > most) {
    faults.add(() => ({ detail: `Must be a whole number from ${least} to ${most}.`, parameter }));
  }
  return number;
}
