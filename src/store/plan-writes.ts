// The actions that a set of writes takes, with all that keeps unique values and references true.
import type { Resource } from '../definition/resource';
import { absent, equals, keyText, newAction, notExists, type Action, type Refusal } from './action';
import { TOKEN_LENGTH } from './next';
import { guardUniqueValues } from './plan-guards';
import { countReferences } from './plan-references';
import { recordKey } from './record';
import { WRITTEN_ATTRIBUTE } from './table';
import type { AttributeMap } from './value';
import { same, type Plan, type Write } from './write';

/** @param orphans texts of keys that are known not to hold what a reference or unique value from before its declaration would need */
export function planWrites(resources: ReadonlyMap<string, Resource>, writes: readonly Write[], orphans: ReadonlySet<string> = new Set()): Plan {
  const plan: Plan = { actions: new Map(), refusals: [] };
  for (const [index, write] of writes.entries()) {
    const action = mainAction(write, index);
    plan.actions.set(keyText(action.key), action);
  }
  guardUniqueValues(plan, writes, orphans);
  countReferences(plan, resources, writes, orphans);
  return plan;
}

function mainAction(write: Write, index: number): Action {
  const key = recordKey(write.resource, write.id);
  const changed = (current: AttributeMap | undefined): Refusal[] => [{ kind: 'changed', write: index, current }];
  const kind = ({ create: 'put', update: 'update', remove: 'delete', check: 'check' } as const)[write.kind];
  const action = newAction(kind, key, changed);
  const found = write.kind === 'create' ? undefined : write.found;
  if (found === undefined) {
    action.conditions.push(notExists);
  } else {
    const written = found.record[WRITTEN_ATTRIBUTE];
    // An item that was deleted and made anew can have the same version, but not the same writer.
    action.conditions.push(equals('version', found.record['version']!), written === undefined ? absent(WRITTEN_ATTRIBUTE) : equals(WRITTEN_ATTRIBUTE, written));
    action.basis = { version: found.item.version, lastWriter: written?.S?.slice(0, TOKEN_LENGTH) };
  }
  if (write.kind === 'create') {
    Object.assign(action.record, write.record);
  } else if (write.kind === 'update') {
    for (const attribute of new Set([...Object.keys(write.found.record), ...Object.keys(write.record)])) {
      const [before, after] = [write.found.record[attribute], write.record[attribute]];
      if (after === undefined) {
        action.remove.push(attribute);
      } else if (before === undefined || !same(before, after)) {
        action.set[attribute] = after;
      }
    }
  }
  return action;
}
