// What the rules of a resource file grant to one caller.
import {
  isWithin,
  MOST_ALTERNATIVES,
  type AccessRule,
  type Alternative,
  type Conditions,
  type Grant,
} from '../definition/access';
import { listsBy } from '../definition/relation';
import type { AttributeRule, AttributeRules } from '../values/attribute';
import { aggregateOf } from '../values/node';
import type { Caller } from '../values/caller';
import type { Resource } from '../definition/resource';
import { ownersOf } from '../definition/ways';

export const ANONYMOUS: Caller = { kind: 'anonymous', subject: '', roles: [], claims: {} };

/**
 * The items on which a caller may carry out an operation, or an action: what is not declared is refused.
 * @throws Error where a function of the resource file answers with what is neither true, false nor conditions, or with
 * too many
 */
export function grantOf(resource: Resource, operation: string, caller: Caller): Grant {
  if (caller.kind === 'open') {
    return 'all';
  }
  const grant = byAny(resource, operation, resource.access.get(operation) ?? [], caller);
  if (typeof grant !== 'string' && grant.length > MOST_ALTERNATIVES) {
    throw new Error(
      `src/resources/${resource.name}.ts: access to "${operation}" comes to ${grant.length} sets of values for this caller: let its functions answer with fewer, so that together they are at most ${MOST_ALTERNATIVES}, as a list sends a Query for each`,
    );
  }
  return grant;
}

/** Whether an operation can be carried out by someone without credentials. */
export function isPublic(resource: Resource, operation: string): boolean {
  return grantOf(resource, operation, ANONYMOUS) !== 'none';
}

/** The items in which a caller may see, or set, an attribute. */
export function attributeGrant(resource: Resource, rules: AttributeRules, caller: Caller): Grant {
  const grants = [rules].flat<readonly (AttributeRule | readonly AttributeRule[])[]>().map((rule): Grant => {
    if (rule === 'nobody' || caller.kind === 'open') {
      return rule === 'nobody' ? 'none' : 'all';
    }
    if (typeof rule === 'function') {
      return rule(caller) === true ? 'all' : 'none';
    }
    return rule === 'owner'
      ? byOwners(ownersOf(resource), caller)
      : typeof rule === 'object' && 'owner' in rule
        ? byOwners([rule.owner].flat(), caller)
        : holds(rule, caller)
          ? 'all'
          : 'none';
  });
  return grants.includes('all') ? 'all' : toGrant(distinct(grants.flatMap(alternativesOf)));
}

function byOwners(owners: readonly string[], { subject }: Caller): Grant {
  return subject === '' ? 'none' : toGrant(owners.map((owned) => ({ conditions: { [owned]: subject }, owned })));
}

function byAny(resource: Resource, operation: string, rules: readonly AccessRule[], caller: Caller): Grant {
  const grants = rules.map((rule) => byRule(resource, operation, rule, caller));
  return grants.includes('all') ? 'all' : toGrant(distinct(grants.flatMap(alternativesOf)));
}

function byRule(resource: Resource, operation: string, rule: AccessRule, caller: Caller): Grant {
  if (typeof rule === 'function') {
    return byFunction(resource, operation, rule(caller));
  }
  if (typeof rule === 'string' || 'role' in rule) {
    return holds(rule, caller) ? 'all' : 'none';
  }
  if ('owner' in rule) {
    return byOwners([rule.owner].flat(), caller);
  }
  if ('any' in rule) {
    return byAny(resource, operation, rule.any, caller);
  }
  let grant: Grant = 'all';
  for (const rules of rule.all) {
    const further = byAny(resource, operation, [rules].flat(), caller);
    grant = grant === 'all' ? further : further === 'all' ? grant : both(resource, grant, further);
  }
  return grant;
}

/** The items that two grants include, neither being of all items. */
function both(resource: Resource, one: Grant, other: Grant): Grant {
  return toGrant(
    distinct(
      alternativesOf(one).flatMap((a) =>
        alternativesOf(other).flatMap((b): Alternative[] => {
          const isPossible = Object.entries(b.conditions).every(
            ([name, value]) => (a.conditions[name] ?? value) === value,
          );
          // Of two owners the list goes by the one that an index has.
          const owned = [a.owned, b.owned].find((name) => name !== undefined && listsBy(resource, name));
          return isPossible
            ? [{ conditions: { ...a.conditions, ...b.conditions }, ...(owned !== undefined && { owned }) }]
            : [];
        }),
      ),
    ),
  );
}

function alternativesOf(grant: Grant): readonly Alternative[] {
  return typeof grant === 'string' ? [] : grant;
}

/** Without those whose items another includes too. */
function distinct(alternatives: readonly Alternative[]): readonly Alternative[] {
  return alternatives.filter((one, place) =>
    alternatives.every((other, otherPlace) => {
      const isWider = place !== otherPlace && isWithin(one, other);
      // Of equal ones the first that an owner's index serves stays.
      const isLater =
        one.owned === undefined
          ? other.owned !== undefined || otherPlace < place
          : otherPlace < place && other.owned !== undefined;
      return !(isWider && (!isWithin(other, one) || isLater));
    }),
  );
}

function holds(
  rule: 'public' | 'authenticated' | { readonly role: string | readonly string[] },
  { kind, roles }: Caller,
): boolean {
  return (
    rule === 'public' ||
    (rule === 'authenticated' ? kind !== 'anonymous' : [rule.role].flat().some((role) => roles.includes(role)))
  );
}

function toGrant(alternatives: readonly Alternative[]): Grant {
  return alternatives.length === 0 ? 'none' : alternatives;
}

const COMPARABLE = ['string', 'number', 'boolean'];

/** @throws Error that names the file where the answer is none */
function byFunction(resource: Resource, operation: string, answer: unknown): Grant {
  if (typeof answer === 'boolean') {
    return answer ? 'all' : 'none';
  }
  const sets = [answer].flat();
  return toGrant(
    sets.flatMap((conditions) => {
      requireConditions(resource, operation, conditions);
      // What a token does not say must not open anything.
      return Object.values(conditions).some((value) => value === undefined || value === null) ? [] : [{ conditions }];
    }),
  );
}

function requireConditions(
  resource: Resource,
  operation: string,
  conditions: unknown,
): asserts conditions is Conditions {
  if (typeof conditions !== 'object' || conditions === null || Object.keys(conditions).length === 0) {
    throw mistake(
      resource,
      operation,
      'must answer with true, false, or the values that attributes must have; or with an array of such values',
    );
  }
  for (const [name, value] of Object.entries(conditions)) {
    const node = resource.attributes.get(name);
    const kind = name === 'id' ? 'string' : (node?.kind ?? 'none');
    const { get, set, forceDefault } = node?.keywords ?? {};
    // What is written has these values, so nothing else may decide them.
    if (
      !COMPARABLE.includes(kind) ||
      get !== undefined ||
      set !== undefined ||
      forceDefault === true ||
      (node !== undefined && aggregateOf(node) !== undefined) ||
      Object.hasOwn(resource.computed, name)
    ) {
      throw mistake(
        resource,
        operation,
        `answers with a condition on "${name}", which must be a String, Number or Boolean of the item itself, without get, set and forceDefault, and neither computed nor counted`,
      );
    }
    if (value !== undefined && value !== null && typeof value !== kind) {
      throw mistake(resource, operation, `answers with a ${typeof value} for "${name}", which is a ${kind}`);
    }
  }
}

function mistake({ name }: Resource, operation: string, what: string): Error {
  return new Error(`src/resources/${name}.ts: the function under access for "${operation}" ${what}`);
}
