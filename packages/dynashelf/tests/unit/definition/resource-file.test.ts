// docs/resource-file.md is complete and true: every word is on it, and its examples compile and load, as those of
// docs/access.md do.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import ts from 'typescript';

import { FORMATS } from '../../../src/values/attribute';
import { ATTRIBUTE_KEYWORDS, DEFINITION_KEYWORDS } from '../../../src/definition/mistakes/resource';
import * as face from '../../../src/index';
import { APP } from '../../setup/places';

const ROOT = APP;
const text = readFileSync(join(ROOT, 'docs/resource-file.md'), 'utf8');

/** What the page says as code outside its examples. */
const codeSpans = [...text.replace(/```[^]*?```/g, '').matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span);

/** The examples as files: one that imports is whole, another is some attributes. */
const examples = [
  ...text.matchAll(/```ts\n([^]*?)```/g),
  ...readFileSync(join(ROOT, 'docs/access.md'), 'utf8').matchAll(/```ts\n(import [^]*?)```/g),
].map(([, code = ''], index) => ({
  path: join(ROOT, `src/resources/example-${index}.ts`),
  code: code.includes('import ')
    ? code
    : `import { defineResource } from 'dynashelf';\nexport const things = defineResource({ name: 'things', description: 'Things.', schema: {\n${code}\n} });`,
}));

test.each([
  ...ATTRIBUTE_KEYWORDS.keys(),
  ...DEFINITION_KEYWORDS,
  'partition',
  'sort',
  'transactional',
  'milliseconds',
  'seconds',
  'iso',
  ...FORMATS,
])('the page names the word %s', (word) => {
  expect(codeSpans.filter((span) => new RegExp(`(?<![\\w-])${word}(?![\\w-])`).test(span))).not.toEqual([]);
});

test('every word that a table of the page names is one', () => {
  const words = [...ATTRIBUTE_KEYWORDS.keys(), ...DEFINITION_KEYWORDS, 'partition', 'sort', 'transactional'];
  const rows = text
    .split('\n')
    .filter((line) => /^\| `/.test(line))
    .map((line) => line.split('|')[1]!);
  const named = rows.flatMap((cell) => [...cell.matchAll(/`([a-z]\w*)`/g)].map(([, word]) => word!));
  expect(named.filter((word) => !words.includes(word))).toEqual([]);
  expect(named.length).toBeGreaterThan(30);
});

test('the examples compile', () => {
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile).config,
    ts.sys,
    ROOT,
  );
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  const find = (path: string): string | undefined => examples.find((example) => example.path === path)?.code;
  host.fileExists = (path) => find(path) !== undefined || fileExists(path);
  host.getSourceFile = (path, ...more) => {
    const code = find(path);
    return code === undefined ? getSourceFile(path, ...more) : ts.createSourceFile(path, code, ts.ScriptTarget.ES2023);
  };
  const program = ts.createProgram(
    examples.map(({ path }) => path),
    options,
    host,
  );
  const faults = examples.flatMap(({ path }) => ts.getPreEmitDiagnostics(program, program.getSourceFile(path)));
  expect(faults.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([]);
});

test.each(examples)('the example in $path loads', ({ code }) => {
  const { outputText } = ts.transpileModule(code, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2023 },
  });
  const exported: Record<string, unknown> = {};
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the code of this project's own page
  new Function('exports', 'require', outputText)(exported, () => face);
  const loaded = Object.values(exported);
  // A resource, and perhaps a problem type.
  expect(loaded.map((one) => (one as { attributes: unknown }).attributes instanceof Map)).toEqual(
    loaded.map(() => true),
  );
  expect(loaded.filter((one) => typeof one === 'object')).toHaveLength(1);
});
