// The attributes of which a constraint holds across items.
import type { Resource } from '../../definition/resource';

/** The unique attributes of a resource. */
export function uniqueAttributes({ attributes }: Pick<Resource, 'attributes'>): string[] {
  return [...attributes].filter(([, { words }]) => words.unique === true).map(([name]) => name);
}

/** The attributes of a resource that reference other items, each with the collection it references. */
export function referenceAttributes({
  attributes,
}: Pick<Resource, 'attributes'>): [attribute: string, collection: string][] {
  return [...attributes].flatMap(
    ([
      name,
      {
        words: { references },
      },
    ]) => (references === undefined ? [] : [[name, references]]),
  );
}
