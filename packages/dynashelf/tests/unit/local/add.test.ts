// `dynashelf add`: the file of a resource and its line.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { transformSync } from 'esbuild';

import { addResource } from '../../../src/local/add';

const LIST =
  "import { listResources } from 'dynashelf';\nimport { books } from './books';\n\nexport const resources = listResources(\n  books,\n);\n";

let app: string;
const index = (): string => join(app, 'src/resources/index.ts');
const listed = (): string => readFileSync(index(), 'utf8');

beforeEach(() => {
  app = mkdtempSync(join(tmpdir(), 'add-'));
  mkdirSync(join(app, 'src/resources'), { recursive: true });
  writeFileSync(index(), LIST);
});
afterEach(() => rmSync(app, { recursive: true, force: true }));

test('a resource gets a file, an import after the last one and a line in the list', () => {
  expect(addResource(app, 'reading-rooms')).toBe('src/resources/reading-rooms.ts');
  expect(listed()).toBe(
    LIST.replace("'./books';\n", "'./books';\nimport { readingRooms } from './reading-rooms';\n").replace(
      '\n  books,\n',
      'books, readingRooms',
    ),
  );
  const source = readFileSync(join(app, 'src/resources/reading-rooms.ts'), 'utf8');
  expect(source).toContain("export const readingRooms = defineResource({\n  name: 'reading-rooms',");
  expect(source).not.toMatch(/[{]\w+[}]/);
});

test('a list that is too long for one line has a line for each resource', () => {
  const names = Array.from({ length: 12 }, (_, index) => `shelves-number-${index}`);
  names.forEach((name) => addResource(app, name));
  expect(listed()).toContain(
    `listResources(\n  books,\n${names.map((name) => `  ${name.replace(/-(.)/g, (_all, letter: string) => letter.toUpperCase())},\n`).join('')});`,
  );
});

test.each([
  ['on one line', "import { listResources } from 'dynashelf';\nexport const resources = listResources();\n"],
  ['without a comma at the end', LIST.replace('books,\n', 'books\n')],
  ['with the line ends of Windows', LIST.replaceAll('\n', '\r\n')],
])('a list %s is gone on with', (_form, text) => {
  writeFileSync(index(), text);
  addResource(app, 'shelves');
  expect(transformSync(listed(), { loader: 'ts', format: 'cjs' }).code).toMatch(
    /listResources\)\((\s*import_books\.books,)?\s*import_shelves\.shelves\s*\)/,
  );
});

test.each([
  ['no name', undefined, 'lower case letters'],
  ['a name with capitals', 'Shelves', 'lower case letters'],
  ['a name that leads out of the folder', '../shelves', 'lower case letters'],
  ['a word that no constant may be named by', 'package', '"package" cannot be the name of a constant'],
  ['the name of what the list imports', 'list-resources', '"listResources" cannot be the name of a constant'],
  ['a path that is served already', 'transactions', 'transactions'],
])('%s is refused, and nothing is written', (_case, name, sentence) => {
  expect(() => addResource(app, name)).toThrow(sentence);
  expect([readdirSync(join(app, 'src/resources')), listed()]).toEqual([['index.ts'], LIST]);
});

test('a file that is there stays as it is', () => {
  writeFileSync(join(app, 'src/resources/shelves.ts'), 'mine');
  expect(() => addResource(app, 'shelves')).toThrow('src/resources/shelves.ts is there already');
  expect([readFileSync(join(app, 'src/resources/shelves.ts'), 'utf8'), listed()]).toEqual(['mine', LIST]);
});

test('a list in another form is left to its author', () => {
  const text = LIST.replace('  books,\n', '  books, // more to come\n');
  writeFileSync(index(), text);
  expect(() => addResource(app, 'shelves')).toThrow('add a line for "shelves" by hand');
  expect([readdirSync(join(app, 'src/resources')), listed()]).toEqual([['index.ts'], text]);
});
