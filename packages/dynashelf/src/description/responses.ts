// What the operations on a collection give back.
import type { Json } from '../values/json';
import type { Resource } from '../definition/resource';
import { exampleItem } from './examples';
import { headersOf } from './headers';
import { partOf, schemaOf, type Part } from './names';

export const JSON_TYPE = 'application/json';

/** Whatever a function of the app's own takes, or answers. */
export const ANY_TYPE = '*/*';

/** An answer with one item; to `fields` a part of it, which is no alternative to most generators but another type. */
export function itemResponse(description: string, resource: Resource, ...headers: string[]): Part {
  return also(
    response(description, schemaOf(resource, 'Item'), ['ETag', 'Last-Modified', ...headers], exampleItem(resource)),
    partOf(resource, 'Part'),
  );
}

/**
 * A body, or an answer, with further schemas that it can have where a request asks for them. They stand beside the
 * schema, in an extension: of alternatives that are arrays, or one a part of another, generators make code that does
 * not work.
 */
export function also({ content, ...part }: Part, ...alternatives: readonly Part[]): Part {
  return {
    ...part,
    content: Object.fromEntries(
      Object.entries(content as Record<string, Part>).map(([type, media]) => [
        type,
        { ...media, [ALTERNATIVES]: alternatives },
      ]),
    ),
  };
}

/** The extension that holds further schemas of a body. */
export const ALTERNATIVES = 'x-alternatives';

/** An answer without a body to a write that is answered with an item otherwise (RFC 7240 §4.2). */
export function itemless(...headers: string[]): Part {
  return bare(
    'Done, without a body, as `Prefer: return=minimal` asks.',
    'ETag',
    'Last-Modified',
    'Preference-Applied',
    ...headers,
  );
}

/** An answer with one page. */
export function pageResponse(resource: Resource): Part {
  const item = exampleItem(resource);
  const example = item && { items: [item], next: `/${resource.name}?cursor=opaque` };
  return also(
    response(
      `A page of ${resource.name}.`,
      schemaOf(resource, 'Page'),
      ['ETag', 'Link', 'Preference-Applied'],
      example,
    ),
    partOf(resource, 'PartPage'),
  );
}

/**
 * A response with a body.
 * @param headers the names of the headers that it has, of `headers.ts`
 * @param types the media types of its body
 */
export function response(
  description: string,
  schema: Part,
  headers: readonly string[],
  example?: Json,
  types: readonly string[] = [JSON_TYPE],
): Part {
  const content = { schema, ...(example !== undefined && { example }) };
  return {
    description,
    headers: headersOf(...headers),
    content: Object.fromEntries(types.map((type) => [type, content])),
  };
}

/** An answer without a body. */
export function bare(description: string, ...headers: string[]): Part {
  return { description, headers: headersOf(...headers) };
}
