// What `npm run client` writes beside the types, and which part of the description the types are made of.

import type { OpenApi } from '../description/openapi';

/**
 * The description as far as one type each can say it: whole items, and merge patches. An answer to `fields` would have
 * another type than one without. What is refused to everyone is no method of a client.
 */
export function forClients(document: OpenApi): OpenApi {
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
    if (name.endsWith('MergePatch')) {
      return { ...part, additionalProperties: false };
    }
    return value;
  }) as OpenApi;
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

function baseOf({ url }: Response): string {
  return url === '' ? 'http://localhost' : url;
}

/** Thrown where a list cannot be read on. */
export class Refused extends Error {
  constructor(readonly status: number, readonly problem: Problem | undefined) {
    super(problem?.detail ?? \`The API answered \${status}.\`);
  }
}
`;
