// What is uploaded of each function of an app: its bundle, its map where one is asked for, and the files that its
// patterns name.

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { packageFunctions, type PackagedFunction } from '../../../src/local/packaging';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'packaging-'));
  mkdirSync(join(directory, 'src/functions'), { recursive: true });
  writeFileSync(join(directory, 'src/functions/read.ts'), 'export const handler = (): string => "read";\n');
  writeFileSync(join(directory, 'src/functions/own.ts'), 'export const run = (): string => "own";\n');
  mkdirSync(join(directory, 'beside'));
  for (const name of ['b.txt', 'a.txt', 'c.md']) {
    writeFileSync(join(directory, 'beside', name), name);
  }
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

async function packaged(
  functions: Record<string, PackagedFunction>,
  bundling: object = {},
): Promise<Record<string, PackagedFunction>> {
  await packageFunctions({
    serviceDir: directory,
    service: {
      custom: { bundling: { bundle: true, format: 'cjs', platform: 'node', ...bundling } },
      getAllFunctions: () => Object.keys(functions),
      getFunction: (name) => functions[name]!,
    },
  });
  return functions;
}

/** The names in the directory at the end of an archive. */
function namesIn(path: string): string[] {
  return [
    ...readFileSync(join(directory, path))
      .toString('latin1')
      .matchAll(/PK\x01\x02[^]{24}([^]{2})[^]{16}/g),
  ].map((entry) => {
    const end = entry.index + entry[0].length;
    return entry.input.slice(end, end + entry[1]!.charCodeAt(0));
  });
}

test('each function has an archive of its own, with its bundle alone', async () => {
  const functions = await packaged({
    read: { handler: 'src/functions/read.handler' },
    own: { handler: 'src/functions/own.run' },
  });
  expect(Object.values(functions).map(({ package: of }) => of?.artifact)).toEqual([
    '.serverless/read.zip',
    '.serverless/own.zip',
  ]);
  expect(namesIn('.serverless/read.zip')).toEqual(['src/functions/read.js']);
  expect(namesIn('.serverless/own.zip')).toEqual(['src/functions/own.js']);
});

test('what its patterns name lies beside, but what they take away', async () => {
  await packaged({
    read: { handler: 'src/functions/read.handler', package: { patterns: ['beside/*', '!beside/*.md'] } },
  });
  expect(namesIn('.serverless/read.zip')).toEqual(['src/functions/read.js', 'beside/a.txt', 'beside/b.txt']);
});

test('its map is in it where maps are linked, and else is not', async () => {
  const functions = { read: { handler: 'src/functions/read.handler' } };
  await packaged({ ...functions }, { sourcemap: false });
  expect(namesIn('.serverless/read.zip')).toEqual(['src/functions/read.js']);
  await packaged({ read: { handler: 'src/functions/read.handler' } }, { sourcemap: 'linked' });
  expect(namesIn('.serverless/read.zip')).toEqual(['src/functions/read.js', 'src/functions/read.js.map']);
});

test('the same source makes the same bytes, whenever it was written, so that nothing is deployed anew', async () => {
  await packaged({ read: { handler: 'src/functions/read.handler', package: { patterns: ['beside/*'] } } });
  const before = readFileSync(join(directory, '.serverless/read.zip'));
  for (const name of ['src/functions/read.ts', 'beside/a.txt']) {
    utimesSync(join(directory, name), new Date(0), new Date(0));
  }
  await packaged({ read: { handler: 'src/functions/read.handler', package: { patterns: ['beside/*'] } } });
  expect(readFileSync(join(directory, '.serverless/read.zip'))).toEqual(before);
});

test('a function that has an archive, or an image, is left as it is', async () => {
  const functions = { made: { handler: 'src/functions/read.handler', package: { artifact: 'mine.zip' } }, image: {} };
  expect(await packaged(functions)).toEqual({
    made: { handler: 'src/functions/read.handler', package: { artifact: 'mine.zip' } },
    image: {},
  });
  expect(existsSync(join(directory, '.serverless/made.zip'))).toBe(false);
});

test('a handler whose file is not there is refused with its path', async () => {
  await expect(packaged({ none: { handler: 'src/functions/none.handler' } })).rejects.toThrow(
    /src\/functions\/none\.ts/,
  );
});
