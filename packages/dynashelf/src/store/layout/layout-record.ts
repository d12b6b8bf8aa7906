// What the table knows of its own layout: one record for each resource, with the shards and index keys that its items
// have, and the constraints that have held of all of them. A constraint that is declared on a table with data does not,
// before the migration has run.
import type { Resource } from '../../definition/resource';
import { attributeOf, uniqueGroups, type UniqueGroup } from '../../definition/unique-groups';
import type { Send } from '../client/send';
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
  ];
}

/** The text of a `unique` attribute, or group of them: `unique email`, `unique days[],tool`. */
export function uniqueness({ parts }: Pick<UniqueGroup, 'parts'>): string {
  return `unique ${parts.join()}`;
}

/** The text of an attribute that `references` a collection. */
export function reference(attribute: string, collection: string): string {
  return `references ${attribute} ${collection}`;
}

/** The attributes that a constraint is of. */
export function constrainedAttributes(constraint: string): string[] {
  return constraint.split(' ')[1]!.split(',').map(attributeOf);
}

/** The collection that a constraint's attribute refers to; undefined for a `unique` one. */
export function referredCollection(constraint: string): string | undefined {
  return constraint.split(' ')[2];
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
      UpdateExpression: 'DELETE #c :c',
      ExpressionAttributeNames: { '#c': 'constraints' },
      ExpressionAttributeValues: { ':c': { SS: [...constraints] } },
    });
  }
}
