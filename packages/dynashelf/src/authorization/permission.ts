// What the caller of one request may do: asked before anything of the request is read.
import { EVERYTHING, shows, type Grant, type Permission } from '../definition/access';
import type { AnyItem } from '../definition/item';
import type { AttributeRules } from '../values/attribute';
import { SYSTEM, type Caller } from '../values/caller';
import type { Resource } from '../definition/resource';
import { attributeGrant, grantOf } from './grant';
import type { Problem } from '../problem';
import { forbidden, unauthenticated } from './refusal';

/** What a caller may do with every resource. */
export interface CallerAccess {
  readonly caller: Caller;
  /** What is granted of an operation or action, perhaps nothing. */
  permission(resource: Resource, operation: string): Permission;
  /**
   * What is granted of an operation or action.
   * @throws Problem `unauthenticated` or `forbidden` where that is nothing
   */
  require(resource: Resource, operation: string): Permission;
}

/** The access of a caller. */
export function accessOf(caller: Caller): CallerAccess {
  const permissions = new Map<string, Permission>();

  function permission(resource: Resource, operation: string): Permission {
    const name = `${resource.name}/${operation}`;
    let found = permissions.get(name);
    if (found === undefined) {
      found = permissionOf(resource, operation, caller);
      permissions.set(name, found);
    }
    return found;
  }

  return {
    caller,
    permission,
    require(resource, operation) {
      const found = permission(resource, operation);
      if (found.grant === 'none') {
        throw refusalOf(caller, resource, operation);
      }
      return found;
    },
  };
}

/** What decides whether a caller may see an attribute of an item. */
export function sightOf(access: () => CallerAccess): (resource: Resource, item: AnyItem, attribute: string) => boolean {
  return (resource, item, attribute) => shows(access().permission(resource, 'read'), item, attribute);
}

/** The access of the system, which may all. */
export const SYSTEM_ACCESS: CallerAccess = { caller: SYSTEM, permission: () => EVERYTHING, require: () => EVERYTHING };

/**
 * The refusal of an operation of which nothing is granted: 401 where credentials could help, 403 where they did not.
 */
function refusalOf({ kind }: Caller, { name }: Resource, operation: string): Problem {
  return kind === 'anonymous'
    ? unauthenticated(
        `"${operation}" on ${name} is not open to everyone: send credentials, such as Authorization: Bearer with a token.`,
      )
    : forbidden(`These credentials do not allow "${operation}" on ${name}: use others, or ask for the right.`);
}

const NOTHING = { none: EVERYTHING.hidden, some: EVERYTHING.partlyHidden };

function permissionOf(resource: Resource, operation: string, caller: Caller): Permission {
  const { readable, writable } = restricted(resource);
  if (caller.kind === 'open' && readable.length === 0 && writable.length === 0) {
    return EVERYTHING;
  }
  const [seen, set] = [attributeGrants(resource, readable, caller), attributeGrants(resource, writable, caller)];
  return {
    grant: grantOf(resource, operation, caller),
    // What a list is of, it shows.
    shown: operation === 'list' ? 'all' : grantOf(resource, 'read', caller),
    hidden: seen.none,
    immutable: set.none,
    partlyHidden: seen.some,
    partlyImmutable: set.some,
  };
}

type Restricted = readonly (readonly [attribute: string, rules: AttributeRules])[];

const known = new WeakMap<Resource, { readonly readable: Restricted; readonly writable: Restricted }>();

/** The attributes that not everyone sees or sets. */
function restricted(resource: Resource): { readonly readable: Restricted; readonly writable: Restricted } {
  let found = known.get(resource);
  if (found === undefined) {
    const by = (keyword: 'readableBy' | 'writableBy'): Restricted =>
      [...resource.attributes].flatMap(([name, { keywords }]) =>
        keywords[keyword] === undefined ? [] : [[name, keywords[keyword]] as const],
      );
    found = { readable: by('readableBy'), writable: by('writableBy') };
    known.set(resource, found);
  }
  return found;
}

/** The attributes that a caller may not have in any item, and those that it may in some. */
function attributeGrants(
  resource: Resource,
  attributes: Restricted,
  caller: Caller,
): { readonly none: ReadonlySet<string>; readonly some: ReadonlyMap<string, Grant> } {
  const grants = attributes.map(([name, rules]) => [name, attributeGrant(resource, rules, caller)] as const);
  return attributes.length === 0
    ? NOTHING
    : {
        none: new Set(grants.filter(([, grant]) => grant === 'none').map(([name]) => name)),
        some: new Map(grants.filter(([, grant]) => typeof grant !== 'string')),
      };
}
