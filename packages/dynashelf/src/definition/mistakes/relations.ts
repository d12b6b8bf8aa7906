// The mistakes in references and relations: those that one file shows by itself, and those across all that are served.
import { didYouMean } from '../../values/nearest';
import { checkAggregates } from './aggregates';
import type { Resource } from '../resource';
import { type LooseRelation, type Relation, listsBy } from '../relation';

/** Words that would make of an id something else. */
const NOT_OF_IDS = ['pattern', 'format', 'get'] as const;

/** The mistakes that one file shows by itself. */
export function* checkRelations(resource: Resource): Generator<string> {
  for (const [name, { keywords }] of resource.attributes) {
    if (keywords.references === undefined) {
      continue;
    }
    if (typeof keywords.references !== 'string') {
      yield `attribute "${name}" references something that is no name: write the name of a collection, such as references: '${resource.name}'`;
    }
    for (const keyword of NOT_OF_IDS.filter((unfit) => keywords[unfit] !== undefined)) {
      yield `attribute "${name}" has "${keyword}" beside references, which makes it an id, stored and returned as it came: remove one of the two`;
    }
  }
  const actions = Object.keys(resource.actions);
  for (const [name, relation] of Object.entries(resource.relations)) {
    if (!/^[A-Za-z][A-Za-z0-9_-]{0,63}$/.test(name)) {
      yield `relation "${name}" cannot be a path segment: use letters, digits, hyphens and underscores, a letter first, at most 64`;
    }
    if (actions.includes(name)) {
      yield `relation "${name}" has the name of an action, and both would be served at /${resource.name}/{id}/${name}: give one of them another name`;
    }
    if (
      typeof relation?.collection !== 'string' ||
      typeof relation.attribute !== 'string' ||
      Object.keys(relation).length > 2
    ) {
      yield `relation "${name}" does not say whose items it lists: write { collection: …, attribute: … } and nothing else, the attribute being the one of that collection that refers to ${resource.name}`;
    }
  }
}

/** The mistakes that only several files together show, each with the file to change. */
export function* checkAcross(resources: ReadonlyMap<string, Resource>): Generator<string> {
  for (const resource of resources.values()) {
    for (const [
      name,
      {
        keywords: { references },
      },
    ] of resource.attributes) {
      if (references !== undefined && !resources.has(references)) {
        yield `${fileOf(resource)}: attribute "${name}" references "${references}", which src/resources/index.ts does not list: list it there, or correct the name.${didYouMean(references, resources.keys())}`;
      }
    }
    yield* checkAggregates(resource, resources);
    for (const [name, relation] of Object.entries(resource.relations)) {
      yield* checkRelation(resource, name, relation, resources);
    }
  }
}

function* checkRelation(
  resource: Resource,
  name: string,
  relation: Relation | LooseRelation,
  resources: ReadonlyMap<string, Resource>,
): Generator<string> {
  const { collection, attribute } = relation;
  const other = resources.get(collection);
  if (other === undefined) {
    yield `${fileOf(resource)}: relation "${name}" lists the collection "${collection}", which src/resources/index.ts does not list: list it there, or correct the name.${didYouMean(collection, resources.keys())}`;
    return;
  }
  const node = other.attributes.get(attribute);
  if (node === undefined) {
    yield `${fileOf(resource)}: relation "${name}" goes by the attribute "${attribute}", which ${other.name} does not declare: correct the name.${didYouMean(attribute, other.attributes.keys())}`;
    return;
  }
  if (node.keywords.references !== resource.name && !('isLoose' in relation)) {
    yield `${fileOf(other)}: attribute "${attribute}" does not refer to ${resource.name}, whose relation "${name}" goes by it: add references: '${resource.name}' there, or correct the relation in ${fileOf(resource)}`;
  }
  if (!listsBy(other, attribute)) {
    yield `${fileOf(other)}: no index serves the relation "${name}" of ${resource.name}: add { partition: '${attribute}' }, without sort, to its indexes, or remove the relation in ${fileOf(resource)}`;
  }
}

function fileOf({ name }: Resource): string {
  return `src/resources/${name}.ts`;
}
