// The bundles of an app hold no code that its files do not ask for; what they ask for is there, and what is there
// works.

import { createRequire } from 'node:module';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { addFunction } from '../../src/local/add-function';
import { bundleFunctions, bundleHandler, type Bundle } from '../../src/local/bundle';
import { usesOf } from '../../src/local/declarations';
import { bundling } from '../../src/serverless/bundling';
import { parameters } from '../../src/serverless/parameters';
import { useTable } from '../../src/testing/table';
import { plainApp, writeNotes } from '../setup/plain-app';
import type { ProjectCopy } from '../setup/project-copy';

useTable();

let project: ProjectCopy;
beforeEach(() => (project = plainApp()));
afterEach(() => project.remove());

/** The files of the engine that are in a bundle, from its `src`. */
function filesIn(bundles: readonly Bundle[], name: string): string[] {
  const { inputs } = bundles.find((bundle) => bundle.name === name)!;
  return inputs.flatMap((path) => /^.*dynashelf\/dist\/esm\/(.*)\.mjs$/.exec(path)?.[1] ?? []);
}

/** What there is for one feature each, of what `write` and `read` hold where it is used. */
const OF_FEATURES = {
  'operations/act': 'write',
  'transaction/action-transaction': 'write',
  'transaction/on-write': 'write',
  'transaction/states': 'write',
  'transaction/trees': 'write',
  'transaction/listing': 'write',
  'transaction/list-conditions': 'write',
  'store/write/checksums': 'write',
  'store/query/partition': 'write',
  'store/write/outbox': 'write',
  'transaction/sent-message': 'write',
  'operations/view': 'read',
  'http/endpoints/changes': 'read',
  'events/read-changes': 'read',
  'store/feed': 'read',
  'http/endpoints/tickets': 'write',
  'store/tickets': 'write',
} as const;

test('of an app that uses none of it, no bundle has the code of a feature, nor what checks resource files', async () => {
  const bundles = await bundleFunctions(project.directory);
  for (const file of Object.keys(OF_FEATURES)) {
    expect(bundles.filter(({ name }) => filesIn(bundles, name).includes(file)).map(({ name }) => name)).toEqual([]);
  }
  for (const { name } of bundles) {
    expect(filesIn(bundles, name).filter((path) => path.startsWith('definition/mistakes/'))).toEqual([]);
    expect(filesIn(bundles, name).filter((path) => path.includes('webhook'))).toEqual([]);
  }
});

test.each<[string, string[], string[]?]>([
  [
    "actions: (action) => ({ end: action({ description: 'Ends.', async run({ item }) { return item; } }) }),",
    ['operations/act', 'transaction/action-transaction'],
  ],
  ['onWrite: async () => {},', ['transaction/on-write', 'transaction/action-transaction']],
  ["states: { attribute: 'kind', from: { open: ['done'] } },", ['transaction/states']],
  [
    "actions: (action) => ({ peek: action({ safe: true, description: 'Looks.', async run({ item }) { return item; } }) }),",
    ['operations/act', 'transaction/action-transaction', 'operations/view'],
  ],
  ['changes: true,', ['http/endpoints/changes', 'events/read-changes', 'store/feed'], ['publish']],
  [
    'changes: { days: 1 },',
    ['http/endpoints/changes', 'events/read-changes', 'store/feed', 'http/endpoints/tickets', 'store/tickets'],
    ['publish', 'socket'],
  ],
])('a file with %s has its code bundled, and no other', async (keywords, files, functions = []) => {
  writeNotes(project, keywords);
  for (const name of functions) {
    addFunction(project.directory, name);
  }
  const bundles = await bundleFunctions(project.directory);
  const found = Object.entries(OF_FEATURES).flatMap(([file, name]) =>
    filesIn(bundles, name).includes(file) ? [file] : [],
  );
  expect(found.sort()).toEqual([...files].sort());
});

/** The handler of a bundle that reaches the database of the tests. */
async function handlerOf(name: string): Promise<(event: object) => Promise<{ statusCode: number; body: string }>> {
  const options = bundling(parameters({ service: 'plain', stage: 'dev' }, {}));
  const { code } = await bundleHandler(
    project.directory,
    `src/functions/${name}.handler`,
    options,
    await usesOf(project.directory),
  );
  return load(name, code);
}

function load(name: string, code: Uint8Array): (event: object) => Promise<{ statusCode: number; body: string }> {
  mkdirSync(join(project.directory, 'out'), { recursive: true });
  const file = join(project.directory, 'out', `${name}.js`);
  writeFileSync(file, code);
  return (createRequire(file)(file) as { handler: (event: object) => Promise<{ statusCode: number; body: string }> })
    .handler;
}

function eventOf(httpMethod: string, path: string, body?: object, headers: Record<string, string> = {}): object {
  return {
    httpMethod,
    path,
    headers: { Host: 'api.example', ...(body !== undefined && { 'Content-Type': 'application/json' }), ...headers },
    multiValueHeaders: Object.fromEntries(
      Object.entries({
        Host: 'api.example',
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...headers,
      }).map(([name, value]) => [name, [value]]),
    ),
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    requestContext: { requestId: 'r', path, stage: 'test', identity: {} },
    body: body === undefined ? null : JSON.stringify(body),
    isBase64Encoded: false,
  };
}

test('what is left serves every operation', async () => {
  const [read, write] = [await handlerOf('read'), await handlerOf('write')];
  const made = await write(eventOf('POST', '/notes', { text: 'a' }));
  expect(made.statusCode).toBe(201);
  const { id } = JSON.parse(made.body) as { id: string };
  expect(
    (
      await write(
        eventOf('PATCH', `/notes/${id}`, { kind: 'done' }, { 'Content-Type': 'application/merge-patch+json' }),
      )
    ).statusCode,
  ).toBe(200);
  expect((await write(eventOf('PUT', '/notes/mine', { text: 'b' }))).statusCode).toBe(201);
  const both = {
    operations: [
      { method: 'DELETE', path: '/notes/mine' },
      { method: 'POST', path: '/notes', body: { text: 'c' } },
    ],
  };
  expect((await write(eventOf('POST', '/transactions', both))).statusCode).toBe(200);
  const page = await read(eventOf('GET', '/notes'));
  expect(
    (JSON.parse(page.body) as { items: { text: string; kind: string }[] }).items
      .map(({ text, kind }) => `${text} ${kind}`)
      .sort(),
  ).toEqual(['a done', 'c open']);
  expect((await write(eventOf('DELETE', `/notes/${id}`))).statusCode).toBe(204);
  expect((await read(eventOf('GET', `/notes/${id}`))).statusCode).toBe(404);
});

test('a bundle that meets a resource file with what it was made without does not start, and says what to do', async () => {
  const old = await usesOf(project.directory);
  writeNotes(project, "states: { attribute: 'kind', from: { open: ['done'] } },");
  const options = bundling(parameters({ service: 'plain', stage: 'dev' }, {}));
  const { code } = await bundleHandler(project.directory, 'src/functions/read.handler', options, old);
  expect(() => load('read', code)).toThrow(
    /^src\/resources\/notes\.ts: it uses what this bundle was made without \(states\).*npm run build/,
  );
});

test('no bundle is made of files with a mistake, of which no bundle would say anything', async () => {
  writeNotes(project, "states: { attribute: 'kind', from: { open: ['lost'] } },");
  await expect(bundleFunctions(project.directory)).rejects.toThrow('names "lost", which is not in the enum of "kind"');
});
