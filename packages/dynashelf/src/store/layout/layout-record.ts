// What the table knows of its own layout: one record for each resource, with the shards and index keys that its items
// have, and the constraints that have held of all of them. A constraint that is declared on a table with data does not,
// before the migration has run.
import type { Aggregate } from '../../definition/aggregates';
import type { Resource } from '../../definition/resource';
import { attributeOf, uniqueGroups, type UniqueGroup } from '../../definition/unique-groups';
import { aggregateOf } from '../../values/node';
import type { Send } from '../client/send';
import { transactionalIndexes, type SlottedIndex } from './index-keys';
import { PARTITION_KEY, SORT_KEY } from './table';
import type { AttributeMap } from './value';

/** The partition of the records. */
export const LAYOUT_PARTITION = '#layout';

/** The attributes of a resource that reference other items, each with the collection it references. */
export function referenceAttributes({
  attributes,
}: Pick<Resource, 'attributes'>): [attribute: string, collection: string][] {
  return [...attributes].flatMap(
    ([
      name,
      {
        keywords: { references },
      },
    ]) => (references === undefined ? [] : [[name, references]]),
  );
}

/** The constraints of a resource, each as a text that stands for it. */
export function constraintsOf(resource: Resource): string[] {
  return [
    ...uniqueGroups(resource).map(uniqueness),
    ...referenceAttributes(resource).map(([attribute, collection]) => reference(attribute, collection)),
    ...(globalThis.bundleLacks?.transactionalIndexes
      ? []
      : transactionalIndexes(resource).map((index) => transactionality(resource, index))),
    ...resource.trees.map(acyclicity),
    ...aggregateAttributes(resource).map(([attribute, aggregate]) => aggregation(attribute, aggregate)),
  ];
}

/** The attributes of a resource that count or sum others, each with which. */
export function aggregateAttributes({
  attributes,
}: Pick<Resource, 'attributes'>): [attribute: string, aggregate: Aggregate][] {
  return [...attributes].flatMap(([name, node]) => {
    const aggregate = aggregateOf(node);
    return aggregate === undefined ? [] : [[name, aggregate]];
  });
}

/** The text of an attribute that counts or sums: what `where` says is not in it, since that is a function. */
export function aggregation(attribute: string, { collection, attribute: by, of, where }: Aggregate): string {
  return [of === undefined ? 'counts' : 'sums', attribute, collection, by, of, where && 'where']
    .filter((part) => part !== undefined)
    .join(' ');
}

/** The text of an `acyclic` attribute. */
export function acyclicity(attribute: string): string {
  return `acyclic ${attribute}`;
}

/** Whether a constraint is one of counts or sums. */
export function isAggregation(constraint: string): boolean {
  return constraint.startsWith('counts ') || constraint.startsWith('sums ');
}

/** The text of a `unique` attribute, or group of them: `unique email`, `unique days[],tool`. */
export function uniqueness({ parts }: Pick<UniqueGroup, 'parts'>): string {
  return `unique ${parts.join()}`;
}

/** The text of an attribute that `references` a collection. */
export function reference(attribute: string, collection: string): string {
  return `references ${attribute} ${collection}`;
}

/** The references of a collection to another, as constraints. */
export function referencesTo(resource: Resource, collection: string): string[] {
  return referenceAttributes(resource)
    .filter(([, to]) => to === collection)
    .map(([attribute]) => reference(attribute, collection));
}

/**
 * The text of an index by which actions list: `transactional tool,from byTool string,number`. All on which it depends
 * which items are in which partition is in it.
 */
export function transactionality({ attributes }: Pick<Resource, 'attributes'>, index: SlottedIndex): string {
  const names = [index.partition!, ...index.sorts];
  const kinds = names.map((name) => {
    const { kind, storage } = attributes.get(name)!;
    return kind === 'date' ? `${kind}/${storage}` : kind;
  });
  return `${TRANSACTIONAL}${names.join()} ${index.name} ${kinds.join()}`;
}

const TRANSACTIONAL = 'transactional ';

/** Whether a constraint is that of an index by which actions list. */
export function isTransactionality(constraint: string): boolean {
  return constraint.startsWith(TRANSACTIONAL);
}

/** The attributes that a constraint is of. */
export function constrainedAttributes(constraint: string): string[] {
  return constraint.split(' ')[1]!.split(',').map(attributeOf);
}

/** The collection that a constraint's attribute refers to, or counts or sums; undefined for others. */
export function referredCollection(constraint: string): string | undefined {
  const [keyword, , collection] = constraint.split(' ');
  return keyword === 'references' || isAggregation(constraint) ? collection : undefined;
}

/** The layout records, by resource. */
export async function readLayouts(send: Send, TableName: string): Promise<Map<string, AttributeMap>> {
  const { Items = [] } = await send('Query', {
    TableName,
    ConsistentRead: true,
    KeyConditionExpression: '#p = :p',
    ExpressionAttributeNames: { '#p': PARTITION_KEY },
    ExpressionAttributeValues: { ':p': { S: LAYOUT_PARTITION } },
  });
  return new Map(Items.map((layout) => [layout[SORT_KEY]!.S!, layout]));
}

/** The constraints that hold of all items of a resource, as its layout record has them. */
export function heldConstraints(layout: AttributeMap | undefined): ReadonlySet<string> {
  return new Set(layout?.['constraints']?.SS);
}

/** The constraints that the migration is making hold at the moment. */
export function constraintsInTheMaking(layout: AttributeMap | undefined): ReadonlySet<string> {
  return new Set(layout?.[IN_THE_MAKING]?.SS);
}

/** The attribute of a layout record that names the constraints which the migration is making hold. */
export const IN_THE_MAKING = 'inTheMaking';

/** The key of a resource's layout record. */
export function layoutKey({ name }: Pick<Resource, 'name'>): AttributeMap {
  return { [PARTITION_KEY]: { S: LAYOUT_PARTITION }, [SORT_KEY]: { S: name } };
}

/** Notes constraints that no longer hold of all items of a resource. */
export async function noteNotHeld(
  send: Send,
  TableName: string,
  resource: Pick<Resource, 'name'>,
  constraints: readonly string[],
): Promise<void> {
  if (constraints.length > 0) {
    await send('UpdateItem', {
      TableName,
      Key: layoutKey(resource),
      UpdateExpression: 'DELETE #c :c, #m :c',
      ExpressionAttributeNames: { '#c': 'constraints', '#m': IN_THE_MAKING },
      ExpressionAttributeValues: { ':c': { SS: [...constraints] } },
    });
  }
}
