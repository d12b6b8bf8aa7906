// What `npm run client` writes beside the types, and which part of the description the types are made of.

import type { OpenApi } from '../description/openapi';
import { typeNames } from '../description/type-names';
import type { Resource } from '../definition/resource';

/**
 * The description as far as one type each can say it: whole items, and merge patches. An answer to `fields` would have
 * another type than one without. What is refused to everyone is no method of a client.
 */
export function forClients(document: OpenApi, resources: ReadonlyMap<string, Resource>): OpenApi {
  const changes = new Set([...resources.values()].map((resource) => typeNames(resource).Change));
  return JSON.parse(JSON.stringify(document), (name, value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) {
      return value;
    }
    const part = value as { [name: string]: unknown };
    if ('operationId' in part && !Object.keys(part['responses'] as object).some((status) => status.startsWith('2'))) {
      return undefined;
    }
    if (name === 'parameters' && Array.isArray(value)) {
      return (value as { readonly $ref?: string }[]).filter((one) => one.$ref?.endsWith('.fields') !== true);
    }
    if ('application/merge-patch+json' in part) {
      return { 'application/json': part['application/json'] };
    }
    // What is not known is a mistake in a program, though the API lets it be removed.
    if (changes.has(name) && 'properties' in part) {
      return { ...part, additionalProperties: false };
    }
    return value;
  }) as OpenApi;
}

/** The types of items, what makes and what changes them, by their names alone: `Book`, `NewBook`, `BookChange`. */
export function namedTypes(resources: ReadonlyMap<string, Resource>): string {
  return [...resources.values()]
    .flatMap((resource) => {
      const { Item, Input, New, Change } = typeNames(resource);
      return [
        [Item, Item],
        [New, Input],
        [Change, Change],
      ].map(([name, schema]) => `export type ${name} = components['schemas']['${schema}'];\n`);
    })
    .join('');
}

/** The client itself. */
export const CLIENT_SOURCE = `// A client of the API, written by "npm run client": openapi-fetch with the types of this API, and lists as iterators.
import createFetchClient, { type Client, type ClientOptions, type FetchOptions, type FetchResponse } from 'openapi-fetch';
import type { components, paths } from './api';

export type Schemas = components['schemas'];

/** What every problem has. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance: string;
  errors?: Schemas['Fault'][];
}

/**
 * Requests by method: \`api.GET('/path', { params, body })\`. What the API does not know is a compile error, also where
 * it is optional.
 */
export interface Api extends Pick<Client<paths>, 'use' | 'eject'> {
  GET: Method<'get'>;
  POST: Method<'post'>;
  PUT: Method<'put'>;
  PATCH: Method<'patch'>;
  DELETE: Method<'delete'>;
}

type Method<M extends string> = <P extends With<M>>(path: P, ...init: Init<Operation<P, M>>) => Promise<FetchResponse<Operation<P, M>, object, \`\${string}/\${string}\`>>;
type With<M extends string> = { [P in keyof paths]: paths[P] extends { [K in M]: { responses: unknown } } ? P : never }[keyof paths];
type Operation<P extends keyof paths, M extends string> = paths[P] extends { [K in M]: infer O extends Record<string | number, unknown> } ? O : never;
type Init<O> = object extends FetchOptions<O> ? [init?: FetchOptions<O>] : [init: FetchOptions<O>];

/** The paths of lists. */
export type List = { [P in keyof paths]: PageOf<paths[P]> extends never ? never : P }[keyof paths];

type PageOf<T> = T extends { get: { responses: { 200: { content: { 'application/json': infer B extends { items: unknown[]; next?: string } } } } } } ? B : never;
export type Page<P extends List> = PageOf<paths[P]>;
export type Listed<P extends List> = Page<P>['items'][number];
type Parameters<P extends List> = (paths[P] extends { get: { parameters: { query?: infer Q } } } ? { query?: Q } : object)
  & (paths[P] extends { parameters: { path: infer I } } ? { path: I } : object);

/** What every request is sent with. */
export interface Credentials {
  /** A token, or a function that is asked for one before each request. */
  readonly token?: string | (() => string | Promise<string>);
  readonly apiKey?: string;
}

/** The client of the API at an address, such as https://api.example.com/prod. */
export function connect(baseUrl: string, { token, apiKey, ...options }: Credentials & Omit<ClientOptions, 'baseUrl' | 'querySerializer'> = {}): Api {
  const client = createFetchClient<paths>({ ...options, baseUrl, querySerializer: { array: { style: 'form', explode: false } } });
  client.use({
    async onRequest({ request: { headers } }) {
      if (token !== undefined) headers.set('Authorization', \`Bearer \${typeof token === 'string' ? token : await token()}\`);
      if (apiKey !== undefined) headers.set('X-Api-Key', apiKey);
    },
  });
  return client as unknown as Api;
}

/**
 * The pages of a list, each asked for when it is needed.
 * @throws Refused
 */
export async function* pages<P extends List>(api: Api, path: P, params: Parameters<P>): AsyncGenerator<Page<P>, void> {
  const get = api.GET as unknown as (path: P, init: object) => Promise<{ data?: Page<P>; error?: Problem; response: Response }>;
  const { query, ...rest } = params as { query?: object };
  let cursor: string | null | undefined;
  do {
    const { data, error, response } = await get(path, { params: { ...rest, query: { ...query, ...(typeof cursor === 'string' && { cursor }) } } });
    if (data === undefined) throw new Refused(response.status, error);
    yield data;
    cursor = data.next === undefined ? undefined : new URL(data.next, baseOf(response)).searchParams.get('cursor');
  } while (typeof cursor === 'string');
}

/**
 * The items of a list, page after page.
 * @throws Refused
 */
export async function* items<P extends List>(api: Api, path: P, params: Parameters<P>): AsyncGenerator<Listed<P>, void> {
  for await (const page of pages(api, path, params)) yield* (page as { items: Listed<P>[] }).items;
}

/** The collections whose items can be read and changed. */
export type Changeable = { [P in keyof paths]: ItemOf<P> extends never ? never : ChangeOf<P> extends never ? never : P }[keyof paths];

type AtId<P extends keyof paths> = \`\${P}/{id}\` extends keyof paths ? paths[\`\${P}/{id}\`] : never;
export type ItemOf<P extends keyof paths> = AtId<P> extends { get: { responses: { 200: { content: { 'application/json': infer I } } } } } ? I : never;
export type ChangeOf<P extends keyof paths> = AtId<P> extends { patch: { requestBody?: { content: { 'application/json': infer C } } } } ? C : never;

/** How long one update goes on. */
export interface Persistence {
  /** How many times the change is sent at most, where others are always faster; 30 without it. */
  readonly attempts?: number;
}

/**
 * Changes an item as it is now, whoever else writes: reads it, sends the change on the condition that it still is so,
 * and where it is not, begins again with what it has become.
 * @param change what to change, or a function of the item that says it, called again for each attempt; undefined
 *   leaves the item as it is
 * @returns the item as the change left it
 * @throws Refused, with 412 where all attempts were overtaken
 */
export async function update<P extends Changeable>(
  api: Api,
  path: P,
  id: string,
  change: ChangeOf<P> | ((item: ItemOf<P>) => ChangeOf<P> | undefined | Promise<ChangeOf<P> | undefined>),
  { attempts = 30 }: Persistence = {},
): Promise<ItemOf<P>> {
  type Send = (path: string, init: object) => Promise<{ data?: ItemOf<P>; error?: Problem & { current?: ItemOf<P> }; response: Response }>;
  const [get, patch] = [api.GET, api.PATCH] as unknown as [Send, Send];
  const at = { path: { id } };
  let item: ItemOf<P> | undefined;
  let tag: string | null = null;
  for (let attempt = 1; ; attempt++) {
    if (item === undefined || tag === null) {
      const { data, error, response } = await get(\`\${path}/{id}\`, { params: at });
      if (data === undefined) throw new Refused(response.status, error);
      [item, tag] = [data, response.headers.get('ETag')];
      if (tag === null) throw new Error('The answer has no ETag: what stands between keeps it back.');
    }
    const body: ChangeOf<P> | undefined = typeof change === 'function' ? await change(item) : change;
    if (body === undefined) return item;
    const { data, error, response } = await patch(\`\${path}/{id}\`, { params: { ...at, header: { 'If-Match': tag } }, body });
    if (data !== undefined) return data;
    if (response.status !== 412 || attempt >= attempts) throw new Refused(response.status, error);
    // A 412 carries the item as it now is, where the caller may see it.
    [item, tag] = [error?.current, response.headers.get('ETag')];
    await new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(1000, 10 * 2 ** attempt)));
  }
}

function baseOf({ url }: Response): string {
  return url === '' ? 'http://localhost' : url;
}

/** Thrown where a list cannot be read on, or an item not be changed. */
export class Refused extends Error {
  constructor(readonly status: number, readonly problem: Problem | undefined) {
    super(problem?.detail ?? \`The API answered \${status}.\`);
  }
}
`;
