// The functions of an app, built again when a source changes, however it does.

import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { bundleHandler } from '../../../src/local/bundle';
import { buildWatched } from '../../../src/local/watched-build';

let directory: string;
let stop: () => Promise<void>;
/** What was told, in the order of it. */
let told: string[];

const path = (name: string): string => join(directory, name);
const write = (name: string, text: string): void => writeFileSync(path(name), text);
const built = (): string => readFileSync(path('out/src/functions/read.js'), 'utf8');

/** Waits for it, as long as a test may take. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) {
    await sleep(10);
  }
}

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'watched-'));
  mkdirSync(path('src/functions'), { recursive: true });
  mkdirSync(path('src/resources'));
  write('src/functions/read.ts', "import { name } from '../resources/books';\nexport const handler = () => name;\n");
  write('src/resources/books.ts', "export const name: string = 'first';\n");
  told = [];
  stop = await buildWatched(
    directory,
    'out',
    ['src/functions/read.handler'],
    { bundle: true, format: 'cjs', platform: 'node' },
    {
      building: async () => told.push('building'),
      built: async (mistakes) => told.push(['built', ...mistakes].join(' ')),
      changed: () => told.push('changed'),
    },
  );
});
afterEach(async () => {
  await stop();
  rmSync(directory, { recursive: true, force: true });
});

test('the first build is there when it resolves, and is no change', () => {
  expect(built()).toContain('"first"');
  expect(told).toEqual(['building', 'built']);
});

test('what a build for AWS leaves out, as no file uses it, is there: the next change may use it', async () => {
  const source = 'export const handler = () => (globalThis.bundleLacks?.actions ? "left out" : "there");\n';
  write('src/functions/read.ts', source);
  await until(() => told.includes('changed'));
  const run = (code: string): unknown => {
    const module = { exports: {} as { handler: () => unknown } };
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- what was built of the line above
    new Function('module', 'exports', code)(module, module.exports);
    return module.exports.handler();
  };
  expect(run(built())).toBe('there');
  const uses = { declarations: [], unused: ['actions' as const] };
  const { code } = await bundleHandler(directory, 'src/functions/read.handler', { bundle: true, format: 'cjs' }, uses);
  expect(run(Buffer.from(code).toString())).toBe('left out');
});

test.each<[string, () => void]>([
  ['is saved', () => write('src/resources/books.ts', "export const name = 'second';\n")],
  [
    'is saved under another name, and renamed',
    () => {
      write('src/resources/.books.swp', "export const name = 'second';\n");
      renameSync(path('src/resources/.books.swp'), path('src/resources/books.ts'));
    },
  ],
  [
    'is in a folder that another one is put in the place of',
    () => {
      cpSync(path('src/resources'), path('other'), { recursive: true });
      rmSync(path('src/resources'), { recursive: true });
      write('other/books.ts', "export const name = 'second';\n");
      renameSync(path('other'), path('src/resources'));
    },
  ],
  [
    'goes away with all of src, and comes back',
    () => {
      renameSync(path('src'), path('away'));
      cpSync(path('away'), path('src'), { recursive: true });
      write('src/resources/books.ts', "export const name = 'second';\n");
    },
  ],
])('a source that %s is built, and so is the next change', async (_how, change) => {
  change();
  await until(() => built().includes('"second"') && told.at(-1) === 'changed');
  write('src/resources/books.ts', "export const name = 'third';\n");
  await until(() => built().includes('"third"') && told.at(-1) === 'changed');
});

test('a file in a new folder is watched', async () => {
  mkdirSync(path('src/more/names'), { recursive: true });
  write('src/more/names/name.ts', "export const name = 'fourth';\n");
  write('src/resources/books.ts', "export { name } from '../more/names/name';\n");
  await until(() => built().includes('"fourth"'));
  write('src/more/names/name.ts', "export const name = 'fifth';\n");
  await until(() => built().includes('"fifth"'));
});

test('what does not compile is told with its place, is no change, and is mended by the next one', async () => {
  write('src/resources/books.ts', 'export const = 1;\n');
  await until(() => told.some((one) => one.startsWith('built src')));
  expect(told).toContain('built src/resources/books.ts:1:13: Expected identifier but found "="');
  expect(told).not.toContain('changed');
  write('src/resources/books.ts', "export const name = 'mended';\n");
  await until(() => told.at(-1) === 'changed');
  expect(built()).toContain('"mended"');
});

test('nothing beside src is watched', async () => {
  write('README.md', 'A change.');
  mkdirSync(path('samples'));
  await sleep(200);
  expect(told).toEqual(['building', 'built']);
});
