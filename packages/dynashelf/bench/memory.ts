// `npm run bench:memory`: the heap of the deployed bundles over 20,000 mixed requests. Fails where it grows.

import { fork } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { bundleFunctions } from '../src/local/bundle';
import type { Handler } from '../src/http/serve';
import { INDEX_SLOTS, indexSlot } from '../src/store/layout/table';

const REQUESTS = 20_000;
const WARM_UP = 30_000;
const MARKS = 10;

/**
 * Bytes that a request may leave behind: the noise of the measurement, and less than one kind of request would that
 * keeps 300.
 */
const MOST_PER_REQUEST = 20;

/** The keys of every index, whatever it may be. */
const INDEX_KEYS = Object.fromEntries(
  Array.from({ length: INDEX_SLOTS }, (_, slot) => Object.values(indexSlot(slot + 1)).slice(1))
    .flat()
    .map((name) => [name, { S: 'key' }]),
);

const record = (pk: string, sk: string, more: object): object => ({
  pk: { S: pk },
  sk: { S: sk },
  version: { N: '3' },
  createdAt: { S: '2026-01-01T00:00:00.000Z' },
  updatedAt: { S: '2026-01-02T00:00:00.000Z' },
  written: { S: 'token' },
  ...INDEX_KEYS,
  ...more,
});
const book = (id: string): object =>
  record('books', id, {
    title: { S: 'Moby-Dick' },
    author: { S: 'Herman Melville' },
    pages: { N: '635' },
    copies: { N: '2' },
    lent: { N: '0' },
    available: { N: '2' },
    tags: { L: [{ S: 'whales' }, { S: 'sea' }] },
  });

/** What DynamoDB answers to an operation on books. */
function answerTo(
  operation: string,
  input: {
    Key?: { sk: { S: string } };
    RequestItems?: Record<string, { Keys: { pk: { S: string }; sk: { S: string } }[] }>;
  },
): object {
  switch (operation) {
    case 'GetItem':
      return input.Key!.sk.S.startsWith('absent') ? {} : { Item: book(input.Key!.sk.S) };
    case 'Query':
      return {
        Items: Array.from({ length: 25 }, (_, index) => book(`b${index}`)),
        Count: 25,
        ScannedCount: 25,
        LastEvaluatedKey: { pk: { S: 'books' }, sk: { S: 'b24' }, ...INDEX_KEYS },
      };
    case 'BatchGetItem':
      return {
        Responses: Object.fromEntries(
          Object.entries(input.RequestItems!).map(([table, { Keys }]) => [
            table,
            Keys.filter(({ pk }) => pk.S === 'books').map(({ sk }) => book(sk.S)),
          ]),
        ),
      };
    case 'UpdateItem':
      return { Attributes: book(input.Key!.sk.S) };
    default:
      return {};
  }
}

/** The request number so many: each kind with ids, values and headers that were not there before. */
function requestOf(
  number: number,
): [
  function_: string,
  method: string,
  resource: string,
  path: string,
  headers?: Record<string, string>,
  query?: Record<string, string>,
  body?: unknown,
] {
  const id = `b${number}`;
  const [ITEM, LIST] = ['/{collection}/{id}', '/{collection}'];
  const body = { title: `Title ${number}`, author: `Author ${number}`, copies: 2 };
  switch (number % 14) {
    case 0:
      return ['read', 'GET', ITEM, `/books/${id}`];
    case 1:
      return [
        'read',
        'GET',
        ITEM,
        `/books/${id}`,
        { 'If-None-Match': `"${number}"`, Origin: `https://a${number}.example` },
      ];
    case 2:
      return ['read', 'GET', ITEM, `/books/absent${number}`];
    case 3:
      return ['read', 'GET', LIST, '/books', {}, { limit: '25' }];
    case 4:
      return ['read', 'GET', LIST, '/books', {}, { author: `Author ${number}`, sort: 'title' }];
    case 5:
      return ['read', 'GET', LIST, '/books', {}, { [`unknown${number}`]: '1' }];
    case 6:
      return ['write', 'POST', LIST, '/books', { 'Idempotency-Key': `"key-${number}"` }, {}, body];
    case 7:
      return ['write', 'PUT', ITEM, `/books/${id}`, { 'If-Match': '"3"' }, {}, body];
    case 8:
      return [
        'write',
        'PATCH',
        ITEM,
        `/books/${id}`,
        { 'Content-Type': 'application/merge-patch+json' },
        {},
        { pages: number },
      ];
    case 9:
      return ['write', 'DELETE', ITEM, `/books/${id}`];
    case 10:
      return ['write', 'POST', LIST, '/books', {}, {}, { [`unknown${number}`]: number }];
    case 11:
      return ['describe', 'GET', '/', '/', { 'X-Trace': id }];
    case 12:
      return ['describe', 'GET', '/openapi.json', '/openapi.json'];
    default:
      return ['describe', 'ANY', '/{proxy+}', `/nothing/${id}/at/all`];
  }
}

async function main(): Promise<void> {
  // Another process, whose heap is not in the way.
  const database = fork(__filename, { execArgv: ['--import', 'tsx'] });
  const port = await new Promise((resolve) => database.once('message', resolve));
  Object.assign(process.env, {
    TABLE_NAME: 'table',
    CURSOR_KEY: 'a key for this and nothing else',
    ACCESS: 'open',
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'id',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${String(port)}`,
  });
  const handlers = await loadBundles();
  const statuses: Record<number, number> = {};
  const ask = async (number: number): Promise<void> => {
    const [name, httpMethod, resource, path, headers = {}, query = {}, body] = requestOf(number);
    const event = {
      httpMethod,
      resource,
      path,
      headers: { 'Content-Type': 'application/json', ...headers },
      body: body === undefined ? null : Buffer.from(JSON.stringify(body)).toString('base64'),
      isBase64Encoded: body !== undefined,
      queryStringParameters: query,
      multiValueQueryStringParameters: Object.fromEntries(Object.entries(query).map(([key, value]) => [key, [value]])),
      multiValueHeaders: {},
      pathParameters: null,
      stageVariables: null,
      requestContext: {
        requestId: `request-${number}`,
        path: `/stage${number % 3}${path}`,
        stage: `stage${number % 3}`,
      },
    };
    const { statusCode } = await handlers[name]!(event as unknown as Parameters<Handler>[0]);
    statuses[statusCode] = (statuses[statusCode] ?? 0) + 1;
  };

  const heaps: number[] = [];
  for (let number = 0; number <= WARM_UP + REQUESTS; number++) {
    if (number >= WARM_UP && (number - WARM_UP) % (REQUESTS / MARKS) === 0) {
      heaps.push(await heapUsed());
    }
    await ask(number);
  }
  const perRequest = (middleOf(heaps.slice(-3)) - middleOf(heaps.slice(0, 3))) / ((REQUESTS * (MARKS - 2)) / MARKS);
  console.log(
    `Answers: ${Object.entries(statuses)
      .map(([status, count]) => `${count} of ${status}`)
      .join(', ')}.`,
  );
  console.log(
    `Heap in MB after ${WARM_UP} requests and each ${REQUESTS / MARKS} more: ${heaps.map((bytes) => (bytes / 1e6).toFixed(2)).join(', ')}: ${perRequest.toFixed(1)} bytes for each request.`,
  );
  database.kill();
  if (perRequest > MOST_PER_REQUEST || Object.keys(statuses).some((status) => Number(status) >= 500)) {
    console.error(
      `The heap may grow by ${MOST_PER_REQUEST} bytes a request, and no answer may be 5xx: find what is kept, or fails.`,
    );
    process.exitCode = 1;
  }
}

/** The functions as Lambda loads them. */
async function loadBundles(): Promise<Record<string, Handler>> {
  const directory = mkdtempSync(join(tmpdir(), 'memory-'));
  symlinkSync(join(process.cwd(), 'node_modules'), join(directory, 'node_modules'), 'junction'); // what lies beside the code
  const load = createRequire(join(directory, 'loader.js'));
  const entries = (await bundleFunctions(process.cwd())).map(({ name, code }) => {
    writeFileSync(join(directory, `${name}.js`), code);
    return [name, (load(`./${name}.js`) as { handler: Handler }).handler] as const;
  });
  rmSync(directory, { recursive: true });
  return Object.fromEntries(entries);
}

/** Of three. */
function middleOf(numbers: number[]): number {
  return numbers.sort((a, b) => a - b)[1]!;
}

/** Bytes, with what is garbage gone: collected until there is no less. */
async function heapUsed(): Promise<number> {
  for (let last = Infinity; ;) {
    await new Promise((resolve) => setImmediate(resolve));
    gc!();
    const { heapUsed: now } = process.memoryUsage();
    if (now >= last) {
      return last;
    }
    last = now;
  }
}

function serveDatabase(): void {
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .on('end', () => {
        const operation = String(incoming.headers['x-amz-target']).replace(/^.*\./, '');
        const body = JSON.stringify(
          answerTo(operation, JSON.parse(Buffer.concat(chunks).toString('utf8')) as Parameters<typeof answerTo>[1]),
        );
        outgoing
          .writeHead(200, {
            'content-type': 'application/x-amz-json-1.0',
            'content-length': String(Buffer.byteLength(body)),
          })
          .end(body);
      });
  });
  process.on('disconnect', () => process.exit());
  server.listen(0, '127.0.0.1', () => process.send!((server.address() as { port: number }).port));
}

if (process.send === undefined) {
  void main();
} else {
  serveDatabase();
}
