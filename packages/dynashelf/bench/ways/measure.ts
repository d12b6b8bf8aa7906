// The way of a request through the code: which functions of the engine run for it, by V8's own count.
import { Session, type Profiler } from 'node:inspector';
import { join, sep } from 'node:path';
import { readConfig } from '../../src/config';
import { readFunction, writeFunction } from '../../src/lambda';
import type { Send } from '../../src/store/client/send';
import { gatewayEvent } from '../../src/testing/client';
import type { Ask } from '../../src/testing/ask';
import { library } from './library';

const SOURCE = join(__dirname, '..', '..', 'src') + sep;

/** Parts of src that no deployed function has. */
const ON_MACHINES = ['testing/', 'local/', 'serverless/'];

/** The way to DynamoDB, which every request takes alike, and its files: counted apart. */
const TRANSPORT = /^store\/client\/https(\.ts$|\/)/;

/** What ran for one request. */
export interface Way {
  readonly name: string;
  /** The files of which a function ran, by their paths in src, but for the transport. */
  readonly files: readonly string[];
  /** The files of the transport of which a function ran. */
  readonly transport: readonly string[];
  /** How many functions of `files` ran, and how often. */
  readonly functions: number;
  readonly calls: number;
}

interface Measured {
  readonly name: string;
  /** The request, the one so many. */
  readonly request: (number: number) => readonly [line: string, ask?: Ask];
}

const JSON_PATCH = { 'Content-Type': 'application/json-patch+json' };

/** The eight requests; those that are sent twice make no two items alike. */
const REQUESTS: readonly Measured[] = [
  { name: 'GET an item', request: () => ['GET /members/reader'] },
  {
    name: 'GET a list: filter, order, cursor',
    request: () => ['GET /books?author=Herman%20Melville&pages[gte]=1&sort=title&limit=1'],
  },
  {
    name: 'POST with a unique value',
    request: (number) => ['POST /members', { body: { name: 'Ada', email: `ada-${number}@example.org` } }],
  },
  {
    name: 'POST with references, a count, a computed value, a rule',
    request: () => ['POST /loans', { body: { book: 'lent', member: 'reader', dueAt: '2030-01-01T00:00:00Z' } }],
  },
  {
    name: 'PATCH by a plain merge patch',
    request: (number) => ['PATCH /members/reader', { body: { phone: `+47 555 000 ${number}` } }],
  },
  {
    name: 'PATCH by a JSON Patch',
    request: (number) => [
      'PATCH /books/lent',
      { headers: JSON_PATCH, body: [{ op: 'replace', path: '/pages', value: 600 + number }] },
    ],
  },
  { name: 'an action, checkout', request: () => ['POST /books/lent/checkout', { body: { member: 'reader' } }] },
  {
    name: 'a transaction of two',
    request: (number) => [
      'POST /transactions',
      {
        body: {
          operations: [
            { method: 'POST', path: '/members', body: { name: 'Eve', email: `eve-${number}@example.org` } },
            { method: 'PATCH', path: '/books/lent', body: { pages: 700 + number } },
          ],
        },
      },
    ],
  },
];

/**
 * Sends each request twice, and counts for the second what runs. The table is there, and empty.
 * @param send the transport
 * @throws Error for an answer other than 2xx
 */
export async function measureWays(send: Send): Promise<Way[]> {
  const api = { resources: library, config: { ...readConfig(process.env), access: 'open' as const }, send };
  const functions = { read: readFunction(api), write: writeFunction(api) };
  const ask = async (line: string, details?: Ask): Promise<string> => {
    const event = gatewayEvent(line, details);
    const { statusCode, body } = await functions[event.httpMethod === 'GET' ? 'read' : 'write'](event);
    if (statusCode >= 300) {
      throw new Error(`${line} is answered ${statusCode}: ${body}`);
    }
    return body;
  };
  await ask('PUT /members/reader', { body: { name: 'Ishmael', email: 'ishmael@example.org' } });
  for (const id of ['first', 'lent', 'third']) {
    await ask(`PUT /books/${id}`, {
      body: { title: `Moby-Dick, ${id}`, author: 'Herman Melville', pages: 635, copies: 100, tags: ['whales'] },
    });
  }
  const session = new Session();
  session.connect();
  session.post('Debugger.enable');
  session.post('Profiler.enable');
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  try {
    const ways: Way[] = [];
    for (const { name, request } of REQUESTS) {
      const [first, details] = request(1);
      const body = await ask(first, details);
      const [line, ...more] = request(2);
      // The second page of a list has the cursor of the first.
      const { next } = JSON.parse(body) as { next?: string };
      takeCoverage(session);
      await ask(next === undefined ? line : `GET ${next}`, ...more);
      ways.push({ name, ...countFunctions(session, takeCoverage(session)) });
    }
    return ways;
  } finally {
    session.post('Profiler.stopPreciseCoverage');
    session.disconnect();
  }
}

/** What ran since it was taken before. */
function takeCoverage(session: Session): readonly Profiler.ScriptCoverage[] {
  let taken: Profiler.ScriptCoverage[] = [];
  session.post('Profiler.takePreciseCoverage', (_error, { result }) => (taken = result));
  return taken.filter(({ url }) => pathOf(url) !== undefined);
}

function countFunctions(session: Session, scripts: readonly Profiler.ScriptCoverage[]): Omit<Way, 'name'> {
  const ran = scripts
    .map(({ url, scriptId, functions }) => {
      const source = sourceOf(session, scriptId);
      const own = functions.filter(({ functionName, ranges: [range] }) =>
        isOwn(functionName, source.slice(range!.startOffset, range!.endOffset)),
      );
      return { path: pathOf(url)!, calls: own.map(({ ranges }) => ranges[0]!.count).filter((count) => count > 0) };
    })
    .filter(({ calls }) => calls.length > 0);
  const counted = ran.filter(({ path }) => !TRANSPORT.test(path)).toSorted((a, b) => (a.path < b.path ? -1 : 1));
  return {
    files: counted.map(({ path }) => path),
    functions: counted.reduce((sum, { calls }) => sum + calls.length, 0),
    calls: counted.flatMap(({ calls }) => calls).reduce((sum, count) => sum + count, 0),
    transport: ran.map(({ path }) => path).filter((path) => TRANSPORT.test(path)),
  };
}

function sourceOf(session: Session, scriptId: string): string {
  let source = '';
  session.post('Debugger.getScriptSource', { scriptId }, (_error, { scriptSource }) => (source = scriptSource));
  return source;
}

/** Whether a function is the engine's: the TypeScript loader adds one for the names, and one for each export. */
function isOwn(name: string, text: string): boolean {
  return name !== '__name' && !/^\(\)\s*=>\s*(?:[\w$]+|from\[key\])$/.test(text);
}

/** The path in src of a script that a deployed function can have. */
function pathOf(url: string): string | undefined {
  const file = url.replace(/^file:\/\//, '').replace(/\?.*$/, '');
  const path = file.startsWith(SOURCE) ? file.slice(SOURCE.length).replaceAll(sep, '/') : undefined;
  return path === undefined || ON_MACHINES.some((part) => path.startsWith(part)) ? undefined : path;
}
