// Attributes that not everyone sees or sets: which the description has where, and what it says of them.
import type { AttributeRule, AttributeRules } from '../values/attribute';
import { isReadOnly, type Node } from '../values/node';
import type { Resource } from '../definition/resource';
import { ownersIn, ownersOf, waysOf } from '../definition/ways';
import { namesOf } from './audience';
import type { Part } from './names';
import type { Trusted } from './trusted';

/** A resource as far as anyone sees it: what nobody sees is neither in items nor asked for. */
export function visible(resource: Resource): Resource {
  const attributes = [...resource.attributes].filter(([, { words }]) => !isForNobody(words.readableBy));
  return attributes.length === resource.attributes.size ? resource : { ...resource, attributes: new Map(attributes) };
}

/** The attributes that a body sets. */
export function settable(attributes: ReadonlyMap<string, Node>): ReadonlyMap<string, Node> {
  return new Map([...attributes].filter(([, node]) => isSettable(node)));
}

/** Whether a body sets the attribute, be it anyone's. */
export function isSettable(node: Node): boolean {
  return !isReadOnly(node) && !isForNobody(node.words.writableBy);
}

/** Whether an item may be shown without an attribute that it has. */
export function isHidden({ words }: Node, trusted: Trusted | undefined): boolean {
  return isForNobody(words.readableBy) || (trusted !== undefined && isRestricted(words.readableBy));
}

/** The required attributes that the description cannot require of a body, as some callers' may go without. */
export function spared(resource: Resource, trusted: Trusted | undefined): ReadonlySet<string> {
  const owners = trusted === undefined ? [] : [...filledOwners(resource, 'create'), ...ownersBy(resource, 'replace')];
  return new Set(
    [...resource.attributes]
      .filter(
        ([name, node]) =>
          isHidden(node, trusted) ||
          (trusted !== undefined && isRestricted(node.words.writableBy)) ||
          owners.includes(name),
      )
      .map(([name]) => name),
  );
}

/** The properties of a schema with who sees and sets them. */
export function remarked(
  resource: Resource,
  properties: Record<string, Part>,
  trusted: Trusted | undefined,
): Record<string, Part> {
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => {
      const node = resource.attributes.get(name);
      const remarks = node === undefined ? [] : remarksOn(resource, name, node, trusted);
      const own = property['description'] as string | undefined;
      return [
        name,
        {
          ...property,
          ...(remarks.length > 0 && { description: [...(own === undefined ? [] : [own]), ...remarks].join(' ') }),
          ...(node !== undefined && isForNobody(node.words.readableBy) && { writeOnly: true }),
        },
      ];
    }),
  );
}

function remarksOn(resource: Resource, name: string, { words }: Node, trusted: Trusted | undefined): string[] {
  const seen = isForNobody(words.readableBy)
    ? ['Seen by nobody.']
    : trusted !== undefined && isRestricted(words.readableBy)
      ? [`Seen by ${named(resource, words.readableBy!, trusted)}.`]
      : [];
  const set =
    trusted !== undefined && isRestricted(words.writableBy) && !isForNobody(words.writableBy)
      ? [`Set by ${named(resource, words.writableBy!, trusted)}; ignored of others.`]
      : [];
  const isOwned = trusted !== undefined && filledOwners(resource, 'create', 'replace', 'patch').includes(name);
  const isKept = trusted !== undefined && !isOwned && ownersBy(resource, 'replace', 'patch').includes(name);
  const isNeeded = words.required === true && words.default === undefined && spared(resource, trusted).has(name);
  return [
    ...seen,
    ...set,
    ...(isOwned ? ['Of what its owner writes, the caller’s subject, whatever the body says.'] : []),
    ...(isKept ? ['As it is where an owner changes the item, whatever the body says.'] : []),
    ...(isNeeded ? [isOwned ? 'Required of others.' : 'Required to make an item.'] : []),
  ];
}

function named(resource: Resource, rules: AttributeRules, trusted: Trusted): string {
  const spelt = listed(rules).map((rule) => (rule === 'owner' ? { owner: ownersOf(resource) } : rule));
  return namesOf(spelt, trusted).join(' and by ');
}

function ownersBy({ access }: Resource, ...operations: string[]): string[] {
  return operations.flatMap((operation) => ownersIn(access.get(operation) ?? []));
}

/** The owners that are filled from the credentials: where there are several, the body says who is what. */
function filledOwners({ access }: Resource, ...operations: string[]): string[] {
  return operations.flatMap((operation) => {
    const ways = waysOf(access.get(operation) ?? []).filter(({ owners }) => owners.length > 0);
    return new Set(ways.map(({ owners }) => owners.join())).size === 1 ? ways[0]!.owners : [];
  });
}

function isForNobody(rules: AttributeRules | undefined): boolean {
  return rules !== undefined && listed(rules).every((rule) => rule === 'nobody');
}

function isRestricted(rules: AttributeRules | undefined): boolean {
  return rules !== undefined && !listed(rules).includes('public');
}

function listed(rules: AttributeRules): readonly AttributeRule[] {
  return [rules].flat();
}

/** Whether the deletion of an item of a collection reaches items that refer to it. */
export function cascadesTo({ name }: Pick<Resource, 'name'>, resources: ReadonlyMap<string, Resource>): boolean {
  return [...resources.values()].some(({ attributes }) =>
    [...attributes.values()].some(
      ({ words }) => words.references === name && (words.onDelete ?? 'restrict') !== 'restrict',
    ),
  );
}

/**
 * Whether an item of a collection can be read while it is being deleted: others go with it, or it goes with another.
 */
export function isSeenDeleting(
  resource: Pick<Resource, 'name' | 'attributes'>,
  resources: ReadonlyMap<string, Resource>,
): boolean {
  return (
    cascadesTo(resource, resources) ||
    [...resource.attributes.values()].some(({ words }) => words.onDelete === 'cascade')
  );
}
