// Attributes that not everyone sees or sets: which the description has where, and what it says of them.
import type { AttributeRule, AttributeRules } from '../values/attribute';
import { isReadOnly, type SchemaNode } from '../values/node';
import type { Resource } from '../definition/resource';
import { uniqueGroups } from '../definition/unique-groups';
import { ownersIn, ownersOf, waysOf } from '../definition/ways';
import { namesOf } from './callers';
import type { Part } from './names';
import { aggregateRemark } from './aggregates';
import { statesExtension, statesRemark } from './states';
import type { TrustedCredentials } from './trusted-credentials';

/** A resource as far as anyone sees it: what nobody sees is neither in items nor asked for. */
export function visible(resource: Resource): Resource {
  const attributes = [...resource.attributes].filter(([, { keywords }]) => !isForNobody(keywords.readableBy));
  return attributes.length === resource.attributes.size ? resource : { ...resource, attributes: new Map(attributes) };
}

/** The attributes that a body sets. */
export function settable(attributes: ReadonlyMap<string, SchemaNode>): ReadonlyMap<string, SchemaNode> {
  return new Map([...attributes].filter(([, node]) => isSettable(node)));
}

/** Whether a body sets the attribute, be it anyone's. */
export function isSettable(node: SchemaNode): boolean {
  return !isReadOnly(node) && !isForNobody(node.keywords.writableBy);
}

/** Whether an item may be shown without an attribute that it has. */
export function isHidden({ keywords }: SchemaNode, trusted: TrustedCredentials | undefined): boolean {
  return isForNobody(keywords.readableBy) || (trusted !== undefined && isRestricted(keywords.readableBy));
}

/** The required attributes that the description cannot require of a body, as some callers' may go without. */
export function optionalForCaller(resource: Resource, trusted: TrustedCredentials | undefined): ReadonlySet<string> {
  const owners = trusted === undefined ? [] : [...filledOwners(resource, 'create'), ...ownersBy(resource, 'replace')];
  return new Set(
    [...resource.attributes]
      .filter(
        ([name, node]) =>
          isHidden(node, trusted) ||
          (trusted !== undefined && isRestricted(node.keywords.writableBy)) ||
          owners.includes(name),
      )
      .map(([name]) => name),
  );
}

/** The properties of a schema with who sees and sets them. */
export function annotate(
  resource: Resource,
  properties: Record<string, Part>,
  trusted: TrustedCredentials | undefined,
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
          ...(node !== undefined && isForNobody(node.keywords.readableBy) && { writeOnly: true }),
          ...(name === resource.states?.attribute && statesExtension(resource.states)),
        },
      ];
    }),
  );
}

function remarksOn(
  resource: Resource,
  name: string,
  node: SchemaNode,
  trusted: TrustedCredentials | undefined,
): string[] {
  const { keywords } = node;
  const seen = isForNobody(keywords.readableBy)
    ? ['Seen by nobody.']
    : trusted !== undefined && isRestricted(keywords.readableBy)
      ? [`Seen by ${named(resource, keywords.readableBy!, trusted)}.`]
      : [];
  const set =
    trusted !== undefined && isRestricted(keywords.writableBy) && !isForNobody(keywords.writableBy)
      ? [`Set by ${named(resource, keywords.writableBy!, trusted)}; ignored of others.`]
      : [];
  const isOwned = trusted !== undefined && filledOwners(resource, 'create', 'replace', 'patch').includes(name);
  const isKept = trusted !== undefined && !isOwned && ownersBy(resource, 'replace', 'patch').includes(name);
  const isNeeded =
    keywords.required === true && keywords.default === undefined && optionalForCaller(resource, trusted).has(name);
  return [
    ...(name === resource.states?.attribute ? [statesRemark(resource.states)] : []),
    ...aggregateRemark(node),
    ...(keywords.acyclic === true ? ['Never the item itself, or one that is below it.'] : []),
    ...seen,
    ...set,
    ...(isOwned ? ['Of what its owner writes, the caller’s subject, whatever the body says.'] : []),
    ...(isKept ? ['As it is where an owner changes the item, whatever the body says.'] : []),
    ...(isNeeded ? [isOwned ? 'Required of others.' : 'Required to make an item.'] : []),
  ];
}

function named(resource: Resource, rules: AttributeRules, trusted: TrustedCredentials): string {
  const spelt = listed(rules).map((rule) => (rule === 'owner' ? { owner: ownersOf(resource) } : rule));
  return namesOf(spelt, trusted).join(' and by ');
}

/** What no two items have in common, as a sentence behind others; nothing where there is nothing. */
export function uniqueRemark(resource: Resource): string {
  const seen = uniqueGroups(resource).filter(({ attributes }) =>
    attributes.every((name) => !isForNobody(resource.attributes.get(name)?.keywords.readableBy)),
  );
  const said = seen.map(({ attributes, each }) => {
    const names = attributes.map((name) => (name === each ? `element of \`${name}\`` : `\`${name}\``));
    return `the same ${names.join(' and ')}`;
  });
  return said.length === 0 ? '' : ` No two items have ${said.join(', nor ')}: 409 for the second.`;
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
      ({ keywords }) => keywords.references === name && (keywords.onDelete ?? 'restrict') !== 'restrict',
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
    [...resource.attributes.values()].some(({ keywords }) => keywords.onDelete === 'cascade')
  );
}
