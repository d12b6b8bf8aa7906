// The names of the description's components, and references to them.
import type { Resource } from '../definition/resource';
import { typeNames } from './type-names';

/** A JSON object of the description. */
export interface Part {
  readonly [name: string]: unknown;
}

/** The schemas that a collection has. */
export type SchemaKind = 'Item' | 'Page' | 'Input' | 'Change';

/** What answers hold instead where a request asks for it: a part of an item, a page of parts, what an array made. */
export type PartKind = 'Part' | 'PartPage' | 'Created';

/** The name of a schema of a collection among the components. */
export function schemaName(resource: Pick<Resource, 'name' | 'singular'>, kind: SchemaKind | PartKind): string {
  return typeNames(resource)[kind];
}

/** A reference to a schema of a collection. */
export function schemaOf(resource: Pick<Resource, 'name' | 'singular'>, kind: SchemaKind): Part {
  return refer('schemas', schemaName(resource, kind));
}

/** A reference to a part of a collection. */
export function partOf(resource: Pick<Resource, 'name' | 'singular'>, kind: PartKind): Part {
  return refer(PARTS, schemaName(resource, kind));
}

/** Beside the schemas, where generators of code do not look: of these they make code that does not work. */
export const PARTS = 'x-parts';

/** A reference to a component, as OpenAPI writes it. */
export function refer(section: 'schemas' | typeof PARTS | 'parameters' | 'headers' | 'responses', name: string): Part {
  return { $ref: `#/components/${section}/${name}` };
}
