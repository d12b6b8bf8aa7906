// `npm start`: what a new user sees, that it leaves nothing behind however it ends, and what it says when it cannot.

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { answers, freePort } from '../../local/free-port';
import { copyProject, type ProjectCopy, type Start, startIn } from '../setup/project-copy';

jest.setTimeout(60_000);
const onLinux = process.platform === 'linux' ? test : test.skip; // elsewhere a test finds no processes

let project: ProjectCopy;
let started: Start | undefined;

beforeAll(() => {
  project = copyProject();
});
afterEach(async () => {
  started?.kill('SIGKILL');
  await gone();
});
afterAll(() => project.remove());

/** Whether all that was started ended, within the time that a guard gives it. */
async function gone(): Promise<boolean> {
  for (let i = 0; i < 60 && project.processes().length > 0; i += 1) await sleep(100);
  return project.processes().length === 0;
}

function start(environment: Record<string, string | undefined> = {}, by?: 'npm'): Start {
  started = startIn(project, { DATA_DIR: 'data', ...environment }, by);
  return started;
}

/** What a start says and how it ends when it cannot. */
async function refusal(environment: Record<string, string | undefined> = {}): Promise<{ said: string; code: unknown; left: boolean }> {
  const { ended, output } = start(environment);
  const code = await ended;
  return { said: output().trim(), code, left: !(await gone()) };
}

function databasePort(): number {
  return Number(readFileSync(join(project.directory, 'data', 'database-port'), 'utf8'));
}

describe('a start', () => {
  test('loads the sample data, serves the API, follows the source and stops at Ctrl-C', async () => {
    const port = await freePort();
    const url = `http://localhost:${port}`;
    const { printed, output, kill, ended } = start({ PORT: String(port) });
    await printed('Ctrl-C stops it');
    expect(output()).toContain('Loading sample data: 64 of 64');
    expect(output()).not.toMatch(/λ|│|Warning/);

    const tries = [...output().matchAll(/^ {2}(curl .*)$/gm)].map((line) => line[1] ?? '');
    expect(tries).toHaveLength(3);
    for (const line of tries) expect(execFileSync('sh', ['-c', `${line} -sSf`], { encoding: 'utf8' })).toContain('"title"');

    const books = join(project.directory, 'src', 'resources', 'books.ts');
    const source = readFileSync(books, 'utf8');
    writeFileSync(books, source.replace(/description: '[^']*'/, "description: 'Changed while it runs.'"));
    let seen = '';
    for (let i = 0; i < 50 && !seen.includes('Changed while it runs.'); i += 1) {
      await sleep(100);
      seen = await fetch(url).then(async (reply) => reply.text(), () => '');
    }
    writeFileSync(books, source);
    expect(seen).toContain('Changed while it runs.');

    const database = databasePort();
    kill('SIGINT');
    expect(await ended).toBe(0);
    expect(await gone()).toBe(true);
    expect(await answers(port)).toBe(false);
    expect(await answers(database)).toBe(false);
  });

  test('keeps the data, also where shards have changed, loads samples once, and ends when npm is killed', async () => {
    const file = join(project.directory, 'src/resources/books.ts');
    writeFileSync(file, readFileSync(file, 'utf8').replace("name: 'books',", "name: 'books', shards: 2,"));
    const port = await freePort();
    const { printed, output, kill } = start({ PORT: String(port) }, 'npm');
    await printed('Ctrl-C stops it');
    expect(output()).not.toContain('Loading sample data');
    expect(output()).toMatch(/^books: \d+ items have new keys\.$/m);
    const item = (await (await fetch(`http://localhost:${port}/books/moby-dick`)).json()) as { copies: number; version: number };
    expect(item).toMatchObject({ copies: 4, version: 3 }); // as a loan and the line to try left it

    const other = startIn(project, { DATA_DIR: 'data', PORT: String(await freePort()) });
    expect(await other.ended).toBe(1);
    expect(other.output()).toMatch(/^Another npm start is using the data in .*: stop it first, or set DATA_DIR to another directory for this one\.\n$/);

    kill('SIGKILL');
    expect(await gone()).toBe(true);
    expect(await answers(port)).toBe(false);
  });

  onLinux.each([
    ['the database dies', /^[^\0]*(java|dynoxide)\0/],
    ['the guard of the database is killed', /guard\.cjs\0\d+\0[^\0]*(java|dynoxide)\0/],
  ])('ends with one sentence when %s', async (_case, command) => {
    const { printed, output, ended } = start({ PORT: String(await freePort()) });
    await printed('Ctrl-C stops it');
    const database = databasePort();
    for (const pid of project.processes()) {
      if (command.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'))) process.kill(pid, 'SIGKILL');
    }
    expect(await ended).toBe(1);
    expect(output()).toMatch(/\nThe database stopped by itself \(exit code \d+.*\): start again\.\n$/);
    expect(await gone()).toBe(true);
    expect(await answers(database)).toBe(false);
  });

  test('uses the engine at DYNAMODB_ENDPOINT, and leaves nothing when it is killed itself', async () => {
    const port = await freePort();
    const { printed, output, kill } = start({
      PORT: String(port),
      DATA_DIR: 'elsewhere',
      DYNAMODB_ENDPOINT: process.env.AWS_ENDPOINT_URL_DYNAMODB,
      TABLE_NAME: `start-${port}`,
      AWS_ACCESS_KEY_ID: 'start',
      AWS_SECRET_ACCESS_KEY: 'start',
    });
    await printed('Ctrl-C stops it');
    expect(output()).toContain('Loading sample data: 64 of 64');
    expect(output()).toContain('books/moby-dick');
    kill('SIGKILL');
    expect(await gone()).toBe(true);
    expect(await answers(port)).toBe(false);
  });
});

describe('a start that cannot says why in one sentence, and stops everything', () => {
  test('port taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.on('listening', resolve));
    const { port } = server.address() as { port: number };
    expect(await refusal({ PORT: String(port) })).toEqual({
      said: `Port ${port} is taken by another program: stop that one, or choose another port, as in PORT=${port + 1} npm start.`,
      code: 1,
      left: false,
    });
    server.close();
  });

  test('a PORT or SAMPLE_DATA that makes no sense', async () => {
    expect((await refusal({ PORT: 'http' })).said).toBe('PORT is "http": set it to a number from 1 to 65535, or unset it for 3000.');
    expect((await refusal({ SAMPLE_DATA: 'no' })).said).toBe('SAMPLE_DATA is "no": set it to "off", or unset it to have sample data.');
  });

  test('no Java', async () => {
    const bin = join(project.directory, 'bin');
    mkdirSync(bin);
    symlinkSync(process.execPath, join(bin, 'node'));
    const environment = { PORT: String(await freePort()), PATH: bin, JAVA_HOME: '' };
    expect(await refusal({ ...environment, DYNAMODB_ENGINE: 'java' })).toEqual({
      said: 'Java was not found, and the local database needs 17 or newer: install one (for example from https://adoptium.net) and put it on the PATH, or set DYNAMODB_ENDPOINT to an engine that runs already.',
      code: 1,
      left: false,
    });
    writeFileSync(join(bin, 'java'), '#!/bin/sh\necho \'openjdk version "11.0.2"\' >&2\n', { mode: 0o755 });
    expect((await refusal({ ...environment, PATH: `${bin}:/bin:/usr/bin`, DYNAMODB_ENGINE: 'java' })).said).toMatch(/^The Java found is version 11, and/);
  });

  test('nothing at DYNAMODB_ENDPOINT', async () => {
    const endpoint = `http://127.0.0.1:${await freePort()}`;
    expect(await refusal({ PORT: String(await freePort()), DYNAMODB_ENDPOINT: endpoint })).toEqual({
      said: `Nothing answers at DYNAMODB_ENDPOINT (${endpoint}): start that database, or unset the variable to have one started.`,
      code: 1,
      left: false,
    });
  });

  describe('broken files', () => {
    const broken = { file: '', text: '' };
    function breakFile(file: string, change: (text: string) => string): void {
      broken.file = join(project.directory, file);
      broken.text = readFileSync(broken.file, 'utf8');
      writeFileSync(broken.file, change(broken.text));
    }
    afterEach(() => writeFileSync(broken.file, broken.text));

    test.each<[string, string, (text: string) => string, RegExp]>([
      ['YAML', 'serverless.yml', (text) => `${text}\n]`, /^serverless\.yml is not valid YAML \(.*\): correct it and start again\.$/],
      [
        'no table',
        'serverless.yml',
        (text) => text.replace('AWS::DynamoDB::Table', 'AWS::S3::Bucket'),
        /^The table in serverless\.yml, resources\.Resources\.Table, is missing .*: correct it and start again\.$/,
      ],
      [
        'a table that the database refuses',
        'serverless.yml',
        (text) => text.replace('- { AttributeName: gsi1pk, AttributeType: S }', ''),
        /^The table in serverless\.yml, resources\.Resources\.Table, was refused by the database \(.*\): correct it and start again\.$/,
      ],
      [
        'functions that serverless does not understand',
        'serverless.yml',
        (text) => text.replace('handler: src/entries/read', 'handle: src/entries/read'),
        /^serverless-offline could not start the API \(.*\): correct serverless\.yml and start again\.$/,
      ],
      [
        'source that does not compile',
        'src/config.ts',
        (text) => `${text}\nexport const = 1;\n`,
        /^The source does not compile \(src\/config\.ts:\d+:\d+: .*\): correct it and start again\.$/,
      ],
      ['source that throws when it is loaded', 'src/functions.ts', (text) => `${text}\nthrow new Error('Mistaken.');\n`, /^The API does not start: Mistaken\.$/],
    ])('%s', async (_case, file, change, sentence) => {
      breakFile(file, change);
      rmSync(join(project.directory, 'fresh'), { recursive: true, force: true });
      const { said, code, left } = await refusal({ PORT: String(await freePort()), DATA_DIR: 'fresh' });
      expect(said).toMatch(sentence);
      expect(said.split('\n')).toHaveLength(1);
      expect({ code, left }).toEqual({ code: 1, left: false });
    });
  });

  test('a table made by another serverless.yml', async () => {
    const file = join(project.directory, 'serverless.yml');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace(/( +KeySchema:\n.*gsi1pk.*\n).*gsi1sk.*\n/, '$1').replace('- { AttributeName: gsi1sk, AttributeType: S }', ''));
    const { said, code, left } = await refusal({ PORT: String(await freePort()) });
    writeFileSync(file, text);
    expect(said).toMatch(/^The local table dynashelf-local is not the one that serverless\.yml now declares \(the key of its index gsi1 differs\): delete the directory .*data, local data with it, and start again\.$/);
    expect({ code, left }).toEqual({ code: 1, left: false });
  });
});
