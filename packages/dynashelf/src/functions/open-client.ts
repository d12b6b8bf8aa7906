// The client of a function, over the store: each call becomes a request as the API reads it, and takes the stations of
// one from there on.
import { createHash, randomBytes } from 'node:crypto';
import { accessOf, sightOf, SYSTEM_ACCESS, type CallerAccess } from '../authorization/permission';
import { MOST_LISTED } from '../definition/limits';
import type { AnyItem } from '../definition/item';
import type { LoadedFunction } from '../definition/function';
import { readEndpoints, viewEndpoint, writeEndpoints } from '../http/endpoints/data';
import type { Api, Endpoint } from '../http/endpoints/endpoint';
import type { Request } from '../http/request';
import type { Reply } from '../http/response';
import { findRoute, type RoutedOperation } from '../http/route';
import { carryOut } from '../http/serve';
import { startTiming } from '../http/timing';
import { gatherFaults, Problem } from '../problem';
import type { Store } from '../store/store';
import type { StoreOptions } from '../store/reader';
import type { Caller } from '../values/caller';
import type { Json } from '../values/json';
import type { Client } from './client';
import { actionParameters, listParameters } from './parameters';
import { readSending, withMessages } from './sending';
import { isSending, partOf } from './transaction';

/** What a client is opened with. */
export interface ClientOptions {
  readonly api: Api;
  readonly open: (options: StoreOptions) => Store;
  readonly loaded: Pick<LoadedFunction, 'description' | 'route' | 'schedule' | 'message' | 'reads' | 'writes'>;
  /** Identifies the call in logs. */
  readonly id: string;
  /** When the time of the function is over, in milliseconds since 1970. */
  readonly deadline: number;
}

interface Sent {
  readonly method: string;
  readonly segments: readonly string[];
  readonly parameters?: readonly (readonly [string, string])[];
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
}

/** What cursors are signed with that never leave the process. */
let cursorKey: string | undefined;

/** The client with the rights of the system. */
export function openClient(options: ClientOptions): Client<never, string, string> {
  const endpoints = {
    ...readEndpoints(),
    ...writeEndpoints(),
    ...(!globalThis.bundleLacks?.safeActions && { view: viewEndpoint() }),
  } as Partial<Record<RoutedOperation, Endpoint<Store>>>;
  const tags = new WeakMap<object, string>();
  const { api, open, loaded, id, deadline } = options;
  const { resources, config } = api;
  cursorKey ??= randomBytes(32).toString('hex');
  const cursorKeys = [cursorKey];

  async function send(
    access: CallerAccess,
    { method, segments, parameters = [], headers = {}, body }: Sent,
    withMore: (endpoint: Endpoint<Store>) => Endpoint<Store> = (endpoint) => endpoint,
  ): Promise<Reply> {
    const lines = new Map(Object.entries(headers).filter((line): line is [string, string] => line[1] !== undefined));
    // As JSON would carry it: without what is undefined.
    const text = body === undefined ? undefined : JSON.stringify(body);
    const request: Request = {
      id,
      method,
      segments,
      base: '',
      parameters,
      header: (name) => lines.get(name),
      body: text === undefined ? undefined : { text, isBase64: false },
      ...(text !== undefined && { parsed: { value: JSON.parse(text) as Json, faults: gatherFaults() } }),
      credentials: {},
      deadline,
    };
    const route = findRoute(resources, request, true);
    // One for each, as each write has a token of its own.
    const store = open({
      send: api.send,
      tableName: config.tableName,
      readLimit: config.readLimit,
      resources,
      deadline,
      caller: () => access.caller,
      maySee: sightOf(() => access),
      ...(api.transactionSize !== undefined && { transactionSize: api.transactionSize }),
    });
    return carryOut(
      withMore(endpoints[route.operation]!),
      route,
      request,
      { resources, cursorKeys, access },
      store,
      startTiming(),
    );
  }

  /** The item of a reply, whose tag is known from now on. */
  function itemOf({ body, headers }: Reply): AnyItem | undefined {
    if (body !== undefined && headers['ETag'] !== undefined) {
      tags.set(body as object, headers['ETag']);
    }
    return body as AnyItem | undefined;
  }

  function tagOf(given: unknown): string | undefined {
    if (given === undefined || typeof given === 'string') {
      return given;
    }
    const tag = tags.get(given as object);
    if (tag === undefined) {
      throw new Error(
        'ifMatch takes an item as get, create, replace, patch or act gave it, or an entity tag: an item of a list has none, so get it first',
      );
    }
    return tag;
  }

  /** The key of the system is this function's: what two senders call the same is not the same. */
  function keyOf(access: CallerAccess, key: string | undefined): string | undefined {
    const { route, schedule, message } = loaded;
    // A route and a message are one function's; several are called at one time, or by their names.
    const own = route === undefined && message === undefined ? [loaded.description] : [];
    return key === undefined || key === '' || access !== SYSTEM_ACCESS
      ? key
      : createHash('sha256')
          .update(JSON.stringify([route, schedule, message, ...own, key]))
          .digest('base64url');
  }

  function requireDeclared(name: string, word: 'reads' | 'writes'): void {
    if (!loaded.writes.includes(name) && !(word === 'reads' && loaded.reads.includes(name))) {
      throw new Error(
        `the function ${word === 'reads' ? 'reads' : 'writes'} ${name} and does not say so, and has no right to it where it is deployed: add ${word}: ['${name}']`,
      );
    }
  }

  function collectionOf(access: CallerAccess, name: string): object {
    const headersOf = (more: {
      ifMatch?: unknown;
      ifNoneMatch?: string;
      idempotencyKey?: string;
    }): Record<string, string | undefined> => ({
      'if-match': tagOf(more.ifMatch),
      'if-none-match': more.ifNoneMatch,
      'idempotency-key': keyOf(access, more.idempotencyKey),
    });
    const write = async (
      method: string,
      inner: readonly string[],
      body: unknown,
      more: Parameters<typeof headersOf>[0] = {},
    ): Promise<AnyItem | undefined> => {
      requireDeclared(name, 'writes');
      return itemOf(await send(access, { method, segments: [name, ...inner], headers: headersOf(more), body }));
    };
    /** An action that only reads. */
    const view = async (inner: readonly string[], given: object): Promise<unknown> => {
      requireDeclared(name, 'reads');
      const parameters = actionParameters(given);
      const { text } = await send(access, { method: 'GET', segments: [name, ...inner], parameters });
      return JSON.parse(text!) as unknown;
    };
    return {
      async get(itemId: string) {
        requireDeclared(name, 'reads');
        // The path of an action of the collection, which no item has: what is asked for is an item.
        if (Object.hasOwn(resources.get(name)!.collectionActions, itemId)) {
          throw new Problem('not-found', `There is no item "${itemId}" in ${name}: it is the name of an action.`);
        }
        return itemOf(await send(access, { method: 'GET', segments: [name, itemId] }));
      },
      async *list({ limit = Infinity, ...asked }: Record<string, unknown> & { limit?: number } = {}) {
        requireDeclared(name, 'reads');
        const parameters = listParameters(asked);
        for (let left = limit, cursor: string | undefined; left > 0;) {
          const { text } = await send(access, {
            method: 'GET',
            segments: [name],
            parameters: [
              ...parameters,
              ['limit', String(Math.min(left, MOST_LISTED))],
              ...(cursor === undefined ? [] : [['cursor', cursor] as const]),
            ],
          });
          const { items, next } = JSON.parse(text!) as { items: AnyItem[]; next?: string };
          yield* items;
          left -= items.length;
          cursor = next === undefined ? undefined : new URL(next, 'http://api.internal').searchParams.get('cursor')!;
          if (cursor === undefined) {
            return;
          }
        }
      },
      create: async (attributes: unknown, more?: object) => write('POST', [], attributes, more),
      replace: async (itemId: string, attributes: unknown, more?: object) => write('PUT', [itemId], attributes, more),
      patch: async (itemId: string, changes: unknown, more?: object) => write('PATCH', [itemId], changes, more),
      delete: async (itemId: string, more?: object) => void (await write('DELETE', [itemId], undefined, more)),
      act: async (itemId: string, action: string, given: object = {}, more?: object) =>
        resources.get(name)!.actions[action]?.safe === true
          ? view([itemId, action], given)
          : write('POST', [itemId, action], given, more),
      call: async (action: string, given: object = {}, more?: object) =>
        resources.get(name)!.collectionActions[action]?.safe === true
          ? view([action], given)
          : write('POST', [action], given, more),
    };
  }

  function clientOf(access: CallerAccess): Client<never, string, string> {
    const collections = Object.fromEntries([...resources.keys()].map((name) => [name, collectionOf(access, name)]));
    return Object.assign(collections, {
      as: (caller: Caller) => clientOf(accessOf(caller)),
      async transaction(operations: readonly object[], { idempotencyKey }: { idempotencyKey?: string } = {}) {
        const sent = await readSending(operations);
        const [message] = sent.messages;
        if (message !== undefined && loaded.writes.length === 0) {
          throw new Error(
            `the function sends the message "${message.message}" and writes no collection, and has no right to send where it is deployed: add one to its writes`,
          );
        }
        const writing = operations.filter((operation) => !isSending(operation));
        const parts = writing.map((operation) => partOf(operation, tagOf));
        for (const { collection, isWrite } of parts) {
          requireDeclared(collection, isWrite ? 'writes' : 'reads');
        }
        const { body } = await send(
          access,
          {
            method: 'POST',
            segments: ['transactions'],
            headers: { 'idempotency-key': keyOf(access, idempotencyKey) },
            body: { operations: parts.map((part) => part.body) },
          },
          (endpoint) => withMessages(endpoint, sent, parts.length === 0),
        );
        const items = (body as { results: Reply[] }).results.map(itemOf);
        return operations.map((operation) => (isSending(operation) ? undefined : items.shift()));
      },
    }) as unknown as Client<never, string, string>;
  }

  return clientOf(SYSTEM_ACCESS);
}
