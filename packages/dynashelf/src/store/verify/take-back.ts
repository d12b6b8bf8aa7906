// Prepares a repair: what is wrong is noted not to hold, as if it had been declared anew. The migration then makes it
// hold, which is safe while others write, and can be stopped at any moment. What is computed is written here.
import { randomUUID } from 'node:crypto';
import type { Resource } from '../../definition/resource';
import type { Send } from '../client/send';
import { layoutKey, noteNotHeld } from '../layout/layout-record';
import { recordKey } from '../layout/record';
import { rewriteItem } from '../migrate/rewrite-item';
import type { Finding } from './finding';

/** Notes of all findings that have a remedy that it is needed. @returns how many of them have one */
export async function takeBack(
  send: Send,
  TableName: string,
  resources: ReadonlyMap<string, Resource>,
  findings: readonly Finding[],
): Promise<number> {
  const remedies = findings.flatMap(({ remedy }) => remedy ?? []);
  for (const resource of resources.values()) {
    const own = remedies.filter((remedy) => remedy.kind !== 'deletions' && remedy.collection === resource.name);
    for (const id of own.flatMap((remedy) => (remedy.kind === 'computed' ? [remedy.id] : []))) {
      const { Item } = await send('GetItem', { TableName, Key: recordKey(resource, id), ConsistentRead: true });
      if (Item !== undefined) {
        const run = { send, TableName, token: randomUUID() };
        // Whether it is right by now does not matter: what is computed of it is the same then.
        await rewriteItem(run, resources, resource, Item, () => new Map());
      }
    }
    const constraints = new Set(own.flatMap((remedy) => (remedy.kind === 'constraints' ? remedy.constraints : [])));
    await noteNotHeld(send, TableName, resource, [...constraints]);
    if (own.some(({ kind }) => kind === 'keys')) {
      await send('UpdateItem', {
        TableName,
        Key: layoutKey(resource),
        UpdateExpression: 'SET #i = :i',
        ExpressionAttributeNames: { '#i': 'indexes' },
        ExpressionAttributeValues: { ':i': { S: 'unknown' } },
      });
    }
  }
  return remedies.length;
}
