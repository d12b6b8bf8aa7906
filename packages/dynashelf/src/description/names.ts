// The names of the description's components, and references to them.
import type { Resource } from '../definition/resource';

/** A JSON object of the description. */
export interface Part {
  readonly [name: string]: unknown;
}

/** `book-shelves` as `BookShelves`; two collections never have the same. */
export function pascal(name: string): string {
  // A digit has no upper case to show where a part begins.
  return name
    .split('-')
    .map((part, index) => (index > 0 && /^[0-9]/.test(part) ? '_' : '') + part.charAt(0).toUpperCase() + part.slice(1))
    .join('');
}

/** The schemas that a collection has. */
export type SchemaKind = 'Item' | 'Page' | 'Write' | 'MergePatch';

/** What answers hold instead where a request asks for it: a part of an item, a page of parts, what an array made. */
export type PartKind = 'Part' | 'PartPage' | 'Created';

/** The name of a schema of a collection among the components. */
export function schemaName({ name }: Pick<Resource, 'name'>, kind: SchemaKind | PartKind): string {
  return `${pascal(name)}${kind}`;
}

/** A reference to a schema of a collection. */
export function schemaOf(resource: Pick<Resource, 'name'>, kind: SchemaKind): Part {
  return refer('schemas', schemaName(resource, kind));
}

/** A reference to a part of a collection. */
export function partOf(resource: Pick<Resource, 'name'>, kind: PartKind): Part {
  return refer(PARTS, schemaName(resource, kind));
}

/** Beside the schemas, where generators of code do not look: of these they make code that does not work. */
export const PARTS = 'x-parts';

/** A reference to a component, as OpenAPI writes it. */
export function refer(section: 'schemas' | typeof PARTS | 'parameters' | 'headers' | 'responses', name: string): Part {
  return { $ref: `#/components/${section}/${name}` };
}
