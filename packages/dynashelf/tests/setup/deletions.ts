// Deletions that were broken off, brought to their end, as `npm run rekey` does.

import { connect } from '#connect';

import type { Resource } from '../../src/definition/resource';
import { finishDeletions } from '../../src/operations/finish-deletions';
import { findMarked } from '../../src/store/migrate/find-marked';
import { openStore } from '../../src/store/store';

/** Finishes every deletion of a table, and says which there were and what stands in the way. */
export async function finishAllDeletions(
  resources: ReadonlyMap<string, Resource>,
  tableName: string,
  { transactionSize }: { readonly transactionSize?: number } = {},
): ReturnType<typeof finishDeletions> {
  const send = connect();
  const open = (): ReturnType<typeof openStore> =>
    openStore({
      send,
      tableName,
      resources,
      deadline: Date.now() + 20_000,
      ...(transactionSize && { transactionSize }),
    });
  return finishDeletions(resources, open, (resource) => findMarked(send, tableName, resource));
}
