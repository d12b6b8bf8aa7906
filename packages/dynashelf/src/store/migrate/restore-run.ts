// Items put back into a table, of which constraints hold only once the migration has made them hold. So while they are
// put back none does, whoever runs that migration meanwhile.
import { randomUUID } from 'node:crypto';
import type { Resource } from '../../definition/resource';
import type { Send } from '../client/send';
import { constraintsOf, readLayouts } from '../layout/layout-record';
import type { AttributeMap } from '../layout/value';
import { isOwn, takeBackFor, type Run } from './constraint-run';
import { putRestored } from './restore-item';

/** A run that puts items back. */
export interface RestoreRun {
  /** Puts a record, if there is no such item. @returns whether there was none */
  readonly put: (record: AttributeMap) => Promise<boolean>;
  /** Makes sure, after the last one, that no constraint is said to hold of what was put back. */
  readonly end: () => Promise<void>;
}

/**
 * Begins to put items back: from now on constraints do not hold.
 * @param wait milliseconds that the migration waits before it reads: a look at the table is believed for a tenth of it
 */
export async function beginRestore(
  send: Send,
  TableName: string,
  resources: ReadonlyMap<string, Resource>,
  wait: number,
): Promise<RestoreRun> {
  const run: Run = { send, TableName, token: randomUUID() };
  const constrained = [...resources.values()].filter((resource) => constraintsOf(resource).length > 0);
  let looked = Date.now();

  /** Another run that has begun meanwhile would say of what it has not read that a constraint holds. */
  async function look(): Promise<void> {
    const now = Date.now();
    const layouts = await readLayouts(send, TableName);
    for (const resource of constrained.filter(({ name }) => !isOwn(run, layouts.get(name)))) {
      await takeBackFor(run, resource, constraintsOf(resource));
    }
    looked = now;
  }

  await look();
  return {
    async put(record) {
      if (Date.now() - looked >= wait / 10) {
        await look();
      }
      return putRestored(send, TableName, record);
    },
    end: look,
  };
}
