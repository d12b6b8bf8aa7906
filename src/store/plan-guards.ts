// The actions that keep unique values unique: guards put where a value begins, deleted where it ends.
import { equals, keyText, newAction, notExists, type Action, type Condition } from './action';
import { guardKey, OWNER_ATTRIBUTE, uniqueAttributes } from './guard';
import type { AttributeMap } from './value';
import { change, type Plan, type Write } from './write';

/** Adds the actions on the guards of the values that some writes begin and end; a value that two of them begin is refused. */
export function guardUniqueValues({ actions, refusals }: Plan, writes: readonly Write[], orphans: ReadonlySet<string>): void {
  const released = new Map<string, { key: AttributeMap; owner: string }>();
  const acquired = new Map<string, { key: AttributeMap; owner: string; write: number; attribute: string }>();
  for (const [index, write] of writes.entries()) {
    for (const attribute of uniqueAttributes(write.resource)) {
      const { before, after } = change(write, attribute);
      if (before !== undefined) {
        const key = guardKey(write.resource, attribute, before);
        released.set(keyText(key), { key, owner: write.id });
      }
      if (after !== undefined) {
        const key = guardKey(write.resource, attribute, after);
        if (acquired.has(keyText(key))) {
          refusals.push({ kind: 'taken', write: index, attribute });
        }
        acquired.set(keyText(key), { key, owner: write.id, write: index, attribute });
      }
    }
  }
  for (const [text, { key, owner, write, attribute }] of acquired) {
    const action = newAction('put', key, () => [{ kind: 'taken', write, attribute }]);
    action.record[OWNER_ATTRIBUTE] = { S: owner };
    // In one transaction a value can pass from one item to another.
    const former = released.get(text)?.owner;
    action.conditions.push(former === undefined ? notExists : freeOrOwnedBy(former));
    actions.set(text, action);
  }
  for (const [text, { key, owner }] of released) {
    if (!acquired.has(text) && !orphans.has(text)) {
      actions.set(text, releaseAction(key, owner));
    }
  }
}

function releaseAction(key: AttributeMap, owner: string): Action {
  const action = newAction('delete', key, () => [{ kind: 'orphan', key: keyText(key) }]);
  action.conditions.push(freeOrOwnedBy(owner));
  return action;
}

/** A value from before the attribute was declared unique has no guard, or one that another item owns. */
function freeOrOwnedBy(owner: string): Condition {
  return (placeholders) => `(${notExists(placeholders)} OR ${equals(OWNER_ATTRIBUTE, { S: owner })(placeholders)})`;
}

