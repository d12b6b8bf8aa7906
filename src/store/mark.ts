// The mark of an item that is being deleted with what refers to it: from then on nothing new may refer to it.
import type { Resource } from '../definition/resource';
import { atMostReferring, equals, newAction, sendAlone } from './action';
import type { CommitOptions } from './commit';
import { isConditionFailure } from './failure';
import { DELETING_ATTRIBUTE } from './guard';
import { recordKey, type Found } from './record';

/**
 * Marks an item as it was found; its version stays, nothing that a client sees having changed.
 * @param restricting the collections of which no item may refer to it
 * @returns false where the item has changed, or one refers to it
 */
export async function markDeleting({ send, TableName }: CommitOptions, resource: Resource, { item, record }: Found, restricting: readonly string[]): Promise<boolean> {
  const action = newAction('update', recordKey(resource, item.id), () => []);
  action.set[DELETING_ATTRIBUTE] = { BOOL: true };
  action.conditions.push(
    equals('version', record['version']!),
    ...restricting.map((collection) => atMostReferring(collection)),
  );
  try {
    await sendAlone(send, action, TableName);
    return true;
  } catch (error) {
    if (!isConditionFailure(error)) {
      throw error;
    }
    return false;
  }
}
