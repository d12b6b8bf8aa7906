// The mistakes that `unique` of a resource file can hold: the groups of attributes of which no two items have the same
// values.
import { MOST_ACTIONS } from '../limits';
import type { Resource } from '../resource';
import { attributeOf, EACH, uniqueGroups, type UniqueGroup } from '../unique-groups';
import { DECLARED } from '../../values/kinds';
import { didYouMean } from '../../values/nearest';
import type { SchemaNode } from '../../values/node';

/** Each mistake as a sentence with its remedy. */
export function* checkUniqueGroups(resource: Resource): Generator<string> {
  const { unique } = resource;
  if (!isListOfGroups(unique)) {
    yield `unique is no list of groups of attributes: write one such as [['user', 'tool']], and unique: true at an attribute that is unique by itself`;
    return;
  }
  const mistakes = unique.flatMap((parts) => [...checkGroup(resource, parts)]);
  yield* mistakes;
  if (mistakes.length === 0) {
    yield* checkTogether(uniqueGroups(resource));
    yield* checkActions(resource);
  }
}

function isListOfGroups(unique: unknown): boolean {
  return (
    Array.isArray(unique) &&
    unique.every(
      (parts: unknown) =>
        Array.isArray(parts) && parts.length > 0 && parts.every((part: unknown) => typeof part === 'string'),
    )
  );
}

function* checkGroup(resource: Resource, parts: readonly string[]): Generator<string> {
  const group = `unique group ${named(parts)}`;
  const [only] = parts;
  if (parts.length === 1 && !only!.endsWith(EACH)) {
    yield `${group} has one attribute: write unique: true at "${only}" instead`;
  }
  const each = parts.filter((part) => part.endsWith(EACH));
  if (each.length > 1) {
    yield `${group} compares the elements of several attributes, which comes to a record for every pair of them: leave ${EACH} at one`;
  }
  const attributes = parts.map(attributeOf);
  for (const name of new Set(attributes.filter((one, index) => attributes.indexOf(one) !== index))) {
    yield `${group} names "${name}" twice: name it once`;
  }
  for (const part of new Set(parts)) {
    yield* checkPart(resource, group, part);
  }
  if (attributes.every((name) => isConstant(resource.attributes.get(name)?.keywords.default))) {
    yield `${group} has one default for each of its attributes, which only one item could have: remove one of the defaults, or make it by a function`;
  }
}

function* checkPart(resource: Resource, group: string, part: string): Generator<string> {
  const name = attributeOf(part);
  const node = resource.attributes.get(name);
  if (node === undefined) {
    yield `${group} names the attribute "${name}", which the schema does not declare.${didYouMean(name, resource.attributes.keys())}`;
    return;
  }
  const { kind, element, keywords } = node;
  const compared = part.endsWith(EACH) ? element : node;
  if (part.endsWith(EACH) && kind !== 'array' && kind !== 'set') {
    yield `${group} compares the elements of "${name}", which is a ${kind} and has none: write '${name}'`;
  } else if (!part.endsWith(EACH) && (kind === 'array' || kind === 'set')) {
    yield `${group} cannot compare "${name}" as a whole: write '${part}${EACH}', by which no two items share an element`;
  } else if (compared === undefined || DECLARED[compared.kind].isKey !== true) {
    yield `${group} cannot compare "${part}": what is unique is a String, Number, Boolean or Date, not ${compared?.kind ?? 'any'}`;
  }
  if (keywords.get !== undefined || element?.keywords.get !== undefined) {
    yield `${group} names "${name}", which has "get", and what is seen might then not be unique: remove one of the two`;
  }
  if (part.endsWith(EACH) && keywords.maxItems === undefined) {
    yield `${group} compares the elements of "${name}", each of which takes an action of a transaction of ${MOST_ACTIONS}: add a maxItems`;
  }
}

function isConstant(fallback: unknown): boolean {
  return fallback !== undefined && typeof fallback !== 'function';
}

/** What the groups say together with each other, and with what is unique by itself. */
function* checkTogether(groups: readonly UniqueGroup[]): Generator<string> {
  for (const [index, { parts }] of groups.entries()) {
    const twin = groups.findIndex((other) => other.parts.join() === parts.join());
    if (twin < index) {
      yield `unique has the group ${named(parts)} twice: remove one`;
      continue;
    }
    const narrower = groups.find((other) => other.parts.length < parts.length && other.parts.every(isIn(parts)));
    if (narrower !== undefined) {
      yield `unique group ${named(parts)} says nothing more, as ${named(narrower.parts)} is unique already: remove one of the two`;
    }
  }
}

function isIn(parts: readonly string[]): (part: string) => boolean {
  return (part) => parts.includes(part);
}

/** Whether one item can always be made, and deleted, in one transaction. */
function* checkActions({ attributes, unique, indexes, name }: Resource): Generator<string> {
  const groups = uniqueGroups({ attributes, unique });
  const lengths = groups.flatMap(({ each }) => (each === undefined ? [] : [mostElements(attributes.get(each)!)]));
  const references = [...attributes.values()].filter(({ keywords }) => keywords.references !== undefined).length;
  const checksums = Object.values(indexes).filter(({ transactional }) => transactional === true).length;
  // The item itself, and an idempotency key.
  const others = 2 + references + checksums + groups.length - lengths.length;
  const all = lengths.reduce((sum, length) => sum + length, others);
  if (lengths.length > 0 && all > MOST_ACTIONS) {
    yield `an item of ${name} can take ${all} actions of a transaction, which holds ${MOST_ACTIONS}: ${others} for the item, an idempotency key, references, unique values and transactional indexes, and one for each unique element. Lower maxItems by ${all - MOST_ACTIONS}`;
  }
}

function mostElements({ keywords }: SchemaNode): number {
  return keywords.maxItems ?? 0;
}

function named(parts: readonly string[]): string {
  return `[${parts.map((part) => `'${part}'`).join(', ')}]`;
}
