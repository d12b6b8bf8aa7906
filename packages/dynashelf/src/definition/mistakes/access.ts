// The mistakes that the access rules of a resource file can hold.
import { ACCESS_OPERATIONS, type AccessRule } from '../access';
import { didYouMean } from '../../values/nearest';
import type { Node } from '../../values/node';
import type { Resource } from '../resource';

const KNOWN = "'public', 'authenticated', { role: … }, { owner: … } or a function of the caller";
const KNOWN_OF_ATTRIBUTES = "'public', 'authenticated', 'nobody', { role: … } or a function of the caller";

export function* checkAccess(resource: Resource): Generator<string> {
  for (const [operation, rules] of resource.access) {
    const known = [...ACCESS_OPERATIONS, ...Object.keys(resource.actions)];
    if (!known.includes(operation)) {
      yield `access speaks of "${operation}", which is neither an operation nor an action: use ${known.join(', ')}.${didYouMean(operation, known)}`;
    }
    for (const rule of rules) {
      yield* checkRule(resource, operation, rule);
    }
    if (rules.filter((rule) => typeof rule === 'function' || isOwner(rule)).length > 1) {
      yield `access to "${operation}" has several rules that speak of single items, and a list can go by one: put them into one function`;
    }
  }
  for (const action of Object.keys(resource.actions).filter((name) =>
    (ACCESS_OPERATIONS as readonly string[]).includes(name),
  )) {
    yield `action "${action}" has the name of an operation, and access could not tell them apart: choose another`;
  }
  for (const [name, node] of resource.attributes) {
    yield* checkAttribute(name, node);
  }
}

function* checkRule(resource: Resource, operation: string, rule: AccessRule): Generator<string> {
  if (isOwner(rule)) {
    yield* checkOwner(resource, operation, rule.owner);
  } else if (!isRole(rule) && rule !== 'public' && rule !== 'authenticated' && typeof rule !== 'function') {
    yield `access to "${operation}" has a rule that is none: write ${KNOWN}`;
  }
}

function* checkOwner(resource: Resource, operation: string, owner: string): Generator<string> {
  if (owner === 'id') {
    return;
  }
  const node = resource.attributes.get(owner);
  if (node === undefined) {
    yield `access to "${operation}" names the owner "${owner}", which the schema does not declare.${didYouMean(owner, resource.attributes.keys())}`;
    return;
  }
  if (
    node.kind !== 'string' ||
    node.words.get !== undefined ||
    node.words.set !== undefined ||
    node.words.forceDefault === true ||
    Object.hasOwn(resource.computed, owner)
  ) {
    yield `access to "${operation}" names the owner "${owner}", which does not hold a caller's subject as it is: make it a String without get, set and forceDefault that is not computed`;
  }
  if (
    operation === 'list' &&
    !Object.values(resource.indexes).some(
      ({ partition, sort }) => partition === owner && [sort ?? []].flat().length === 0,
    )
  ) {
    yield `no index serves the lists of the owner "${owner}": add { partition: '${owner}' }, without sort, to indexes`;
  }
}

function* checkAttribute(path: string, { words, members, element }: Node, isInner = false): Generator<string> {
  for (const word of ['readableBy', 'writableBy'] as const) {
    const rules = words[word];
    if (rules !== undefined && isInner) {
      yield `attribute "${path}" has "${word}", which goes with attributes of the item itself: write it at the outer one`;
    }
    for (const rule of rules === undefined ? [] : [rules].flat()) {
      if (
        !isRole(rule) &&
        rule !== 'public' &&
        rule !== 'authenticated' &&
        rule !== 'nobody' &&
        typeof rule !== 'function'
      ) {
        yield `attribute "${path}" has a rule under ${word} that is none: write ${KNOWN_OF_ATTRIBUTES}`;
      }
    }
  }
  for (const [name, member] of members) {
    yield* checkAttribute(`${path}.${name}`, member, true);
  }
  if (element !== undefined) {
    yield* checkAttribute(`${path}[]`, element, true);
  }
}

function isOwner(rule: unknown): rule is { readonly owner: string } {
  return hasOnly(rule, 'owner') && typeof rule['owner'] === 'string';
}

function isRole(rule: unknown): boolean {
  return (
    hasOnly(rule, 'role') &&
    [rule['role']].flat().every((role) => typeof role === 'string' && role !== '') &&
    [rule['role']].flat().length > 0
  );
}

function hasOnly(rule: unknown, word: string): rule is Record<string, unknown> {
  return typeof rule === 'object' && rule !== null && Object.keys(rule).length === 1 && Object.hasOwn(rule, word);
}
