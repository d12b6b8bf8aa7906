// Who may carry out an operation, from the rules of a resource file: in words, and by which credentials.
import { isPublic } from '../authorization/grant';
import type { AccessRule } from '../definition/access';
import type { AttributeRule } from '../values/attribute';
import type { Resource } from '../definition/resource';
import { flatRules, waysOf } from '../definition/ways';
import type { SecurityRequirement, TrustedCredentials } from './trusted-credentials';

/** Who may carry out an operation. */
export interface Callers {
  /** Such as ``for callers with the role `editor`, and for the owner (`author`)``. */
  readonly phrase: string;
  /** Nobody can come by any of them where it is always refused. */
  readonly securityRequirement: SecurityRequirement;
  /** Whether someone may write an item by it and not read it. */
  readonly isBlind?: boolean;
}

type OwnerRule = Extract<AccessRule, { readonly owner: unknown }>;

const NOBODY: SecurityRequirement = { token: false, key: false, anonymous: false };

/**
 * Who may carry out an operation, or an action.
 * @param rules those that count, where that is not all
 */
export function callersOf(
  trusted: TrustedCredentials,
  resource: Resource,
  operation: string,
  rules: readonly AccessRule[] = resource.access.get(operation) ?? [],
): Callers {
  return callersBy(trusted, rules, isOpen(resource, operation));
}

/**
 * Who is let in by rules.
 * @param isPublic whether someone without credentials is
 */
export function callersBy(trusted: TrustedCredentials, rules: readonly AccessRule[], isPublic: boolean): Callers {
  if (trusted.tokens === undefined && !trusted.apiKeys) {
    return { phrase: 'refused to everyone, as this deployment trusts no credentials', securityRequirement: NOBODY };
  }
  // An API key has no roles.
  const possible = trusted.tokens === undefined ? rules.filter((rule) => !takesRole(rule)) : rules;
  if (possible.length === 0) {
    return {
      phrase: `refused to everyone, as ${rules.length > 0 ? 'it takes a role, and API keys have none' : 'nobody is declared for it'}`,
      securityRequirement: NOBODY,
    };
  }
  return {
    phrase: possible.every((rule) => typeof rule === 'function')
      ? 'by a rule of the resource’s own'
      : namesOf(possible, trusted)
          .map((name) => `for ${name}`)
          .join(', and '),
    securityRequirement: {
      token: trusted.tokens !== undefined,
      // What a function says to a key depends on the key.
      key: trusted.apiKeys && possible.some((rule) => !takesRole(rule)),
      anonymous: !trusted.apiKeys && isPublic,
    },
  };
}

/** Who may do one or the other. */
export function either(...audiences: readonly Callers[]): SecurityRequirement {
  const some = (kind: keyof SecurityRequirement): boolean =>
    audiences.some(({ securityRequirement }) => securityRequirement[kind]);
  return { token: some('token'), key: some('key'), anonymous: some('anonymous') };
}

/** Who may do both. */
export function both(...audiences: readonly Callers[]): SecurityRequirement {
  const every = (kind: keyof SecurityRequirement): boolean =>
    audiences.every(({ securityRequirement }) => securityRequirement[kind]);
  return { token: every('token'), key: every('key'), anonymous: every('anonymous') };
}

/** Whether no credentials at all let a request pass. */
export function isRefused({ token, key, anonymous }: SecurityRequirement): boolean {
  return !token && !key && !anonymous;
}

/** A phrase as a sentence. */
export function sentence(phrase: string): string {
  return `${phrase.charAt(0).toUpperCase()}${phrase.slice(1)}.`;
}

/** The callers that rules name, each in a few words; `nobody` is none. */
export function namesOf(
  rules: readonly (AccessRule | AttributeRule)[],
  { apiKeys }: Pick<TrustedCredentials, 'apiKeys'>,
): string[] {
  // Where keys are required, nobody comes without one.
  if (rules.includes('public')) {
    return [apiKeys ? 'every caller with an API key' : 'everyone'];
  }
  const roles = [...new Set(rules.filter(isRole).flatMap(({ role }) => role))].map((role) => `\`${role}\``);
  return [
    ...(rules.includes('authenticated') ? [`every caller with ${apiKeys ? 'an API key' : 'a token'}`] : []),
    ...(roles.length > 0
      ? [`callers with ${roles.length > 1 ? 'one of the roles' : 'the role'} ${roles.join(', ')}`]
      : []),
    ...rules.filter(isOwner).map((rule) => `the owner (${ownersOf(rule).join(' or ')})`),
    ...rules.filter(isAll).map(({ all }) => {
      const parts = all.map((part) => namesOf(flatRules(part), { apiKeys }).join(' or '));
      return `those who are at once ${parts.join(' and ')}`;
    }),
    ...(rules.some((rule) => typeof rule === 'function') ? ['those whom a rule of the resource’s own names'] : []),
  ];
}

/**
 * Whether everyone whom a rule lets write an item may read it.
 * @param stays whether the item is still the caller's when it is written
 */
export function maySee(resource: Resource, rule: AccessRule, stays: boolean): boolean {
  const rules = resource.access.get('read') ?? [];
  const owners = rules.filter(isOwner).flatMap(({ owner }) => owner);
  return [...rules, ...(owners.length > 0 ? [{ owner: owners }] : [])].some(
    (reading) =>
      reading === 'public' ||
      (reading === 'authenticated' && rule !== 'public' && typeof rule !== 'function') ||
      (isRole(reading) && isRole(rule) && [rule.role].flat().every((role) => [reading.role].flat().includes(role))) ||
      (stays && (reading === rule || isWider(reading, rule))),
  );
}

/** Whether a rule surely includes every item that another does, as it names its owners, or all that it takes. */
function isWider(reading: AccessRule, rule: AccessRule): boolean {
  return isAll(rule)
    ? rule.all.some((part) => flatRules(part).every((one) => isWider(reading, one)))
    : isOwner(reading) && isOwner(rule) && [rule.owner].flat().every((owner) => [reading.owner].flat().includes(owner));
}

/** Whether rules let callers have some items and not others. */
export function isOfItems(rules: readonly AccessRule[]): boolean {
  return (
    !rules.includes('public') && waysOf(rules).some(({ owners, isByFunction }) => isByFunction || owners.length > 0)
  );
}

/** Whether a rule is one of owners. */
export function isOwner(rule: unknown): rule is OwnerRule {
  return typeof rule === 'object' && rule !== null && 'owner' in rule;
}

/** The attributes of an owner's rule, as code. */
function ownersOf({ owner }: OwnerRule): string[] {
  return [owner].flat().map((name) => `\`${name}\``);
}

function isAll(rule: unknown): rule is Extract<AccessRule, { readonly all: unknown }> {
  return typeof rule === 'object' && rule !== null && 'all' in rule;
}

/** Whether nobody without a role has anything by a rule. */
function takesRole(rule: AccessRule): boolean {
  return waysOf([rule]).every(({ roles }) => roles.length > 0);
}

function isRole(rule: unknown): rule is { readonly role: string | readonly string[] } {
  return typeof rule === 'object' && rule !== null && 'role' in rule;
}

/** Whether nobody in particular may; a function that fails when it is asked lets nobody in. */
function isOpen(resource: Resource, operation: string): boolean {
  try {
    return isPublic(resource, operation);
  } catch {
    return false;
  }
}
