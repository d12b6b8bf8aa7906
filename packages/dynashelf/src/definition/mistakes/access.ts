// The mistakes that the access rules of a resource file can hold.
import { ACCESS_OPERATIONS, MOST_ALTERNATIVES, type AccessRule } from '../access';
import { didYouMean } from '../../values/nearest';
import { listsBy } from '../relation';
import { actionsOf } from '../action';
import { ownersIn, ownersOf, waysOf } from '../ways';
import type { SchemaNode } from '../../values/node';
import type { Resource } from '../resource';

const KNOWN =
  "'public', 'authenticated', { role: … }, { owner: … }, { any: […] }, { all: […] } or a function of the caller";
const KNOWN_OF_ATTRIBUTES =
  "'public', 'authenticated', 'nobody', 'owner', { role: … }, { owner: … } or a function of the caller";

/** The mistakes in `access`, `readableBy` and `writableBy` of a resource, each as a sentence with its remedy. */
export function* checkAccess(resource: Resource): Generator<string> {
  for (const [operation, rules] of resource.access) {
    const known = [...ACCESS_OPERATIONS, ...Object.keys(actionsOf(resource))];
    if (!known.includes(operation)) {
      yield `access speaks of "${operation}", which is neither an operation nor an action: use ${known.join(', ')}.${didYouMean(operation, known)}`;
    }
    const mistakes = rules.flatMap((rule) => [...checkRule(resource, operation, rule)]);
    yield* mistakes;
    if (mistakes.length === 0 && Object.hasOwn(resource.collectionActions, operation) && ownersIn(rules).length > 0) {
      yield `access to "${operation}" names an owner, and an action of the collection has no item that somebody owns: write 'authenticated', and compare caller.subject in its run`;
    }
    if (mistakes.length === 0) {
      yield* checkWays(resource, operation, rules);
    }
  }
  for (const action of Object.keys(actionsOf(resource)).filter((name) =>
    (ACCESS_OPERATIONS as readonly string[]).includes(name),
  )) {
    yield `action "${action}" has the name of an operation, and access could not tell them apart: choose another`;
  }
  for (const [name, node] of resource.attributes) {
    yield* checkAttribute(resource, name, node);
  }
}

function* checkRule(resource: Resource, operation: string, rule: AccessRule): Generator<string> {
  if (isOwner(rule)) {
    for (const owner of [rule.owner].flat()) {
      yield* checkOwner(resource, `access to "${operation}"`, owner);
    }
  } else if (isAll(rule)) {
    for (const inner of rule.all.flat() as AccessRule[]) {
      yield* checkRule(resource, operation, inner);
    }
  } else if (hasOnly(rule, 'member')) {
    yield `access to "${operation}" goes by the members of another item, which would have to be read before every one of these: name the caller's groups in its token, and answer with them in a function, such as ({ claims }) => (claims['teams'] as string[]).map((team) => ({ team }))`;
  } else if (!isRole(rule) && rule !== 'public' && rule !== 'authenticated' && typeof rule !== 'function') {
    yield `access to "${operation}" has a rule that is none: write ${KNOWN}`;
  }
}

function* checkOwner(resource: Resource, rule: string, owner: string): Generator<string> {
  if (owner === 'id') {
    return;
  }
  const node = resource.attributes.get(owner);
  if (node === undefined) {
    yield `${rule} names the owner "${owner}", which the schema does not declare.${didYouMean(owner, resource.attributes.keys())}`;
    return;
  }
  if (
    node.kind !== 'string' ||
    node.keywords.get !== undefined ||
    node.keywords.set !== undefined ||
    node.keywords.forceDefault === true ||
    Object.hasOwn(resource.computed, owner)
  ) {
    yield `${rule} names the owner "${owner}", which does not hold a caller's subject as it is: make it a String without get, set and forceDefault that is not computed`;
  }
}

/** What the rules of an operation come to, taken together. */
function* checkWays(resource: Resource, operation: string, rules: readonly AccessRule[]): Generator<string> {
  const ways = waysOf(rules).filter(({ owners, isByFunction }) => owners.length > 0 || isByFunction);
  const alternatives = new Set(
    ways.map(({ owners, isByFunction }) => JSON.stringify([[...owners].sort(), isByFunction])),
  );
  if (alternatives.size > MOST_ALTERNATIVES) {
    yield `access to "${operation}" comes to ${alternatives.size} ways to own an item, and at most ${MOST_ALTERNATIVES} are served, as a list sends a Query for each: name fewer owners, or let one function of the caller say which values its items have`;
  }
  const isServed = (owner: string): boolean => owner === 'id' || listsBy(resource, owner);
  const unserved = ways.filter(({ owners }) => owners.length > 0 && !owners.some(isServed));
  for (const owner of operation === 'list' ? new Set(unserved.map(({ owners }) => owners[0]!)) : []) {
    yield `no index serves the lists of the owner "${owner}": add { partition: '${owner}' }, without sort, to indexes`;
  }
  const unset = ways
    .flatMap(({ owners }) => owners)
    .find((owner) => resource.attributes.get(owner)?.keywords.readOnly === true);
  if (operation === 'create' && alternatives.size > 1 && unset !== undefined) {
    yield `access to "create" lets several own what is made, so that the body has to say who, and "${unset}" is readOnly: name one owner under create, or remove readOnly`;
  }
}

function* checkAttribute(
  resource: Resource,
  path: string,
  { keywords, properties, element }: SchemaNode,
  isInner = false,
): Generator<string> {
  for (const keyword of ['readableBy', 'writableBy'] as const) {
    const rules = keywords[keyword];
    if (rules !== undefined && isInner) {
      yield `attribute "${path}" has "${keyword}", which goes with attributes of the item itself: write it at the outer one`;
    }
    for (const rule of rules === undefined ? [] : [rules].flat()) {
      if (rule === 'owner') {
        if (ownersOf(resource).length === 0) {
          yield `attribute "${path}" is ${keyword} 'owner', and no rule of access names an owner: name the attribute that holds the owner's subject, such as { owner: 'id' }`;
        }
      } else if (isOwner(rule)) {
        for (const owner of [rule.owner].flat()) {
          yield* checkOwner(resource, `attribute "${path}" under ${keyword}`, owner);
        }
      } else if (
        !isRole(rule) &&
        rule !== 'public' &&
        rule !== 'authenticated' &&
        rule !== 'nobody' &&
        typeof rule !== 'function'
      ) {
        yield `attribute "${path}" has a rule under ${keyword} that is none: write ${KNOWN_OF_ATTRIBUTES}`;
      }
    }
  }
  for (const [name, member] of properties) {
    yield* checkAttribute(resource, `${path}.${name}`, member, true);
  }
  if (element !== undefined) {
    yield* checkAttribute(resource, `${path}[]`, element, true);
  }
}

function isOwner(rule: unknown): rule is { readonly owner: string | readonly string[] } {
  return hasOnly(rule, 'owner') && areTexts(rule['owner']);
}

function isRole(rule: unknown): boolean {
  return hasOnly(rule, 'role') && areTexts(rule['role']);
}

/** Whether a value is a text, or several; none is empty. */
function areTexts(value: unknown): boolean {
  const texts = [value].flat();
  return texts.length > 0 && texts.every((text) => typeof text === 'string' && text !== '');
}

/** Its parts are arrays, as the resource file is read. */
function isAll(rule: unknown): rule is Extract<AccessRule, { readonly all: unknown }> {
  const parts = hasOnly(rule, 'all') ? rule['all'] : undefined;
  return Array.isArray(parts) && parts.length > 0 && parts.every((part) => Array.isArray(part) && part.length > 0);
}

function hasOnly(rule: unknown, keyword: string): rule is Record<string, unknown> {
  return typeof rule === 'object' && rule !== null && Object.keys(rule).length === 1 && Object.hasOwn(rule, keyword);
}
