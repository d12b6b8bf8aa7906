// Access to actions of a collection, which have no item that a rule could speak of.
import type { Permission } from '../../definition/access';
import type { Resource } from '../../definition/resource';

/** @throws Error where a rule lets somebody carry out an action of the collection on some items alone */
export function requireWhole({ name: file }: Pick<Resource, 'name'>, name: string, { grant }: Permission): void {
  if (grant !== 'all') {
    throw new Error(
      `src/resources/${file}.ts: access to "${name}" answers with values that items have, and an action of the collection has no item: let it answer with true or false`,
    );
  }
}
