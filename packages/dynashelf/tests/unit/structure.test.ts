// The laws of the layout, as docs/architecture.md states them, and that the docs speak of what exists.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';
import { describeProblem, PROBLEM_TYPES } from '../../src/problem';
import { resources } from '../library/src/resources/index';
import { APP, ENGINE } from '../setup/places';

const ROOT = ENGINE;

/** Which parts of src a part may import besides itself. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  config: [],
  log: [],
  problem: [],
  values: ['problem'],
  definition: ['problem', 'values'],
  index: ['problem', 'values', 'definition', 'events'],
  store: ['log', 'problem', 'values', 'definition'],
  dynamoose: ['values', 'definition', 'store'],
  transaction: ['log', 'problem', 'values', 'definition', 'store'],
  operations: ['problem', 'values', 'definition', 'store', 'transaction'],
  authorization: ['problem', 'values', 'definition'],
  authentication: ['config', 'log', 'problem', 'values', 'definition', 'authorization'],
  description: ['config', 'problem', 'values', 'definition', 'authorization'],
  events: ['config', 'log', 'problem', 'values', 'definition', 'store', 'authorization', 'authentication'],
  http: [
    'config',
    'log',
    'problem',
    'values',
    'definition',
    'store',
    'operations',
    'authentication',
    'authorization',
    'description',
    'events',
  ],
  functions: [
    'config',
    'log',
    'problem',
    'values',
    'definition',
    'store',
    'transaction',
    'authorization',
    'authentication',
    'events',
    'http',
  ],
  lambda: ['config', 'definition', 'store', 'http', 'functions', 'events'],
  serverless: ['problem', 'definition', 'store', 'http', 'events'],
  // What runs on a developer's machine.
  local: [
    'config',
    'problem',
    'values',
    'definition',
    'store',
    'events',
    'operations',
    'description',
    'functions',
    'lambda',
    'serverless',
  ],
  testing: ['config', 'definition', 'store', 'description', 'http', 'functions', 'lambda', 'serverless', 'local'],
};

/** What is never part of a function. */
const ON_MACHINES = ['local', 'testing'];

/** The files that `imports` of package.json has for a name, by condition. */
const { imports: ALIASES } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  imports: Record<string, Record<string, string> | undefined>;
};

interface Import {
  /** A file of this project, from its root, or a package's name. */
  readonly target: string;
  readonly isLocal: boolean;
  /** Whether the import is gone when the code runs. */
  readonly isTypeOnly: boolean;
}

interface Source {
  readonly path: string;
  readonly text: string;
  readonly tree: ts.SourceFile;
  readonly imports: Import[];
}

const sources = filesUnder('src')
  .filter((path) => path.endsWith('.ts'))
  .map(readSource);

function filesUnder(folder: string): string[] {
  return filesOf(ROOT, folder);
}

/** The files of a folder, by their paths from another one above. */
function filesOf(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort();
}

function readSource(path: string): Source {
  const text = readFileSync(join(ROOT, path), 'utf8');
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const imports: Import[] = [];
  const note = (specifier: string, isTypeOnly: boolean): void => {
    // Which of its files `#connect`, or `#conversion`, leads to is for the build to say.
    const targets = specifier.startsWith('#')
      ? Object.values(ALIASES[specifier] ?? { none: specifier }).map((file) => file.replace(/^\.\//, ''))
      : undefined;
    const isLocal = targets !== undefined || specifier.startsWith('.');
    for (const target of targets ?? [isLocal ? locate(path, specifier) : packageOf(specifier)]) {
      imports.push({ target, isLocal, isTypeOnly });
    }
  };
  const visit = (node: ts.Node): void => {
    if (
      (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) &&
      node.moduleSpecifier !== undefined &&
      ts.isStringLiteral(node.moduleSpecifier)
    ) {
      note(node.moduleSpecifier.text, isErased(node));
    } else if (
      ts.isImportTypeNode(node) &&
      ts.isLiteralTypeNode(node.argument) &&
      ts.isStringLiteral(node.argument.literal)
    ) {
      note(node.argument.literal.text, true);
    } else if (
      ts.isCallExpression(node) &&
      ts.isStringLiteralLike(node.arguments[0] ?? node) &&
      (node.expression.kind === ts.SyntaxKind.ImportKeyword || node.expression.getText() === 'require')
    ) {
      note((node.arguments[0] as ts.StringLiteral).text, false);
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return { path, text, tree, imports };
}

function isErased(node: ts.ImportDeclaration | ts.ExportDeclaration): boolean {
  if (ts.isExportDeclaration(node)) {
    return node.isTypeOnly;
  }
  const clause = node.importClause;
  if (clause === undefined) {
    return false;
  }
  const named = clause.namedBindings;
  return (
    clause.isTypeOnly ||
    (clause.name === undefined &&
      named !== undefined &&
      ts.isNamedImports(named) &&
      named.elements.every(({ isTypeOnly }) => isTypeOnly))
  );
}

function locate(from: string, specifier: string): string {
  const bare = relative(ROOT, resolve(ROOT, dirname(from), specifier)).replaceAll('\\', '/');
  return (
    [bare, `${bare}.ts`, bare.replace(/\.js$/, '.ts'), `${bare}/index.ts`].find(
      (path) => /\.\w+$/.test(path) && existsSync(join(ROOT, path)),
    ) ?? bare
  );
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** The part of src that a file belongs to: its folder there, or its own name. */
function partOf(path: string): string {
  return (path.split('/')[1] ?? '').replace(/\.ts$/, '');
}

/** Each import of one source as a sentence, of those that break a law. */
function violations(breaks: (source: Source, imported: Import) => boolean): string[] {
  return sources.flatMap((source) =>
    source.imports
      .filter((imported) => breaks(source, imported))
      .map(({ target }) => `${source.path} imports ${target}`),
  );
}

describe('imports', () => {
  test('every local import leads to a file', () => {
    expect(violations((_source, { isLocal, target }) => isLocal && !existsSync(join(ROOT, target)))).toEqual([]);
  });

  test('go one way between the parts of src', () => {
    expect(sources.map(({ path }) => partOf(path)).filter((part) => MAY_IMPORT[part] === undefined)).toEqual([]);
    expect(
      violations(({ path }, { isLocal, target }) => {
        if (!isLocal || !target.startsWith('src/')) {
          return false;
        }
        const [from, to] = [partOf(path), partOf(target)];
        return from !== to && !MAY_IMPORT[from]!.includes(to);
      }),
    ).toEqual([]);
  });

  test('may go from no part back to it', () => {
    expect(findCycle(new Map(Object.entries(MAY_IMPORT)))).toBeUndefined();
  });

  test('of src reach nothing outside it', () => {
    expect(violations((_source, { isLocal, target }) => isLocal && !target.startsWith('src/'))).toEqual([]);
  });

  test('of Dynamoose and the AWS SDK are in store and dynamoose alone, and in what runs on a machine; values know the type of an attribute value', () => {
    expect(
      violations(
        ({ path }, { target, isTypeOnly }) =>
          /^(dynamoose|@aws-sdk\/|@smithy\/)/.test(target) &&
          !(isTypeOnly && partOf(path) === 'values') &&
          !['store', 'dynamoose', 'serverless', ...ON_MACHINES].includes(partOf(path)),
      ),
    ).toEqual([]);
  });

  test('of Lambda’s types are in http alone, and in what runs on a machine', () => {
    expect(
      violations(
        ({ path }, { target }) =>
          /^(@types\/)?aws-lambda$/.test(target) && !['http', ...ON_MACHINES].includes(partOf(path)),
      ),
    ).toEqual([]);
  });

  test('of packages name those that package.json has for running, and Node’s own', () => {
    const { dependencies, ...others } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Record<
      'dependencies' | 'peerDependencies' | 'optionalDependencies',
      Record<string, string>
    >;
    // Built into what is published.
    const known = {
      ...dependencies,
      ...others.peerDependencies,
      ...others.optionalDependencies,
      recheck: '',
      'openapi-typescript': '',
    } as Record<string, string | undefined>;
    expect(
      violations(
        (_source, { isLocal, isTypeOnly, target }) =>
          !isLocal && !isTypeOnly && !target.startsWith('node:') && known[target] === undefined,
      ),
    ).toEqual([]);
  });

  test('go one way between the rooms of store', () => {
    const rooms: Record<string, readonly string[]> = {
      client: ['layout'],
      layout: ['client', 'conversion'],
      conversion: ['layout'],
      query: ['client', 'layout'],
      write: ['client', 'layout', 'conversion', 'query'],
      migrate: ['client', 'layout', 'conversion', 'query', 'write'],
      verify: ['client', 'layout', 'conversion', 'write', 'migrate'],
    };
    const roomOf = (path: string): string => path.split('/')[2]!;
    expect(
      violations(
        ({ path }, { target }) =>
          [path, target].every((file) => file.startsWith('src/store/') && file.split('/').length > 3) &&
          roomOf(path) !== roomOf(target) &&
          !rooms[roomOf(path)]!.includes(roomOf(target)),
      ),
    ).toEqual([]);
  });

  test('make no cycle, those of types counted', () => {
    const graph = new Map(
      sources.map(({ path, imports }) => [path, imports.filter(({ isLocal }) => isLocal).map(({ target }) => target)]),
    );
    expect(findCycle(graph)).toBeUndefined();
  });
});

function findCycle(graph: ReadonlyMap<string, readonly string[]>): string | undefined {
  const done = new Set<string>();
  const visit = (path: string, way: readonly string[]): string | undefined => {
    if (way.includes(path)) {
      return [...way.slice(way.indexOf(path)), path].join(' → ');
    }
    if (done.has(path)) {
      return undefined;
    }
    for (const target of graph.get(path) ?? []) {
      const cycle = visit(target, [...way, path]);
      if (cycle !== undefined) {
        return cycle;
      }
    }
    done.add(path);
    return undefined;
  };
  return [...graph.keys()].map((path) => visit(path, [])).find((cycle) => cycle !== undefined);
}

test('a cycle of three files is found, a diamond is none', () => {
  expect(
    findCycle(
      new Map([
        ['a', ['b']],
        ['b', ['c']],
        ['c', ['a']],
      ]),
    ),
  ).toBe('a → b → c → a');
  expect(
    findCycle(
      new Map([
        ['a', ['b', 'c']],
        ['b', ['d']],
        ['c', ['d']],
        ['d', []],
      ]),
    ),
  ).toBeUndefined();
});

test('no source names a resource of an app', () => {
  const names = ['books', 'members', 'loans', 'librarian'];
  expect([...resources.keys()]).toEqual(expect.arrayContaining(names.slice(0, 3)));
  const word = new RegExp(`\\b(${names.join('|')})\\b`);
  const named = sources.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) => {
      // A member is also what JSON calls an attribute of an object (RFC 8259 §4); in a string or a path it would be the
      // collection.
      const found = word.exec(line.replace(/(?<![/'"`])\bmembers\b(?!['"`])/g, ''));
      return found === null ? [] : [`${path}:${index + 1} names ${found[1]}`];
    }),
  );
  expect(named).toEqual([]);
});

describe('the engine’s tests', () => {
  const texts = filesUnder('tests')
    .filter((path) => path.endsWith('.ts'))
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));

  test('import nothing of the app that is shipped', () => {
    const outside = texts.flatMap(({ path, text }) =>
      [...text.matchAll(/(?:from|import\(|require\(|import) ?'(\.[^']*)'/g)]
        .map(([, specifier = '']) => locate(path, specifier))
        .filter((target) => target.startsWith('..'))
        .map((target) => `${path} imports ${target}`),
    );
    expect(outside).toEqual([]);
  });

  test('say whose resources their clients are of, which would be the shipped ones', () => {
    const silent = texts.flatMap(({ path, text }) =>
      [...text.matchAll(/\bcreateClient\(/g)]
        .map(({ index }) => text.slice(index, endOf(text, index + 'createClient'.length)))
        .filter((call) => /^createClient\((\{|\))/.test(call) && !/\bresources\b|\.\.\./.test(call))
        .map((call) => `${path} has ${call}`),
    );
    expect(silent).toEqual([]);
  });
});

/** Where the bracket closes that opens at an index. */
function endOf(text: string, from: number): number {
  let depth = 0;
  for (let index = from; index < text.length; index++) {
    depth += Number('({['.includes(text[index]!)) - Number(')}]'.includes(text[index]!));
    if (depth === 0) {
      return index + 1;
    }
  }
  return text.length;
}

test('no folder or file is named utils, common, helpers or types', () => {
  // The files of JSON Schema's test suite have the names of its keywords.
  const paths = ['src', 'tests']
    .flatMap(filesUnder)
    .filter((path) => !path.startsWith('tests/json-schema-test-suite/'));
  expect(
    paths.filter((path) => path.split('/').some((part) => /^(utils?|common|helpers?|types?)(\.|$)/.test(part))),
  ).toEqual([]);
});

test('no source has a default export', () => {
  const isDefault = (node: ts.Node): boolean =>
    ts.isExportAssignment(node) ||
    (ts.canHaveModifiers(node) &&
      (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword)) ||
    (ts.isExportDeclaration(node) &&
      node.exportClause !== undefined &&
      ts.isNamedExports(node.exportClause) &&
      node.exportClause.elements.some(({ name }) => name.text === 'default'));
  // Jest wants these two.
  expect(sources.filter(({ tree }) => tree.statements.some(isDefault)).map(({ path }) => path)).toEqual([
    'src/testing/global-teardown.ts',
    'src/testing/global.ts',
  ]);
});

test('no source only re-exports but the faces of the package', () => {
  const isPassedOn = (node: ts.Statement): boolean => ts.isImportDeclaration(node) || ts.isExportDeclaration(node);
  expect(sources.filter(({ tree }) => tree.statements.every(isPassedOn)).map(({ path }) => path)).toEqual([
    'src/dynamoose/index.ts',
    'src/index.ts',
    'src/testing/index.ts',
  ]);
});

test('every source opens with one to three lines on what it is for', () => {
  const opening = /^(?:\/\/ \S.*\n){1,3}(?!\/\/)/;
  expect(sources.filter(({ text }) => !opening.test(text)).map(({ path }) => path)).toEqual([]);
});

test('every function and type that a source exports has a docstring', () => {
  const isExported = (node: ts.Statement): boolean =>
    ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
  const isFunction = ({ initializer }: ts.VariableDeclaration): boolean =>
    initializer !== undefined && (ts.isArrowFunction(initializer) || ts.isFunctionExpression(initializer));
  const isOwed = (node: ts.Statement): boolean =>
    ts.isFunctionDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    (ts.isVariableStatement(node) && node.declarationList.declarations.some(isFunction));
  const lacking = sources.flatMap(({ path, tree }) =>
    tree.statements
      .filter((node) => isExported(node) && isOwed(node) && ts.getJSDocCommentsAndTags(node).length === 0)
      .map((node) => `${path}: ${node.getText().split('\n')[0]}`),
  );
  expect(lacking).toEqual([]);
});

/** Pages speak of the engine's files by their paths in the engine, and of the app's by theirs. */
function isThere(path: string): boolean {
  return [APP, ENGINE].some((folder) => existsSync(join(folder, path)));
}

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...filesOf(APP, 'docs').filter((path) => path.endsWith('.md')),
].map((path) => ({ path, text: readFileSync(join(APP, path), 'utf8') }));

describe('docs', () => {
  test('every path that they name exists', () => {
    const missing = pages.flatMap(({ path, text }) =>
      [...text.matchAll(/(?<![\w./-])(?:src|docs|packages|tests|samples|\.ci)\/[\w./-]*/g)]
        .map(([named]) => named.replace(/\.+$/, ''))
        // Its examples are files that an app would have.
        .filter(
          (named) =>
            !isThere(named) &&
            !(path === 'docs/functions.md' && /^src\/(functions\/|messages\.ts)/.test(named)) &&
            !/^src\/subscribers\//.test(named),
        )
        .map((named) => `${path} names ${named}`),
    );
    expect(missing).toEqual([]);
  });

  test('every file of the root that they name exists', () => {
    const missing = pages.flatMap(({ path, text }) =>
      [...text.matchAll(/`([\w.-]+\.(?:md|yml|json|js|mjs))`/g)]
        .filter(([, named = '']) => !isThere(named))
        .map(([, named]) => `${path} names ${named}`),
    );
    expect(missing).toEqual([]);
  });

  test('every link within them leads to a file, and to a heading of it', () => {
    const missing = pages.flatMap(({ path, text }) =>
      [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/g)]
        .filter(([, file = '', anchor]) => {
          const target = file === '' ? path : join(dirname(path), file);
          return (
            !existsSync(join(APP, target)) ||
            (anchor !== undefined && !headings(readFileSync(join(APP, target), 'utf8')).includes(anchor))
          );
        })
        .map(([link]) => `${path} has ${link}`),
    );
    expect(missing).toEqual([]);
  });

  test('the source files of the way of a request are all in docs/architecture.md', () => {
    const text = readFileSync(join(APP, 'docs/architecture.md'), 'utf8');
    expect(
      filesUnder('src').filter((path) => /^src\/[a-z-]+\.ts$/.test(path) && !text.includes(basename(path))),
    ).toEqual([]);
    expect(
      filesUnder('src')
        .map((path) => path.split('/'))
        .filter((parts) => parts.length > 2)
        .map(([, folder]) => folder!)
        .filter((folder) => !text.includes(`${folder}/`)),
    ).toEqual([]);
  });

  test('every problem type has its section in docs/problems.md, in the order of the statuses, with its status and an example', () => {
    const text = readFileSync(join(APP, 'docs/problems.md'), 'utf8');
    expect(headings(text).slice(1)).toEqual(PROBLEM_TYPES);
    for (const section of text.split(/^## /m).slice(1)) {
      const type = section.slice(0, section.indexOf('\n')) as (typeof PROBLEM_TYPES)[number];
      const { status, title } = describeProblem(type);
      expect(section).toContain(`\n**${status}.** `);
      expect(section).toContain('\n**What to do:** ');
      const example = JSON.parse(/```json\n([^`]*)```/.exec(section)?.[1] ?? '{}') as { type: string };
      expect({ ...example, type: example.type.replace(/^.*#/, '') }).toMatchObject({ type, status, title });
    }
  });
});

/** The headings of a page as GitHub names them in links. */
function headings(text: string): string[] {
  return [...text.replace(/```[^`]*```/g, '').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .trim()
      .replace(/\s/g, '-'),
  );
}
