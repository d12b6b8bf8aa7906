// Attributes that a list shows in its caller's own items alone: by a filter or an order it would tell of those of
// others, too.
import { decisive, implies, type Conditions, type Grant, type Permission } from '../../definition/access';
import { LIST_PARAMETERS } from '../../definition/reserved';
import type { Faults } from '../../problem';
import type { Filter } from '../../store/query/filter';

/** The attributes that not all items of a list show, with the items that do. */
export function partlyUnseen(
  { grant, partlyHidden }: Permission,
  filters: readonly Filter[],
): ReadonlyMap<string, Grant> {
  if (partlyHidden.size === 0) {
    return partlyHidden;
  }
  const equal = filters.flatMap(({ path, operator, values }) =>
    operator === 'eq' && path.length === 1 ? [[path[0]!, values[0]]] : [],
  );
  return new Map(
    [...partlyHidden].filter(([, items]) => !implies(grant, items, Object.fromEntries(equal) as Conditions)),
  );
}

/** Notes every filter and order that names one of them. */
export function refuseUnseen(
  unseen: ReadonlyMap<string, Grant>,
  parameters: ReadonlyMap<string, string>,
  faults: Faults,
): void {
  for (const [parameter, value] of unseen.size === 0 ? [] : parameters) {
    const names =
      parameter === 'sort'
        ? value.split(',').map((name) => name.replace(/^-/, ''))
        : LIST_PARAMETERS.includes(parameter)
          ? []
          : [/^[^.[]*/.exec(parameter)![0]];
    for (const name of names) {
      const items = unseen.get(name);
      if (items !== undefined) {
        const own = decisive(items).map((owner) => `${owner}=…`);
        faults.add(() => ({
          detail: `"${name}" is shown in your own items alone, so no list of others goes by it: leave it out, or ask for your own by ${own.join(' or ')} with the subject of your credentials.`,
          parameter,
        }));
      }
    }
  }
}
