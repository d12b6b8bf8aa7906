// `live` of the client that `npm run client` writes: typed by the resource files, and going on over connections that
// break.

import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';

import { type LiveApi, startLiveApi } from '../setup/live-api';
import { APP, commandWords } from '../setup/places';

const run = promisify(execFile);

/** What docs/events.md shows of it. */
const [, SHOWN = ''] =
  /```ts\n(import \{ connect \}[^`]*)```/.exec(readFileSync(join(APP, 'docs/events.md'), 'utf8')) ?? [];

const PROGRAM = `
import { WebSocket } from 'ws';
import { connect, Refused } from './client';
import { live, type Change } from './live';

const api = connect(process.env.API!);
const titles: string[] = [];
let since = process.env.SINCE!;
for await (const change of live(api, '/books', { since, WebSocket })) {
  if (change.type === 'books.updated') titles.push(change.data!.title);
  since = change.since;
  if (titles.length === 5) break;
}
const gone: unknown = await live(api, '/books', { since: 'p0', query: { author: 'x', 'copies[gte]': 1 }, WebSocket }).next().catch((error: unknown) => error);
console.log(JSON.stringify({ titles, since, gone: gone instanceof Refused && gone.status }));
export type T = Change<'/books'>;
`;

const MISTAKES: [what: string, right: string, wrong: string, message: RegExp][] = [
  ['a collection that is not followed', "live(api, '/books', { since, ", "live(api, '/members', { since, ", /members/],
  ['a type that is not there', "'books.updated'", "'books.changed'", /no overlap/],
  ['an attribute that is not there', 'change.data!.title', 'change.data!.titel', /titel/],
  ['a filter that is not there', "'copies[gte]'", "'copies[begins]'", /begins/],
];

let folder: string;
let api: LiveApi;
let compiled: ts.Program;
const fileOf = (name: string): string => join(folder, `${name.replaceAll(' ', '-')}.ts`);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'live-'));
  symlinkSync(join(APP, 'node_modules'), join(folder, 'node_modules'), 'junction');
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
  writeFileSync(
    join(folder, 'ws.d.ts'),
    "declare module 'ws' { export const WebSocket: new (url: string) => never; }\n",
  );
  await run(process.execPath, commandWords('client', folder), { cwd: APP, env: { ...process.env, ACCESS: '' } });
  const programs = {
    program: PROGRAM,
    shown: `${SHOWN}\nexport {};`,
    ...Object.fromEntries(MISTAKES.map(([what, right, wrong]) => [what, PROGRAM.replace(right, wrong)])),
  };
  for (const [name, source] of Object.entries(programs)) {
    writeFileSync(fileOf(name), source);
  }
  compiled = ts.createProgram(
    [...Object.keys(programs).map(fileOf), join(folder, 'ws.d.ts'), join(folder, 'live.ts')],
    {
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
    },
  );
  api = await startLiveApi();
});
afterAll(async () => {
  await api.stop();
  rmSync(folder, { recursive: true, force: true });
});

function faultsOf(name: string): string[] {
  return ts
    .getPreEmitDiagnostics(compiled, compiled.getSourceFile(fileOf(name)))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}

test('the program compiles, with the file that it uses, and so does what the docs show', () => {
  expect(faultsOf('program')).toEqual([]);
  expect(faultsOf('live')).toEqual([]);
  expect(SHOWN).toContain('live(api');
  expect(faultsOf('shown')).toEqual([]);
});

test('each change comes once, over connections that break, and a place that is gone is a refusal', async () => {
  api.write('a', 'a', 'a', 'a', 'a');
  let told = 0;
  api.disturb = () => (told++ % 3 === 2 ? 'cut before' : 'none');
  const { stdout } = await run(process.execPath, ['--import', 'tsx', fileOf('program')], {
    cwd: folder,
    env: { ...process.env, API: api.url, SINCE: 'p1' },
  });
  expect(JSON.parse(stdout)).toEqual({ titles: ['1', '2', '3', '4', '5'], since: 'p6', gone: 410 });
});

test.each(MISTAKES)('%s is a compile error', (what, right, _wrong, message) => {
  expect(PROGRAM).toContain(right);
  expect(faultsOf(what).join('\n')).toMatch(message);
});

test('what the client holds of it is its own', () => {
  expect(existsSync(join(folder, 'live.ts'))).toBe(true);
  expect(readFileSync(join(folder, 'live.ts'), 'utf8')).toMatch(/^\/\/ .* written by "npm run client"\.\n/);
});
