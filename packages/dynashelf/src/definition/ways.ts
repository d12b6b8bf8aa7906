// The ways in which rules let a caller have an item: each names all that it takes.
import type { AccessRule } from './access';

/** One way: whoever is all of this has the item. */
export interface Way {
  /** Whether it takes credentials. */
  readonly isAuthenticated: boolean;
  /** The roles that the caller has, each of them. */
  readonly roles: readonly string[];
  /** The attributes that hold the caller's subject, each of them. */
  readonly owners: readonly string[];
  /** Whether a function has to agree, of which nobody knows what it says. */
  readonly isByFunction: boolean;
}

const MOST_WAYS = 500;

const OPEN: Way = { isAuthenticated: false, roles: [], owners: [], isByFunction: false };

/** The rules in one array, those under `any` among them. */
export function flatRules(rules: unknown): AccessRule[] {
  return ([rules].flat() as AccessRule[]).flatMap((rule): AccessRule[] => {
    if (typeof rule !== 'object' || rule === null || Object.keys(rule).length !== 1) {
      return [rule];
    }
    if ('any' in rule && Array.isArray(rule.any)) {
      return flatRules(rule.any);
    }
    return 'all' in rule && Array.isArray(rule.all) ? [{ all: rule.all.map(flatRules) }] : [rule];
  });
}

/** The ways that rules come to, in the order of the rules. */
export function waysOf(rules: readonly AccessRule[]): Way[] {
  return rules.flatMap((rule): Way[] => {
    if (typeof rule === 'function') {
      return [{ ...OPEN, isByFunction: true }];
    }
    if (typeof rule === 'string') {
      return [{ ...OPEN, isAuthenticated: rule !== 'public' }];
    }
    if ('role' in rule) {
      return [rule.role].flat().map((role) => ({ ...OPEN, isAuthenticated: true, roles: [role] }));
    }
    if ('owner' in rule) {
      return [rule.owner].flat().map((owner) => ({ ...OPEN, isAuthenticated: true, owners: [owner] }));
    }
    return 'any' in rule
      ? waysOf(rule.any)
      : rule.all
          .map((part) => waysOf(flatRules(part)))
          // What comes to so many is refused when it is loaded.
          .reduce(
            (ways, part) =>
              ways.length > MOST_WAYS ? ways : ways.flatMap((way) => part.map((other) => both(way, other))),
            [OPEN],
          );
  });
}

/** The attributes that say whose an item is, by all rules of a resource file. */
export function ownersOf({ access }: { readonly access: ReadonlyMap<string, readonly AccessRule[]> }): string[] {
  return ownersIn([...access.values()].flat());
}

/** The attributes that say whose an item is, by rules. */
export function ownersIn(rules: readonly AccessRule[]): string[] {
  return [...new Set(waysOf(rules).flatMap(({ owners }) => owners))];
}

function both(one: Way, other: Way): Way {
  return {
    isAuthenticated: one.isAuthenticated || other.isAuthenticated,
    roles: [...new Set([...one.roles, ...other.roles])],
    owners: [...new Set([...one.owners, ...other.owners])],
    isByFunction: one.isByFunction || other.isByFunction,
  };
}
