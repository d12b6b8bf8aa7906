// What the rules of a resource file grant to one caller.
import type { AccessRule, Conditions, Grant } from '../definition/access';
import type { AttributeRules } from '../values/attribute';
import type { Caller } from '../values/caller';
import type { Resource } from '../definition/resource';

export const ANONYMOUS: Caller = { kind: 'anonymous', subject: '', roles: [], claims: {} };

/**
 * The items on which a caller may carry out an operation, or an action: what is not declared is refused.
 * @throws Error where a function of the resource file answers with what is neither true, false nor conditions
 */
export function grantOf(resource: Resource, operation: string, caller: Caller): Grant {
  if (caller.kind === 'open') {
    return 'all';
  }
  const grants = (resource.access.get(operation) ?? []).map((rule) => byRule(resource, operation, rule, caller));
  return grants.includes('all') ? 'all' : (grants.find((grant) => grant !== 'none') ?? 'none');
}

/** Whether an operation can be carried out by someone without credentials. */
export function isPublic(resource: Resource, operation: string): boolean {
  return grantOf(resource, operation, ANONYMOUS) !== 'none';
}

/** Whether a rule of an attribute includes a caller. */
export function includesCaller(rules: AttributeRules, caller: Caller): boolean {
  return [rules]
    .flat()
    .some((rule) =>
      caller.kind === 'open'
        ? rule !== 'nobody'
        : typeof rule === 'function'
          ? rule(caller) === true
          : rule !== 'nobody' && holds(rule, caller),
    );
}

function byRule(resource: Resource, operation: string, rule: AccessRule, caller: Caller): Grant {
  if (typeof rule === 'function') {
    const answer = rule(caller);
    return typeof answer === 'boolean' ? toGrant(answer) : byConditions(resource, operation, answer);
  }
  if (typeof rule === 'object' && 'owner' in rule) {
    return caller.subject === '' ? 'none' : { conditions: { [rule.owner]: caller.subject }, owned: rule.owner };
  }
  return toGrant(holds(rule, caller));
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

function toGrant(isGranted: boolean): Grant {
  return isGranted ? 'all' : 'none';
}

const COMPARABLE = ['string', 'number', 'boolean'];

function byConditions(resource: Resource, operation: string, conditions: Conditions): Grant {
  const mistake = (what: string): Error =>
    new Error(`src/resources/${resource.name}.ts: the function under access for "${operation}" ${what}`);
  if (typeof conditions !== 'object' || conditions === null || Object.keys(conditions).length === 0) {
    throw mistake('must answer with true, false, or the values that attributes must have');
  }
  for (const [name, value] of Object.entries(conditions)) {
    const node = resource.attributes.get(name);
    const kind = name === 'id' ? 'string' : (node?.kind ?? 'none');
    const { get, set, forceDefault, counts } = node?.words ?? {};
    // What is written has these values, so nothing else may decide them.
    if (
      !COMPARABLE.includes(kind) ||
      get !== undefined ||
      set !== undefined ||
      forceDefault === true ||
      counts !== undefined ||
      Object.hasOwn(resource.computed, name)
    ) {
      throw mistake(
        `answers with a condition on "${name}", which must be a String, Number or Boolean of the item itself, without get, set and forceDefault, and neither computed nor counted`,
      );
    }
    // What a token does not say must not open anything.
    if (value === undefined || value === null) {
      return 'none';
    }
    if (typeof value !== kind) {
      throw mistake(`answers with a ${typeof value} for "${name}", which is a ${kind}`);
    }
  }
  return { conditions };
}
