// The records of a table brought to the shards and indexes that the resource files say.

import { rekeyTable } from '../src/store/rekey';
import { connect } from '#connect';

/** @returns what was done, in lines for a person; none where every record has the right keys */
export async function bringKeysUpToDate(tableName: string): Promise<string[]> {
  // Loaded here, so that a mistake in a resource file is met where the caller can deal with it.
  const { resources } = await import('../src/resources/index.js');
  const done = await rekeyTable(connect(), tableName, resources);
  return done.filter(({ changed, remarks }) => changed > 0 || remarks.length > 0).flatMap(({ resource, changed, remarks }) => [
    `${resource.name}: ${changed} ${changed === 1 ? 'item has' : 'items have'} new keys.`,
    ...remarks.map((remark) => `  ${remark}`),
  ]);
}
