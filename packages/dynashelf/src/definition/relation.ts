// Relations: the list that leads back from an item to those whose attribute holds its id.

/** A list of the items that refer to an item: those of `collection` whose `attribute` holds its id. */
export interface Relation {
  /** The collection whose items refer to this one's. */
  readonly collection: string;
  /**
   * Their attribute that does; it `references` this collection, and is the `partition` of an index there that has no
   * `sort`.
   */
  readonly attribute: string;
}

/**
 * A relation of the engine's own resources, whose attribute `references` nothing: its items outlive the one that they
 * name.
 */
export interface LooseRelation extends Relation {
  readonly isLoose: true;
}

/** Whether an index serves the plain list of the items that have a value in common in an attribute. */
export function listsBy(
  { indexes }: { readonly indexes: { readonly [name: string]: RelationIndex } },
  attribute: string,
): boolean {
  // Without sort a list is ordered by id, and only an index without sort has that order.
  return Object.values(indexes).some(
    ({ partition, sort }) => partition === attribute && [sort ?? []].flat().length === 0,
  );
}

/** What of an index says whether it serves a relation. */
interface RelationIndex {
  readonly partition?: string | undefined;
  readonly sort?: string | readonly string[] | undefined;
}
