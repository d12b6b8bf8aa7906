// Names that mean something of the system's, and so are no attributes of a schema.

/** What the system keeps of every item, and shows; `deleting` only while it is. */
export const SYSTEM_ATTRIBUTES: readonly string[] = ['id', 'version', 'createdAt', 'updatedAt', 'deleting'];

/** The parameters of a list that are no filters. */
export const LIST_PARAMETERS: readonly string[] = ['limit', 'cursor', 'sort', 'fields', 'expand'];
