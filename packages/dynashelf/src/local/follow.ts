// `dynashelf follow tools bookings`: prints each change of some collections, a line each, as it is committed. It asks
// the API of `npm start`, or the one that --url names.

import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';

import { followChanges, type FollowedChange, type Following } from './changes-client';
import { Failure, messageOf } from './failure';

const USAGE =
  "npx dynashelf follow tools [bookings]… [--since now | oldest | PLACE] [--json] [--url http://localhost:3000] [--token TOKEN] [--header 'Name: value']…";

interface Words {
  readonly collections: readonly string[];
  readonly since: string;
  readonly json: boolean;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Node has its own from 22 on. */
const SOCKET =
  (globalThis as { WebSocket?: Following['WebSocket'] }).WebSocket ??
  (createRequire(__filename)('ws') as { WebSocket: Following['WebSocket'] }).WebSocket;

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => stop.abort());
}
// A pipe that reads no more, such as that of head.
process.stdout.on('error', () => stop.abort());

follow(readWords(process.argv.slice(2))).catch((error: unknown) => {
  stop.abort();
  process.exitCode = 1;
  const isBug = !(error instanceof Failure) && error instanceof Error && error.stack !== undefined;
  process.stderr.write(`${isBug ? error.stack : messageOf(error)}\n`);
});

async function follow(words: Words): Promise<void> {
  await Promise.all(
    words.collections.map(async (collection) => {
      for await (const change of followChanges(following(words, collection))) {
        process.stdout.write(`${words.json ? JSON.stringify(change) : lineOf(change)}\n`);
      }
    }),
  );
}

function following({ since, url, headers }: Words, collection: string): Following {
  return {
    collection,
    since,
    signal: stop.signal,
    begun: () => process.stderr.write(`Following ${collection} at ${url} (Ctrl-C stops it).\n`),
    WebSocket: SOCKET,
    async ask(method, path, query, signal) {
      const at = `${url}${path}?${new URLSearchParams(query).toString()}`;
      const response = await fetch(at, { method, headers, signal }).catch((error: unknown) => {
        say(`${url} does not answer; trying again.`);
        throw error;
      });
      heard = '';
      const body: unknown = await response.json().catch(() => undefined);
      return { status: response.status, body, retryAfter: Number(response.headers.get('retry-after') ?? 0) };
    },
    refused(status, problem) {
      const { detail = `The API answered ${status}.`, errors = [] } = (problem ?? {}) as {
        detail?: string;
        errors?: readonly { readonly detail: string }[];
      };
      const faults = errors.map((fault) => fault.detail).join(' ');
      const remedy =
        status === 401
          ? ' Give a token with --token, such as --token "$(npm run --silent token -- --subject ada)".'
          : '';
      return new Failure(`${collection}: ${faults || detail}${remedy}`);
    },
  };
}

/** What was said last, so that it is said once. */
let heard = '';

function say(line: string): void {
  if (line !== heard && !stop.signal.aborted) {
    heard = line;
    process.stderr.write(`${line}\n`);
  }
}

/** Characters of an item that a line shows. */
const MOST_SHOWN = 120;

function lineOf({ time, type, subject, data }: FollowedChange): string {
  const text = data === undefined ? '' : JSON.stringify(data);
  const shown = text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN - 1)}…` : text;
  return `${time} ${type} ${subject} ${shown}`.trimEnd();
}

function readWords(args: string[]): Words {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        since: { type: 'string', default: 'now' },
        json: { type: 'boolean', default: false },
        url: { type: 'string', default: `http://localhost:${process.env.PORT || 3000}` },
        token: { type: 'string' },
        header: { type: 'string', multiple: true, default: [] },
      },
    });
    const { since, json, url, token, header } = values;
    if (positionals.length === 0) {
      throw new Failure('Which collections?');
    }
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
      throw new Failure(`--url is "${url}": write a URL such as http://localhost:3000.`);
    }
    if (positionals.length > 1 && !['now', 'oldest'].includes(since)) {
      throw new Failure(
        'A place is one of a single collection: follow that one, or say --since now or --since oldest.',
      );
    }
    return {
      collections: [...new Set(positionals)],
      since,
      json,
      url: url.replace(/\/$/, ''),
      headers: {
        ...Object.fromEntries(header.map(readHeader)),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
    };
  } catch (error) {
    process.stderr.write(`${messageOf(error).replace(/[.?]?$/, (end) => end || '.')} ${USAGE}\n`);
    process.exit(1);
  }
}

function readHeader(line: string): [string, string] {
  const at = line.indexOf(':');
  if (at < 1) {
    throw new Failure(`"${line}" has no colon behind its name.`);
  }
  return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
}
