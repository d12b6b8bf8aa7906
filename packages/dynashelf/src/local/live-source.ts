// What `npm run client` writes beside the client where resources declare changes: `live`, over the code that follows
// them, which is this package's own.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Resource } from '../definition/resource';
import { typeNames } from '../description/type-names';

/** The collections whose changes can be followed, by path, with what their items are. */
export function followedTypes(resources: ReadonlyMap<string, Resource>): string {
  const lines = followed(resources).map((resource) => `  '/${resource.name}': ${typeNames(resource).Item};\n`);
  return lines.length === 0
    ? ''
    : `\n/** The collections whose changes can be followed. */\nexport interface Followed {\n${lines.join('')}}\n`;
}

/** The file `live.ts`; undefined where nothing declares changes. @param mark its first line */
export function liveSource(resources: ReadonlyMap<string, Resource>, mark: string): string | undefined {
  return followed(resources).length === 0 ? undefined : `${mark}\n${IMPORTS}\n${LIVE}\n${followingSource()}`;
}

function followed(resources: ReadonlyMap<string, Resource>): Resource[] {
  return [...resources.values()].filter(({ changes }) => changes !== undefined);
}

/** The source of ./changes-client.ts, which build.mjs brings along as text. */
function followingSource(): string {
  const brought = join(__dirname, 'changes-client.txt');
  return readFileSync(existsSync(brought) ? brought : join(__dirname, 'changes-client.ts'), 'utf8');
}

const IMPORTS = `import { Refused, type Api, type Problem } from './client';
import type { Followed, paths } from './api';
`;

const LIVE = `/** A change of a collection. \`data\` is the item; it is absent where there is none any more, and where it is too large. */
export type Change<P extends keyof Followed> = P extends \`/\${infer C}\`
  ? Omit<FollowedChange, 'type' | 'data'> &
      (
        | { readonly type: \`\${C}.created\` | \`\${C}.updated\`; readonly data?: Followed[P] }
        | { readonly type: \`\${C}.deleted\` | \`\${C}.expired\` | \`\${C}.unreadable\`; readonly data?: undefined }
      )
  : never;

type ListQuery<P extends keyof Followed> = paths[P] extends { get: { parameters: { query?: infer Q } } } ? NonNullable<Q> : object;

/** Filters as the list of a collection takes them. */
export type Filters<P extends keyof Followed> = Omit<ListQuery<P>, 'sort' | 'limit' | 'cursor' | 'fields' | 'expand'>;

/** Which changes, and from where on. */
export interface LiveOptions<P extends keyof Followed> {
  /** Filters; an item that they no longer let through is deleted, one that they let through now created. */
  readonly query?: Filters<P>;
  /** One item alone. */
  readonly id?: string;
  /** The place of a change that came before; \`now\`, which is the default; or \`oldest\`, for all that is kept. */
  readonly since?: string;
  /** Ends it. */
  readonly signal?: AbortSignal;
  /** Where there is no WebSocket, as in Node before 22: the one of the package ws. Without one the feed is asked. */
  readonly WebSocket?: Following['WebSocket'];
}

/**
 * The changes of a collection as they are committed, each once and in order; a connection that is lost is made anew and
 * goes on where it was.
 * @throws Refused: 410 where the place is older than what is kept, so that the list is to be read anew
 */
export function live<P extends keyof Followed>(api: Api, path: P, options: LiveOptions<P> = {}): AsyncGenerator<Change<P>, void> {
  const { query = {}, id, since, signal, WebSocket = (globalThis as { WebSocket?: Following['WebSocket'] }).WebSocket } = options;
  const filters = Object.entries(query).filter(([, value]) => value !== undefined);
  type Send = (path: string, init: object) => Promise<{ data?: unknown; error?: unknown; response: Response }>;
  return followChanges({
    collection: path.slice(1),
    ...(filters.length > 0 && { filter: Object.fromEntries(filters.map(([name, value]) => [name, String(value)])) }),
    id,
    since,
    signal,
    WebSocket,
    async ask(method, at, parameters, abort) {
      const { data, error, response } = await (api[method] as unknown as Send)(at, { params: { query: parameters }, signal: abort });
      return { status: response.status, body: data ?? error, retryAfter: Number(response.headers.get('Retry-After') ?? 0) };
    },
    refused: (status, problem) => new Refused(status, problem as Problem | undefined),
  }) as AsyncGenerator<Change<P>, void>;
}
`;
