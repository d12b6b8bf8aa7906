// Regular expressions in resource files: dangerous ones are refused before anything runs, others are not.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

import { dangerOf, patternMistakes } from '../../../src/local/patterns';
import { defineResource } from '../../../src/definition/define-resource';
import { resources } from '../../library/src/resources/index';
import { everything } from '../../setup/everything';
import { notes } from '../../setup/notes';

const ROOT = join(__dirname, '../../..');

test('the patterns of the sample resources, and of those of the tests, are accepted', () => {
  expect(patternMistakes([...resources.values(), everything, notes])).toEqual([]);
});

test.each([
  '(a+)+$',
  '(a|aa)+$',
  '(\\w*)*$',
  '(.*)*x',
  '^([a-z0-9]+-?)+$',
  '^(\\d+)*$',
  '^(([a-z])+.)+[A-Z]([a-z])+$',
  '(x+x+)+y',
])('%s takes exponential time, and is refused however short the text', (pattern) => {
  expect(dangerOf(new RegExp(pattern, 'u'), 10)).toMatch(/^takes exponential time/);
});

test.each([
  ['\\s*\\s*\\s*$', 4, 46],
  ['^\\s+|\\s+$', 2, 1000],
  ['^[^@]+@[^@]+\\.[^@]+$', 2, 1000],
  ['[a-z]+@example', 2, 1000],
])('%s takes time to the power of %i, and is accepted up to a maxLength of %i', (pattern, degree, most) => {
  const expression = new RegExp(pattern, 'u');
  expect(dangerOf(expression, undefined)).toContain(`to the power of ${degree}: add a maxLength of at most`);
  const [, advised] = /at most (\d+),/.exec(dangerOf(expression, undefined)!)!;
  expect(dangerOf(expression, Number(advised))).toBeUndefined();
  expect(dangerOf(expression, Number(advised) + 1)).toBeDefined();
  expect(Number(advised)).toBeLessThanOrEqual(most);
});

test.each([
  '^97[89][0-9]{10}$',
  '^[A-Z]{2}$',
  '^[a-z]*$',
  '^[A-Za-z0-9._~-]{1,128}$',
  '\\S',
  '^\\p{L}[\\p{L} ]*$',
  '^(?=.*[A-Z])(?=.*\\d).{8,}$',
  '^[a-z0-9]+(?:-[a-z0-9]+)*$',
  '^(?:[a-z]+ )*[a-z]+$',
  '^\\+?[0-9 ()-]{4,30}$',
  '^#[0-9a-f]{6}$',
  '^https://[^ ]+$',
])('%s is accepted without a maxLength', (pattern) => {
  expect(dangerOf(new RegExp(pattern, 'u'), undefined)).toBeUndefined();
});

test('in an array, whose elements a body holds many of, less is allowed', () => {
  expect(dangerOf(/^\s+|\s+$/u, 500)).toBeUndefined();
  expect(dangerOf(/^\s+|\s+$/u, 500, true)).toContain('add a maxLength of at most 95,');
});

test('a mistake names file, attribute, word and remedy, wherever the expression stands', () => {
  const things = defineResource({
    name: 'things',
    description: 'Things.',
    schema: {
      a: { type: String, pattern: '^(a+)+$' },
      b: { type: Object, schema: { c: { type: Array, schema: [{ type: String, validate: /(\w*)*$/ }] } } },
      fine: { type: String, pattern: '^a+$', validate: /^[a-z]*$/ },
    },
    actions: (action) => ({
      act: action({
        description: 'Acts.',
        body: { d: { type: String, pattern: '^(d|dd)*$' } },
        run: () => {
          throw new Error('Nobody calls it.');
        },
      }),
    }),
  });
  const mistakes = patternMistakes([things]);
  expect(mistakes).toHaveLength(3);
  expect(mistakes[0]).toMatch(
    /^src\/resources\/things\.ts: attribute "a" has a pattern that takes exponential time .*: write it so that .* \(\/\^\(a\+\)\+\$\/u\)$/,
  );
  expect(mistakes[1]).toMatch(/attribute "b\.c\[\]" has a validate that takes exponential time/);
  expect(mistakes[2]).toMatch(/attribute "d" has a pattern that takes exponential time/);
});

test('what is accepted is quick in truth: the worst text of the greatest length advised takes well below a second', () => {
  for (const [expression, text] of [
    [/^\s+|\s+$/u, (length: number) => `a${' '.repeat(length - 2)}a`],
    [/^[^@]+@[^@]+\.[^@]+$/u, (length: number) => `a@${'.'.repeat(length - 3)}@`],
  ] as const) {
    const longest = Number(/at most (\d+),/.exec(dangerOf(expression, undefined)!)![1]);
    const start = process.cpuUsage();
    for (let item = 0; item < 100; item++) {
      expression.test(text(longest));
    }
    expect(process.cpuUsage(start).user / 1000).toBeLessThan(1000);
  }
});

describe('the regular expressions of the project itself', () => {
  const files = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => `src/${file}`)
    // Its texts are cut first; what they cost is measured in tests/unit/log.test.ts, as the analysis takes too long for
    // every run.
    // Those of src/local, src/testing and src/serverless meet no text of a client.
    .filter((file) => file !== 'src/log.ts' && !/^src\/(local|testing|serverless)\//.test(file));
  /** Of a header that DynamoDB sends, of a few characters. */
  const trusted = ['/[:,].*$/'];

  test.each(
    files.flatMap((file) =>
      literalsOf(file)
        .filter((literal) => !trusted.includes(literal))
        .map((literal) => [file, literal] as const),
    ),
  )('%s: %s takes linear time on any text', (_file, literal) => {
    const [, source, flags] = /^\/(.*)\/([a-z]*)$/s.exec(literal)!;
    expect(dangerOf(new RegExp(source!, flags), undefined)).toBeUndefined();
  });
});

/** The regular expressions that stand in a file. */
function literalsOf(file: string): string[] {
  const tree = ts.createSourceFile(file, readFileSync(join(ROOT, file), 'utf8'), ts.ScriptTarget.Latest, true);
  const found = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      found.add(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return [...found];
}
