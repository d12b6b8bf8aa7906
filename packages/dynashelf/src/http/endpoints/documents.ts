// The description of the API and its docs page: made at the first request for them, kept while the process lives.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describeApi } from '../../description/openapi';
import { UNNAMED } from '../../description/info';
import { ownProblems } from '../../description/own-problems';
import { describeEvents } from '../../description/asyncapi';
import { channelsOf } from './channels';
import { changingOf } from '../../description/changes';
import { docsPage, pagePolicy, RENDERER } from '../../description/page';
import { trustedBy } from '../../description/trusted-credentials';
import { Problem } from '../../problem';
import { isNotModified, readPreconditions } from '../conditional';
import { refuseParameters } from '../input/item';
import { JSON_TYPE, negotiate } from '../media-type';
import type { Request } from '../request';
import type { Reply } from '../response';
import type { Api, DocumentEndpoint } from './endpoint';
import { isClosed, refuseStrangers } from '../strangers';

interface Document {
  readonly text: string;
  readonly tag: string;
  /** Its compressed form, made at the first request for it. */
  readonly kept: { gzip?: string };
}

/** The description changes with a deployment: a cache asks after a minute. */
const MINUTE = 60;

/** The renderer changes with its package alone. */
const WEEK = 7 * 24 * 60 * 60;

/** The endpoints of the documents, each made once for each base. */
export function documents(): Record<'openapi' | 'docs' | 'renderer', DocumentEndpoint> & {
  readonly asyncapi?: DocumentEndpoint;
} {
  const openapi = memoize<Api>((base, { resources, config, info, functions }) =>
    JSON.stringify(describeApi(resources, base, trustedBy(config), info, functions)),
  );
  const docs = memoize<Api>((base, { resources, config, info = UNNAMED, functions = [] }) =>
    docsPage(
      info.name,
      base,
      trustedBy(config) !== undefined,
      ownProblems(resources, functions),
      changingNames(resources),
    ),
  );
  const docsScript = memoize<void>(() => readFileSync(require.resolve(RENDERER), 'utf8'));
  return {
    openapi: async (api, request) => write(api, request, JSON_TYPE, MINUTE, () => openapi(request.base, api)),
    docs: async (api, request) =>
      write(api, request, 'text/html', MINUTE, () => docs(request.base, api), {
        'Content-Security-Policy': pagePolicy(changingNames(api.resources).length > 0),
        'Referrer-Policy': 'no-referrer',
      }),
    renderer: async (api, request) => write(api, request, 'text/javascript', WEEK, () => docsScript('')),
    ...(!globalThis.bundleLacks?.changes && { asyncapi: eventsDocument() }),
  };
}

/**
 * What is told of changes besides the feed.
 * @throws Problem `not-found` where nothing is
 */
function eventsDocument(): DocumentEndpoint {
  const asyncapi = memoize<Api>((_base, api) => {
    const { resources, config, info } = api;
    const document = describeEvents(resources, channelsOf(api), trustedBy(config), info);
    if (document === undefined) {
      throw new Problem(
        'not-found',
        'Nothing is told here of changes but by GET /changes, which /openapi.json describes: add sockets, webhooks or a topic.',
      );
    }
    return JSON.stringify(document);
  });
  return async (api, request) => write(api, request, JSON_TYPE, MINUTE, () => asyncapi('', api));
}

function changingNames(resources: Api['resources']): string[] {
  return globalThis.bundleLacks?.changes ? [] : changingOf(resources).map(({ name }) => name);
}

function write(
  { config }: Api,
  request: Request,
  type: string,
  seconds: number,
  document: () => Document,
  more: Record<string, string> = {},
): Reply {
  refuseStrangers(config, request);
  negotiate(request, [type]);
  refuseParameters(request);
  readPreconditions(request);
  const { text, tag, kept } = document();
  // RFC 9111 §3.2: the headers of a 304 take the place of those that a cache has.
  const headers = {
    'Cache-Control': `${isClosed(config) ? 'private' : 'public'}, max-age=${seconds}`,
    ETag: tag,
    ...more,
  };
  return isNotModified(request, tag, undefined)
    ? { status: 304, headers }
    : {
        status: 200,
        headers: { 'Content-Type': type === JSON_TYPE ? type : `${type}; charset=utf-8`, ...headers },
        text,
        kept,
      };
}

/** What is made of a base, made once. A function sees one base, or a few where several domains lead to it. */
function memoize<A>(make: (base: string, api: A) => string): (base: string, api: A) => Document {
  const made = new Map<string, Document>();
  return (base, api) => {
    let document = made.get(base);
    if (document === undefined) {
      const text = make(base, api);
      document = { text, tag: `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`, kept: {} };
      if (made.size < 10) {
        made.set(base, document);
      }
    }
    return document;
  };
}
