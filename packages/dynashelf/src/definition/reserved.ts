// Names that mean something of the system's, and so are no attributes of a schema.
import type { SchemaNode } from '../values/node';

/** What the system keeps of every item, and shows; `deleting` only while it is. */
export const SYSTEM_ATTRIBUTES: readonly string[] = ['id', 'version', 'createdAt', 'updatedAt', 'deleting'];

/** The parameters of a list that are no filters. */
export const LIST_PARAMETERS: readonly string[] = ['limit', 'cursor', 'sort', 'fields', 'expand'];

const plain = { keywords: { type: String }, storage: 'iso', properties: new Map<string, SchemaNode>() } as const;

/** What the system keeps of every item, as it is stored: attributes like others to filters. */
export const SYSTEM_NODES: ReadonlyMap<string, SchemaNode> = new Map([
  ['id', { ...plain, kind: 'string' }],
  ['version', { ...plain, kind: 'number', keywords: { type: Number, integer: true } }],
  ['createdAt', { ...plain, kind: 'date' }],
  ['updatedAt', { ...plain, kind: 'date' }],
]);
