// `npm run client`: a program that uses the typed client compiles, one that is wrong does not, and it works against the
// API.

import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';

import { createClient, type Client } from '../../src/testing/client';
import { resources } from '../library/src/resources/index';
import { RULES } from '../setup/rules';
import { useTable } from '../../src/testing/table';
import { APP, commandWords, LIBRARY } from '../setup/places';

useTable();

const run = promisify(execFile);
let folder: string;
let server: Server;
let guarded: Server;

/** What README.md shows, and what is done with it. */
const PROGRAM = `
import { connect, items, Refused, update } from './client';
import type { Book, BookChange, NewBook } from './api';

const api = connect(process.env.API!);

const made: NewBook = { title: 'Omoo', author: 'Herman Melville' };
const { data: book, response } = await api.POST('/books', { body: made });
if (book === undefined) throw new Error('It was not made.');
const tag = response.headers.get('ETag')!;

for (const title of ['Typee', 'Mardi', 'Redburn']) await api.POST('/books', { body: { title, author: 'Herman Melville' } });
const titles: string[] = [];
for await (const { title } of items(api, '/books', { query: { author: 'Herman Melville', sort: 'title', limit: 2 } })) titles.push(title);

const change = async (copies: number) => api.PATCH('/books/{id}', { params: { path: { id: book.id }, header: { 'If-Match': tag } }, body: { copies } });
const changed = await change(4);
const { error } = await change(5);
const current: number | undefined = error?.status === 412 ? error.current?.copies : undefined;

const pages: BookChange = { pages: 100 };
const paged: Book = await update(api, '/books', book.id, pages);
await Promise.all(Array.from({ length: 8 }, () => update(api, '/books', book.id, async ({ pages = 0 }) => ({ pages: pages + 1 }))));
const left = await update(api, '/books', book.id, () => undefined);
const refused = await update(api, '/books', 'absent', {}).catch((error: unknown) => (error instanceof Refused ? [error.status, error.problem?.title] : error));
let sent = 0;
const overtaken = await update(api, '/books', book.id, async ({ pages = 0 }) => {
  sent += 1;
  await api.PATCH('/books/{id}', { params: { path: { id: book.id } }, body: { pages: pages + 1 } });
  return { pages: 1 };
}, { attempts: 3 }).catch((error: unknown) => (error instanceof Refused ? error.status : error));

const named = await api.GET('/books', { params: { query: { 'id[in]': [book.id, 'absent'], 'copies[gte]': 1 } } });
console.log(JSON.stringify({ titles, copies: changed.data?.copies, current, named: named.data?.items.map(({ id }) => id === book.id), updates: [paged.pages, left.pages, refused, overtaken, sent] }));
export {};
`;

/** What README.md shows of credentials: the token is who it is of, and its role, as nothing verifies it here. */
const WITH_CREDENTIALS = `
import { connect } from './client';

const body = { title: 'Omoo', author: 'Herman Melville' };
let asked = 0;
const statuses = [];
for (const credentials of [{}, { apiKey: 'k' }, { token: 'ada reader' }, { token: async () => { asked += 1; return 'ada librarian'; }, apiKey: 'k' }]) {
  const { response, error } = await connect(process.env.API!, credentials).POST('/books', { body });
  statuses.push([response.status, error?.title]);
}
console.log(JSON.stringify({ statuses, asked }));
export {};
`;

/** Serves what answers requests; a bearer token names a subject and a role. */
async function serve(ask: Client): Promise<Server> {
  const started = createServer((request, response) => {
    void (async () => {
      const parts: Buffer[] = [];
      for await (const part of request) {
        parts.push(part as Buffer);
      }
      const body = Buffer.concat(parts).toString();
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
      const [, subject, role = ''] = /^Bearer (\w+) (\w+)$/.exec(headers['authorization'] ?? '') ?? [];
      const as =
        subject !== undefined
          ? { subject, roles: [role] }
          : headers['x-api-key'] !== undefined
            ? { key: headers['x-api-key'] }
            : undefined;
      const answer = await ask(`${request.method} ${request.url}`, { headers, as, ...(body !== '' && { body }) });
      response.writeHead(answer.status, answer.headers).end(answer.text);
    })().catch((error: unknown) => response.writeHead(500).end(String(error)));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => started.once('listening', resolve));
  return started;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'client-'));
  symlinkSync(join(APP, 'node_modules'), join(folder, 'node_modules'), 'junction');
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
  // With what a deployment trusts, which is not said here.
  await run(process.execPath, commandWords('client', folder), { cwd: LIBRARY, env: { ...process.env, ACCESS: '' } });
  server = await serve(createClient({ resources }));
  guarded = await serve(createClient({ resources, config: RULES }));
});

afterAll(() => {
  server.close();
  guarded.close();
  rmSync(folder, { recursive: true, force: true });
});

test('what is there and is somebody else’s is left as it is, and what is written can be told from it', async () => {
  const other = mkdtempSync(join(tmpdir(), 'client-'));
  const write = async (): Promise<unknown> =>
    run(process.execPath, commandWords('client', other), { cwd: LIBRARY }).catch(
      ({ code, stderr }: { code: number; stderr: string }) => [code, stderr],
    );
  writeFileSync(join(other, 'client.ts'), 'export const mine = 1;\n');
  expect(await write()).toEqual([
    1,
    `${join(other, 'client.ts')} is there and was not written by "npm run client": name another folder, as in npm run client -- client.\n`,
  ]);
  expect(readdirSync(other)).toEqual(['client.ts']);
  expect(readFileSync(join(other, 'client.ts'), 'utf8')).toBe('export const mine = 1;\n');
  rmSync(other, { recursive: true });
  for (const name of ['api.ts', 'client.ts']) {
    expect(readFileSync(join(folder, name), 'utf8').split('\n')[0]).toContain('written by "npm run client"');
  }
});

const MISTAKES: [what: string, right: string, wrong: string, message: RegExp][] = [
  ['an attribute that is not there', "title: 'Omoo', author", "titel: 'Omoo', author", /titel/],
  ['an attribute of another type', 'body: { copies }', "body: { copies: 'four' }", /string/],
  ['an unknown attribute in a patch', 'body: { copies }', 'body: { copys: copies }', /copys/],
  ['an order that is not served', "sort: 'title'", "sort: 'copies'", /copies/],
  ['a filter that is not there', "'copies[gte]'", "'copies[begins]'", /copies\[begins\]/],
  ['a path that is not there', "api.GET('/books'", "api.GET('/boks'", /boks/],
  ['a change of another type', 'pages: pages + 1 }))', "pages: 'more' }))", /string/],
  ['an unknown attribute in an update', 'pages: pages + 1 }))', 'paegs: pages + 1 }))', /paegs/],
  ['a collection that is not there', "update(api, '/books', 'absent'", "update(api, '/boks', 'absent'", /boks/],
  ['a path that is no list', "items(api, '/books'", "items(api, '/health'", /health/],
];

/** What README.md shows of the client. */
const [, README = ''] =
  /```ts\n(import \{ connect, items, update \}[^`]*)```/.exec(readFileSync(join(APP, 'README.md'), 'utf8')) ?? [];

/** What docs/clients.md shows of it. */
const [, PAGE = ''] =
  /```ts\n(import \{ connect, update \}[^`]*)```/.exec(readFileSync(join(APP, 'docs/clients.md'), 'utf8')) ?? [];

/** Every program by its name: compiled together, since each alone would have the compiler read its libraries again. */
const PROGRAMS: Record<string, string> = {
  program: PROGRAM,
  credentials: WITH_CREDENTIALS,
  readme: `${README}\nexport {};`,
  page: `${PAGE}\nexport {};`,
  ...Object.fromEntries(MISTAKES.map(([what, right, wrong]) => [what, PROGRAM.replace(right, wrong)])),
};
const fileOf = (name: string): string => join(folder, `${name.replaceAll(' ', '-')}.ts`);

let compiled: ts.Program;

beforeAll(() => {
  for (const [name, source] of Object.entries(PROGRAMS)) {
    writeFileSync(fileOf(name), source);
  }
  compiled = ts.createProgram(Object.keys(PROGRAMS).map(fileOf), {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noEmit: true,
    skipLibCheck: true,
    types: ['node'],
    typeRoots: [join(APP, 'node_modules/@types')],
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
  });
});

/** What the compiler says of a program. */
function faultsOf(name: string): string[] {
  return ts
    .getPreEmitDiagnostics(compiled, compiled.getSourceFile(fileOf(name)))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}

/** What a program prints. */
async function outputOf(name: string, api: Server): Promise<unknown> {
  const { port } = api.address() as AddressInfo;
  const { stdout } = await run(process.execPath, ['--import', 'tsx', fileOf(name)], {
    cwd: folder,
    env: { ...process.env, API: `http://127.0.0.1:${port}` },
  });
  return JSON.parse(stdout);
}

test('the program compiles, and creates, lists, patches and handles a conflict', async () => {
  expect(faultsOf('program')).toEqual([]);
  expect(await outputOf('program', server)).toEqual({
    titles: ['Mardi', 'Omoo', 'Redburn', 'Typee'],
    copies: 4,
    current: 4,
    named: [true],
    updates: [100, 108, [404, 'Not found'], 412, 3],
  });
});

test('a program sends its credentials with every request, a token that it is asked for each time', async () => {
  expect(faultsOf('credentials')).toEqual([]);
  expect(await outputOf('credentials', guarded)).toEqual({
    statuses: [
      [401, 'Unauthenticated'],
      [403, 'Forbidden'],
      [403, 'Forbidden'],
      [201, null],
    ],
    asked: 1,
  });
});

test.each(MISTAKES)('%s is a compile error', (what, right, _wrong, message) => {
  expect(PROGRAM).toContain(right);
  expect(faultsOf(what).join('\n')).toMatch(message);
});

test('what the page on clients shows compiles', () => {
  expect(PAGE).toContain('update(api');
  expect(faultsOf('page')).toEqual([]);
});

test('README shows lines of the program', () => {
  expect(README.split('\n').filter((line) => line !== '').length).toBeGreaterThan(5);
  expect(faultsOf('readme')).toEqual([]);
});
