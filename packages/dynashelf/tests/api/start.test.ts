// `npm start`: what a new user sees, that it follows the source and keeps the data, that it leaves nothing behind
// however it ends, and what it says when it cannot. A start takes seconds, so one is asked many things.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { answers, freePort } from '../../src/local/free-port';
import { copyProject, type ProjectCopy, type Start, startIn } from '../setup/project-copy';

let project: ProjectCopy;
let started: Start;
let port: number;
let url: string;
/** The book that the lines to try are about. */
let changed: string;

beforeAll(() => {
  project = copyProject();
});
afterAll(async () => {
  started?.kill('SIGKILL');
  await gone();
  project.remove();
});

/** Whether all that was started ended, however busy the machine is. */
async function gone(): Promise<boolean> {
  const until = Date.now() + 60_000;
  while (project.processes().length > 0 && Date.now() < until) {
    await sleep(100);
  }
  return project.processes().length === 0;
}

async function begin(by?: 'npm'): Promise<void> {
  port = await freePort();
  url = `http://localhost:${port}`;
  started = startIn(project, { DATA_DIR: 'data', PORT: String(port) }, by);
}

async function get(
  path: string,
): Promise<{ status: number; body: Record<string, unknown> & { items?: Record<string, unknown>[] } }> {
  const reply = await fetch(url + path);
  return { status: reply.status, body: (await reply.json()) as Record<string, unknown> };
}

const path = (file: string): string => join(project.directory, file);
const BOOKS = 'src/resources/books.ts';

/** Saves a file with something in it replaced, which has to be there; how it was before. */
function change(file: string, from: string | RegExp, to: string): string {
  const before = readFileSync(path(file), 'utf8');
  const after = before.replace(from, to);
  expect(after).not.toBe(before);
  writeFileSync(path(file), after);
  return before;
}

function databasePort(): number {
  return Number(readFileSync(path('data/database-port'), 'utf8'));
}

describe('the first start', () => {
  let early: Awaited<ReturnType<typeof get>>;

  test('of two at once one serves and the other is refused; a request before the sample data is there waits for it', async () => {
    writeFileSync(path('samples/bokos.json'), '[]');
    await begin('npm');
    const both = [started, startIn(project, { DATA_DIR: 'data', PORT: String(port) }, 'npm')];
    while (!(await answers(port))) {
      await sleep(20);
    }
    const waiting = get('/books?limit=100');
    const [loser, code] = await Promise.race(both.map(async (one) => [one, await one.ended] as const));
    started = both.find((one) => one !== loser)!;
    expect(code).toBe(1);
    expect(loser.output()).toMatch(
      /^Another npm start is using the data in .*: stop it first, or set DATA_DIR to another directory for this one\.$/m,
    );

    early = await waiting;
    await started.printed('Ctrl-C stops it');
    expect(early.status).toBe(200);
    expect(early.body.items).toHaveLength(
      (JSON.parse(readFileSync(path('samples/books.json'), 'utf8')) as unknown[]).length,
    );
  });

  test('large answers are compressed as where it is deployed, by the functions and once', async () => {
    for (const one of ['/openapi.json', '/docs/rapidoc.js', '/books?limit=100']) {
      const at = `http://localhost:${port}${one}`;
      const [zipped, plain] = await Promise.all(
        ['gzip', 'identity'].map(async (coding) => fetch(at, { headers: { 'Accept-Encoding': coding } })),
      );
      expect([zipped!.headers.get('content-encoding'), plain!.headers.get('content-encoding')]).toEqual(['gzip', null]);
      expect(zipped!.headers.get('etag')).toBe(plain!.headers.get('etag')!.replace(/^("[^"]*)"$/, '$1+gzip"'));
      expect(zipped!.headers.get('vary')).toMatch(/^Accept, Accept-Encoding/);
      expect(await zipped!.text()).toBe(await plain!.text());
      expect(
        (await fetch(at, { headers: { 'Accept-Encoding': 'gzip', 'If-None-Match': zipped!.headers.get('etag')! } }))
          .status,
      ).toBe(304);
    }
  });

  test('says that access is open, what is loaded and what is not, and three lines to try, which work', () => {
    expect(started.output()).toContain(
      'Access is open: whoever reaches this port may read and change everything. To serve by the rules of the resource files: ACCESS=rules npm start\n',
    );
    expect(started.output()).toContain('Loading sample data: 64 of 64\n');
    expect(started.output()).toContain(
      'samples/bokos.json is not loaded, for src/resources/index.ts lists no collection "bokos"',
    );
    expect(started.output()).not.toMatch(/λ|│|Warning/);

    const tries = [...started.output().matchAll(/^ {2}(curl .*)$/gm)].map((line) => line[1] ?? '');
    expect(tries).toHaveLength(3);
    for (const line of tries) {
      expect(execFileSync('sh', ['-c', `${line} -sSf`], { encoding: 'utf8' })).toContain('"title"');
    }
    [changed] = /\/books\/[\w-]+/.exec(tries[2]!)!;
  });

  test('lets everyone do everything, whatever the token says, but no page of another origin', async () => {
    const ask = async (method: string, headers: Record<string, string>): Promise<Response> =>
      fetch(`${url}/members/grace`, {
        method,
        headers: { 'Content-Type': 'application/json', ...headers },
        ...(method === 'PUT' && { body: JSON.stringify({ name: 'Grace Hopper', email: 'grace@example.org' }) }),
      });
    expect((await ask('PUT', { Authorization: 'Bearer nonsense', constructor: 'x' })).status).toBe(201);
    expect((await ask('DELETE', { Origin: 'https://evil.example' })).status).toBe(403);
    const read = await ask('GET', { Origin: 'https://evil.example' });
    expect([
      read.status,
      read.headers.get('access-control-allow-origin'),
      read.headers.get('access-control-allow-credentials'),
    ]).toEqual([200, null, null]);
    const preflight = await fetch(`${url}/members/grace`, {
      method: 'OPTIONS',
      headers: { Origin: 'http://localhost:5173', 'Access-Control-Request-Method': 'DELETE' },
    });
    expect([
      preflight.status,
      preflight.headers.get('allow'),
      preflight.headers.get('access-control-allow-origin'),
    ]).toEqual([204, 'GET, PUT, PATCH, DELETE, HEAD, OPTIONS', '*']);
    expect((await ask('DELETE', { Origin: 'http://localhost:5173' })).status).toBe(204);
  });

  test('a body that is not UTF-8 is refused', async () => {
    const reply = await fetch(`${url}/books`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: Buffer.from('{"title":"caf\xe9","author":"b"}', 'latin1'),
    });
    expect([reply.status, await reply.json()]).toEqual([
      400,
      expect.objectContaining({ type: '/docs#malformed-request' }),
    ]);
  });

  test('follows the source and says so in a line, and what in it does nothing', async () => {
    change(BOOKS, /description: '[^']*'/, "description: 'Changed while it runs.'");
    await started.printed('Reloaded src/resources/books.ts.');
    expect(JSON.stringify(await get('/'))).toContain('Changed while it runs.');
    change(BOOKS, "    checkout: { role: 'librarian' },\n", '');
    await started.printed(
      'src/resources/books.ts: nobody may carry out the action "checkout" where access goes by rules, for access does not speak of it: add it there.',
    );
  });

  test.each([
    [
      'a word that there is not',
      'maxLength: 300',
      'maxLenght: 300',
      /src\/resources\/books\.ts: attribute "title" has an unknown keyword "maxLenght"\. Did you mean "maxLength"\?/,
    ],
    [
      'no TypeScript',
      'export const books',
      'export const = books',
      /The source does not compile \(src\/resources\/books\.ts:\d+:\d+: Expected identifier but found "="\): correct it\./,
    ],
    [
      'source that fails as a function',
      'export const books',
      "if (process.env['IS_OFFLINE'] === 'true') throw new Error('Only as a function.');\nexport const books",
      /The API does not start: Only as a function\./,
    ],
    [
      'a program that fails',
      'export const books',
      'export const none = (undefined as unknown as string[])[0]!.length;\nexport const books',
      /Cannot read properties of undefined \(reading '0'\) \(src\/resources\/books\.ts:\d+:\d+\)/,
    ],
  ])(
    'a mistake saved meanwhile is said as its sentence, and answered with until it is mended: %s',
    async (_what, from, to, sentence) => {
      const printed = started.output().length;
      const before = change(BOOKS, from, to);
      while (!sentence.test(started.output().slice(printed))) {
        await sleep(20);
      }
      for (const line of ['/books/moby-dick', '/health', '/nothing']) {
        expect(await get(line)).toMatchObject({
          status: 500,
          body: { type: '/docs#internal', detail: expect.stringMatching(sentence) as string },
        });
      }
      expect(started.output()).not.toMatch(/^ +at /m);
      const mended = started.output().length;
      writeFileSync(path(BOOKS), before);
      while (!started.output().slice(mended).includes('Reloaded')) {
        await sleep(20);
      }
      expect((await get('/books/moby-dick')).status).toBe(200);
    },
  );

  test('an index that is added is filled before its lists are answered: never 200 with nothing', async () => {
    const printed = started.output().length;
    change(BOOKS, '  indexes: {\n', "  indexes: {\n    byLent: { sort: 'lent' },\n");
    const seen = new Set<string>();
    while (!started.output().slice(printed).includes('items have new keys.') || !seen.has('200: 1 item')) {
      const { status, body } = await get('/books?sort=-lent&limit=1');
      seen.add(`${status}: ${body.items?.length ?? 'no'} item`);
    }
    expect([...seen].filter((one) => one !== '400: no item')).toEqual(['200: 1 item']);
    expect(started.output()).toMatch(/^books: \d+ items have new keys\.$/m);
  });

  test('is built in a folder of its own, which packaging does not clear away', () => {
    expect(existsSync(path('.dynamodb/build'))).toBe(true);
    expect(existsSync(path('.serverless'))).toBe(false);
  });

  test('ends when npm is killed, and all that it started', async () => {
    const database = databasePort();
    started.kill('SIGKILL');
    expect(await gone()).toBe(true);
    expect(await answers(port)).toBe(false);
    expect(await answers(database)).toBe(false);
  });
});

describe('the next start', () => {
  test('keeps the data, also where shards have changed, and loads of the sample data what is new', async () => {
    change(BOOKS, "name: 'books',", "name: 'books', shards: 2,");
    writeFileSync(
      path('src/resources/notes.ts'),
      "import { defineResource } from 'dynashelf';\n\nexport const notes = defineResource({ name: 'notes', description: 'Notes.', schema: { of: { type: String, references: 'notes' } } });\n",
    );
    change(
      'src/resources/index.ts',
      'export const resources',
      "import { notes } from './notes';\n\nexport const resources",
    );
    change('src/resources/index.ts', 'members)', 'members, notes)');
    writeFileSync(path('samples/notes.json'), JSON.stringify([{ id: 'answer', of: 'question' }, { id: 'question' }]));
    await begin();
    await started.printed('Ctrl-C stops it');
    expect(started.output()).toContain('Loading sample data: 2 of 2');
    expect(started.output()).toMatch(/^books: \d+ items have new keys\.$/m);
    expect(await get(changed)).toMatchObject({ status: 200, body: { title: 'Moby-Dick', version: 2 } }); // as the line to try left it
    expect(await get('/notes/answer')).toMatchObject({ status: 200, body: { of: 'question' } });
  });

  test('stops at Ctrl-C, and all that it started', async () => {
    const database = databasePort();
    started.kill('SIGINT');
    expect(await started.ended).toBe(0);
    expect(await gone()).toBe(true);
    expect(await answers(port)).toBe(false);
    expect(await answers(database)).toBe(false);
  });
});

describe('a start that cannot says why in one sentence, and stops everything', () => {
  /** What a start says and how it ends when it cannot; on the database of the tests, which is there already. */
  async function refusal(
    environment: Record<string, string> = {},
  ): Promise<{ said: string; code: unknown; left: boolean }> {
    started = startIn(project, {
      DATA_DIR: 'fresh',
      PORT: String(await freePort()),
      SAMPLE_DATA: 'off',
      DYNAMODB_ENDPOINT: process.env['AWS_ENDPOINT_URL_DYNAMODB'],
      TABLE_NAME: `${process.env['TABLE_NAME']}-start`,
      AWS_ACCESS_KEY_ID: 'start',
      AWS_SECRET_ACCESS_KEY: 'start',
      ...environment,
    });
    const code = await started.ended;
    return { said: started.output().trim(), code, left: !(await gone()) };
  }

  test('what makes no sense in the environment', async () => {
    expect(await refusal({ PORT: 'http' })).toEqual({
      said: 'PORT is "http": set it to a number from 1 to 65535, or unset it for 3000.',
      code: 1,
      left: false,
    });
  });

  test('a port that is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.on('listening', resolve));
    const { port: taken } = server.address() as { port: number };
    expect(await refusal({ PORT: String(taken) })).toEqual({
      said: `Port ${taken} is taken by another program: stop that one, or choose another port, as in PORT=${taken + 1} npm start.`,
      code: 1,
      left: false,
    });
    server.close();
  });

  test.each<[string, string, string | RegExp, string, RegExp]>([
    [
      'YAML',
      'serverless.yml',
      /$/,
      '\n]',
      /^serverless-offline could not start the API \(.*\): correct serverless\.yml and start again\.$/,
    ],
    [
      'functions that serverless does not understand',
      'serverless.yml',
      'handler: src/functions/read',
      'handle: src/functions/read',
      /^serverless-offline could not start the API \(.*\): correct serverless\.yml and start again\.$/,
    ],
    [
      'source that does not compile',
      'src/functions/write.ts',
      /$/,
      '\nexport const = 1;\n',
      /^The source does not compile \(src\/functions\/write\.ts:\d+:\d+: .*\): correct it and start again\.$/,
    ],
    [
      'source that throws when it is loaded',
      'src/functions/describe.ts',
      /$/,
      "\nthrow new Error('Mistaken.');\n",
      /^The API does not start: Mistaken\.$/,
    ],
  ])('%s', async (_case, file, from, to, sentence) => {
    mkdirSync(path('fresh'), { recursive: true });
    const before = change(file, from, to);
    const { said, code, left } = await refusal();
    writeFileSync(path(file), before);
    expect(said).toMatch(sentence);
    expect(said.split('\n')).toHaveLength(1);
    expect({ code, left }).toEqual({ code: 1, left: false });
  });

  test('an environment that the functions refuse', async () => {
    expect((await refusal({ ACCESS: 'rules', TOKEN_ISSUER: 'https://login.example' })).said).toBe(
      'The API does not start: The environment variable TOKEN_AUDIENCE is not set, so tokens that TOKEN_ISSUER makes for others would be taken too: set it to the audience, or client id, of this API; several are separated by commas.',
    );
  });
});
