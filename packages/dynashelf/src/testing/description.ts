// The description of an API as a test compares with it: what is described at a path, and whether a value is as it says.

import { dereference, validate, type Schema } from '@cfworker/json-schema';

import type { FunctionDeclaration } from '../definition/function';
import type { Resource } from '../definition/resource';
import type { Part } from '../description/names';
import { describeApi, type OpenApi } from '../description/openapi';
import type { TrustedCredentials } from '../description/trusted-credentials';

const HOME = 'https://description.example/';

/** A description made ready to be compared with. */
export interface Described {
  readonly document: OpenApi;
  /** Every schema by its address. */
  readonly lookup: Record<string, Schema | boolean>;
  readonly prepared: Map<unknown, Schema>;
}

/** A body of one media type, with the other schemas that it can have where the request asks for them. */
export interface Media {
  schema?: Part;
  'x-alternatives'?: Part[];
}
/** By resources, then by what is trusted. */
const known = new WeakMap<ReadonlyMap<string, Resource>, Map<string | undefined, Described>>();

/** The description of some resources, made once. */
export function describedOf(
  resources: ReadonlyMap<string, Resource>,
  trusted?: TrustedCredentials,
  functions: readonly FunctionDeclaration[] = [],
): Described {
  const byTrusted = known.get(resources) ?? new Map<string | undefined, Described>();
  known.set(resources, byTrusted);
  const name = JSON.stringify([trusted, functions]);
  let described = byTrusted.get(name);
  if (described === undefined) {
    const document = JSON.parse(JSON.stringify(describeApi(resources, '', trusted, undefined, functions))) as OpenApi;
    const lookup = dereference({
      $id: HOME,
      components: { schemas: document.components.schemas, 'x-parts': document.components['x-parts'] },
    });
    described = { document, lookup, prepared: new Map() };
    byTrusted.set(name, described);
  }
  return described;
}

/** The part that a path of requests has in it; undefined where none is described there. */
export function findPath({ paths }: OpenApi, pathname: string): Part | undefined {
  if (paths[pathname] !== undefined) {
    return paths[pathname];
  }
  const segments = pathname.split('/');
  return Object.entries(paths).find(([template]) => {
    const parts = template.split('/');
    return (
      parts.length === segments.length &&
      parts.every((part, index) => (part.startsWith('{') ? segments[index] !== '' : part === decode(segments[index]!)))
    );
  })?.[1];
}

/** The part that a reference leads to, or the part itself where it is none. */
export function resolve<T>({ document }: Described, part: Part): T {
  const reference = part['$ref'] as string | undefined;
  return (
    reference === undefined
      ? part
      : reference
          .slice(2)
          .split('/')
          .reduce<unknown>((inner, key) => (inner as Part)[key.replace(/~1/g, '/')], document)
  ) as T;
}

/** What is wrong with a value, in a sentence; undefined where nothing is. */
export function faultOf({ lookup, prepared }: Described, schema: Part, value: unknown): string | undefined {
  let ready = prepared.get(schema);
  if (ready === undefined) {
    // Its references lead to the document's components.
    ready = JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', `"$ref":"${HOME}#/`)) as Schema;
    dereference(ready, lookup, new URL(`${HOME}${prepared.size}`));
    prepared.set(schema, ready);
  }
  const { valid, errors } = validate(value, ready, '2020-12', lookup);
  return valid
    ? undefined
    : errors
        .slice(-2)
        .map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`)
        .join(' ');
}

/** The same of a body, which any of its schemas allows. */
export function mediaFault(
  described: Described,
  { schema, 'x-alternatives': others = [] }: Media,
  value: unknown,
): string | undefined {
  const faults = [...(schema === undefined ? [] : [schema]), ...others].map((one) => faultOf(described, one, value));
  return faults.includes(undefined) ? undefined : faults[0];
}

/** A segment of a path without its percent-encoding (RFC 3986 §2.1), or as it is where that is wrong. */
export function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
