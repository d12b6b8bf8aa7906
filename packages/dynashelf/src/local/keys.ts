// The records of a table brought to what the resource files say: shards, indexes, constraints; and deletions finished
// that were broken off.

import { finishDeletions } from '../operations/finish-deletions';
import { establishConstraints } from '../store/migrate/establish-constraints';
import { findMarked } from '../store/migrate/find-marked';
import { noteShapes } from '../store/migrate/note-shapes';
import { rekeyTable } from '../store/migrate/rekey';
import { openStore } from '../store/store';
import { BELIEVED_FOR } from '../store/write/held-constraints';
import { loadedResources } from './resource-mistakes';
import { connect } from '#connect';

/** Milliseconds that one deletion may take before it is begun again. */
const DELETION_TIME = 60_000;

/** Milliseconds for which a function goes on with a request: API Gateway gives up then. */
const REQUEST_TIME = 29_000;

/** Milliseconds until every function of a deployed API knows that constraints are being made. */
export const DEPLOYED_WAIT = BELIEVED_FOR + REQUEST_TIME;

/**
 * @param wait milliseconds until all who write to the table know that constraints are being made
 * @returns what was done, in lines for a person; none where there was nothing to do
 */
export async function bringUpToDate(tableName: string, wait: number): Promise<string[]> {
  // Loaded here, so that a mistake in a resource file is met where the caller can deal with it.
  const resources = loadedResources();
  const send = connect();
  const rekeyed = await rekeyTable(send, tableName, resources);
  const established = await establishConstraints(send, tableName, resources, wait);
  const { found, obstacles } = await finishDeletions(
    resources,
    () => openStore({ send, tableName, resources, deadline: Date.now() + DELETION_TIME }),
    (resource) => findMarked(send, tableName, resource),
  );
  await noteShapes(send, tableName, resources);
  const finished = found - obstacles.length;
  return [
    ...rekeyed
      .filter(({ changed, remarks }) => changed > 0 || remarks.length > 0)
      .flatMap(({ resource, changed, remarks }) => [
        `${resource.name}: ${changed} ${changed === 1 ? 'item has' : 'items have'} new keys.`,
        ...remarks.map((remark) => `  ${remark}`),
      ]),
    ...established
      .filter(({ items }) => items > 0)
      .flatMap(({ constraint, obstacles }) => [
        obstacles.length === 0
          ? `${constraint}: holds of all items now.`
          : `${constraint}: does not hold of all items, and writes that rely on it are refused until it does:`,
        ...obstacles.map((one) => `  ${one}`),
      ]),
    ...(finished > 0
      ? [`${finished} ${finished === 1 ? 'deletion was' : 'deletions were'} finished that had been broken off.`]
      : []),
    ...obstacles,
  ];
}
