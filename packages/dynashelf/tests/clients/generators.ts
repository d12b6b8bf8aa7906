// The generators that are tried, each with what it needs of the machine, and how its client is made, built and run.

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

import { APP } from '../setup/places';
import { FETCH, TYPES } from './typescript';

const OPENAPI_GENERATOR = '7.25.0';
const OPENAPI_PYTHON_CLIENT = '0.29.1';

const PROGRAMS = join(__dirname, 'programs');

/** What the clients of one API are made of and run with. */
export interface Trial {
  /** A folder of the client's own. */
  readonly folder: string;
  /** The file of the description. */
  readonly description: string;
  /** The collection; the programs are written for \`books\`. */
  readonly collection: string;
  readonly environment: NodeJS.ProcessEnv;
}

export interface Generator {
  readonly name: string;
  /** Its version, and those of what its client runs on. */
  versions(): string;
  /** What it needs that is not there; undefined where nothing is missing. */
  missing(): string | undefined;
  /** Makes and builds the client and the program, and gives what the program prints. */
  run(trial: Trial): string;
}

const java = (): string | undefined => lacks('java', ['-version'], 'Java 17 or later') ?? lacks('mvn', ['-v'], 'Maven');
/** What a program in Python needs that is not there. */
export const python = (): string | undefined => lacks('python3', ['-c', 'import venv'], 'Python 3 with venv');

export const GENERATORS: readonly Generator[] = [
  {
    name: 'openapi-generator python',
    versions: () => `${OPENAPI_GENERATOR}, ${version('python3', '--version')}`,
    missing: () => java() ?? python(),
    run({ folder, description, collection, environment }) {
      generate('python', folder, description);
      const interpreter = environmentOf(folder, ['-r', join(folder, 'requirements.txt')]);
      return execute(interpreter, [program(folder, 'openapi_generator.py', collection)], folder, environment);
    },
  },
  {
    name: 'openapi-generator java',
    versions: () => `${OPENAPI_GENERATOR}, ${version('java', '--version')}`,
    missing: java,
    run({ folder, description, collection, environment }) {
      generate(
        'java',
        folder,
        description,
        'library=native,useSingleRequestParameter=true,containerDefaultToNull=true',
      );
      program(join(folder, 'src/main/java/org/openapitools/client'), 'Program.java', collection);
      execute(
        'mvn',
        ['-q', '-B', '-DskipTests', 'compile', 'dependency:build-classpath', '-Dmdep.outputFile=classpath'],
        folder,
      );
      const classes = [join(folder, 'target/classes'), readFileSync(join(folder, 'classpath'), 'utf8').trim()].join(
        process.platform === 'win32' ? ';' : ':',
      );
      return execute('java', ['-cp', classes, 'org.openapitools.client.Program'], folder, environment);
    },
  },
  {
    name: 'openapi-generator go',
    versions: () => `${OPENAPI_GENERATOR}, ${version('go', 'version')}`,
    missing: () => java() ?? lacks('go', ['version'], 'Go'),
    run({ folder, description, collection, environment }) {
      generate(
        'go',
        join(folder, 'generated'),
        description,
        'packageName=generated,isGoSubmodule=false,generateInterfaces=false',
        ['--git-host', 'example.org', '--git-user-id', '', '--git-repo-id', 'generated'],
      );
      writeFileSync(join(folder, 'generated/go.mod'), 'module example.org/generated\n\ngo 1.23\n');
      writeFileSync(
        join(folder, 'go.mod'),
        'module example.org/program\n\ngo 1.23\n\nrequire example.org/generated v0.0.0\n\nreplace example.org/generated => ./generated\n',
      );
      program(folder, 'main.go', collection);
      execute('go', ['vet', '.', 'example.org/generated'], folder);
      return execute('go', ['run', '.'], folder, environment);
    },
  },
  {
    name: 'openapi-generator typescript-fetch',
    versions: () => `${OPENAPI_GENERATOR}, Node ${process.version}`,
    missing: java,
    run({ folder, description, collection, environment }) {
      generate('typescript-fetch', join(folder, 'generated'), description);
      return typescript(folder, FETCH, collection, environment, false);
    },
  },
  {
    name: 'openapi-python-client',
    versions: () => `${OPENAPI_PYTHON_CLIENT}, ${version('python3', '--version')}`,
    missing: python,
    run({ folder, description, collection, environment }) {
      const interpreter = environmentOf(folder, [`openapi-python-client==${OPENAPI_PYTHON_CLIENT}`, 'ruff']);
      execute(
        interpreter,
        [
          '-m',
          'openapi_python_client',
          'generate',
          '--path',
          description,
          '--output-path',
          join(folder, 'generated'),
          '--meta',
          'none',
        ],
        folder,
      );
      return execute(interpreter, [program(folder, 'openapi_python_client.py', collection)], folder, environment);
    },
  },
  {
    name: 'openapi-typescript',
    versions: () =>
      `${versionOf('openapi-typescript')}, openapi-fetch ${versionOf('openapi-fetch')}, Node ${process.version}`,
    missing: () => undefined,
    run({ folder, description, collection, environment }) {
      execute(
        process.execPath,
        [join(APP, 'node_modules/openapi-typescript/bin/cli.js'), description, '--output', join(folder, 'api.ts')],
        folder,
      );
      return typescript(folder, TYPES, collection, environment, true);
    },
  },
];

/** Runs openapi-generator, out of Maven Central. */
function generate(language: string, folder: string, description: string, properties = '', more: string[] = []): void {
  const group = 'org/openapitools/openapi-generator-cli';
  const jar = join(
    homedir(),
    '.m2/repository',
    group,
    OPENAPI_GENERATOR,
    `openapi-generator-cli-${OPENAPI_GENERATOR}.jar`,
  );
  execute(
    'mvn',
    [
      '-q',
      '-B',
      'dependency:get',
      `-Dartifact=org.openapitools:openapi-generator-cli:${OPENAPI_GENERATOR}`,
      '-Dtransitive=false',
    ],
    APP,
  );
  execute(
    'java',
    [
      '-jar',
      jar,
      'generate',
      '-g',
      language,
      '-i',
      description,
      '-o',
      folder,
      '--global-property',
      'apiTests=false,modelTests=false,apiDocs=false,modelDocs=false',
      ...(properties === '' ? [] : [`--additional-properties=${properties}`]),
      ...more,
    ],
    APP,
  );
}

/** A Python of its own with packages of PyPI. */
export function environmentOf(folder: string, packages: string[]): string {
  execute('python3', ['-m', 'venv', join(folder, 'venv')], folder);
  const interpreter = join(folder, 'venv', process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  execute(interpreter, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages], folder);
  return interpreter;
}

/** Compiles a program strictly, and runs it. */
function typescript(
  folder: string,
  source: string,
  collection: string,
  environment: NodeJS.ProcessEnv,
  exactOptionalPropertyTypes: boolean,
): string {
  symlinkSync(join(APP, 'node_modules'), join(folder, 'node_modules'), 'junction');
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
  writeFileSync(join(folder, 'program.ts'), named(source, collection));
  const compilerOptions = {
    noEmit: true,
    strict: true,
    exactOptionalPropertyTypes,
    target: 'es2022',
    module: 'esnext',
    moduleResolution: 'bundler',
    skipLibCheck: true,
    lib: ['es2022', 'dom', 'dom.iterable'],
    types: ['node'],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['program.ts'] }));
  execute(process.execPath, [join(APP, 'node_modules/typescript/bin/tsc'), '-p', folder], folder);
  return execute(process.execPath, ['--import', 'tsx', join(folder, 'program.ts')], folder, environment);
}

/** The path of a program. */
export function programs(file: string): string {
  return join(PROGRAMS, file);
}

/** A program written for the collection of a trial; its path. */
function program(folder: string, file: string, collection: string): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, file);
  cpSync(join(PROGRAMS, file), path);
  writeFileSync(path, named(readFileSync(path, 'utf8'), collection));
  return path;
}

function named(source: string, collection: string): string {
  return source
    .replaceAll('book', collection.slice(0, -1))
    .replaceAll('Book', `${collection[0]!.toUpperCase()}${collection.slice(1, -1)}`);
}

/** @throws Error with what the command printed, where it fails */
export function execute(command: string, values: string[], cwd: string, environment: NodeJS.ProcessEnv = {}): string {
  const { status, stdout, stderr, error } = spawnSync(command, values, {
    cwd,
    env: { ...process.env, ...environment },
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (status !== 0) {
    throw new Error(
      `${command} ${values.slice(0, 4).join(' ')} failed: ${error?.message ?? ''}\n${`${stdout}\n${stderr}`.trim().slice(-4000)}`,
    );
  }
  return stdout;
}

function lacks(command: string, values: string[], what: string): string | undefined {
  return spawnSync(command, values).status === 0 ? undefined : `${what} is not here`;
}

function version(command: string, option: string): string {
  return spawnSync(command, [option], { encoding: 'utf8' }).stdout.split('\n')[0]!.trim();
}

function versionOf(name: string): string {
  return (JSON.parse(readFileSync(join(APP, 'node_modules', name, 'package.json'), 'utf8')) as { version: string })
    .version;
}
