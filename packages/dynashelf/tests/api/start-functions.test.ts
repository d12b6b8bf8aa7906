// Functions of an app's own at `npm start`, and by `dynashelf call`.

import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { addFunction } from '../../src/local/add-function';
import { freePort } from '../../src/local/free-port';
import { commandWords } from '../setup/places';
import { copyProject, startIn, type ProjectCopy, type Start } from '../setup/project-copy';

let project: ProjectCopy;
let started: Start;
let url: string;

/** Writes a function. */
function give(name: string, keywords: string): void {
  writeFileSync(
    join(project.directory, `src/functions/${name}.ts`),
    `import { defineFunction } from 'dynashelf/lambda';\nimport { resources } from '../resources/index';\nimport { tidied } from '../messages';\nexport const handler = defineFunction({ resources }, { ${keywords} });\n`,
  );
}

/** What `dynashelf call …` says, and how it ends. */
async function call(...words: string[]): Promise<{ code: number; out: string; error: string }> {
  const [command, ...args] = [process.execPath, ...commandWords('call'), ...words];
  const env = { ...process.env, DATA_DIR: 'data', ACCESS: '', TABLE_NAME: '', AWS_ENDPOINT_URL_DYNAMODB: '' };
  return new Promise((resolve) =>
    execFile(command, args, { cwd: project.directory, env }, (error, out, said) =>
      resolve({ code: Number(error?.code ?? 0), out, error: said }),
    ),
  );
}

beforeAll(async () => {
  project = copyProject();
  writeFileSync(
    join(project.directory, 'src/messages.ts'),
    "import { defineMessage } from 'dynashelf';\nexport const tidied = defineMessage({ name: 'tidied', description: 'It was.', body: { book: { type: String, required: true } } });\n",
  );
  for (const name of ['count', 'yearly', 'hook', 'tidy', 'told', 'publish']) {
    addFunction(project.directory, name);
  }
  give(
    'hook',
    "route: 'POST /hooks/one', access: 'public', body: 'raw', query: { n: Number }, description: 'Takes bytes.', run: ({ body, query, request, caller }) => ({ body: { bytes: [...body], n: query.n, header: request.headers['x-one'], by: caller.subject } })",
  );
  give(
    'count',
    "description: 'Counts books by an author.', body: { author: { type: String, required: true } }, reads: ['books'], async run({ api, body }) { let count = 0; for await (const _ of api.books.list({ author: body.author })) count++; return { body: { count } }; }",
  );
  give(
    'yearly',
    "route: 'GET /reports/{year}', access: 'public', params: { year: { type: Number, integer: true } }, description: 'Says a year.', run: ({ params }) => ({ body: { next: params.year + 1 } })",
  );
  give(
    'tidy',
    "schedule: 'rate(1 day)', description: 'Makes a book.', writes: ['books'], async run({ api, now }) { await api.transaction([{ replace: 'books', id: 'tidied', item: { title: now.toISOString(), author: 'tidy' } }, { send: tidied, body: { book: 'tidied' } }]); }",
  );
  give(
    'told',
    "message: tidied, description: 'Notes it.', writes: ['books'], async run({ api, body }) { await api.books.patch(body.book, { pages: 7 }); }",
  );
  const port = await freePort();
  url = `http://localhost:${port}`;
  started = startIn(project, { DATA_DIR: 'data', PORT: String(port) });
  await started.printed('Ctrl-C stops it');
});
afterAll(async () => {
  started?.kill('SIGTERM');
  await started?.ended;
  project.remove();
});

test('a route is served, and described, with the bytes as they came', async () => {
  const answer = await fetch(`${url}/hooks/one?n=2`, {
    method: 'POST',
    body: new Uint8Array([0, 255]),
    headers: { 'X-One': '1' },
  });
  expect([answer.status, await answer.json()]).toEqual([200, { bytes: [0, 255], n: 2, header: '1', by: 'local' }]);
  expect((await fetch(`${url}/hooks/one`)).status).toBe(405);
  expect((await fetch(`${url}/hooks/one`, { method: 'OPTIONS' })).headers.get('allow')).toBe('POST, OPTIONS');
  const { paths } = (await (await fetch(`${url}/openapi.json`)).json()) as { paths: object };
  expect(paths).toHaveProperty(['/hooks/one']);
});

test('so is one with a variable, which dynashelf call is given by --param', async () => {
  expect(await (await fetch(`${url}/reports/2026`)).json()).toEqual({ next: 2027 });
  expect((await fetch(`${url}/reports/never`)).status).toBe(400);
  expect(await call('yearly', '--param', 'year=1999')).toEqual({ code: 0, out: '{"next":2000}\n', error: '200\n' });
  expect(await call('yearly')).toMatchObject({
    code: 1,
    error: expect.stringContaining('say what "year" is, by --param year=') as string,
  });
});

test('a schedule is said to run, and when', () => {
  expect(started.output()).toMatch(/^tidy runs by rate\(1 day\): next at \S+Z\. Now: npx dynashelf call tidy$/m);
});

test('dynashelf call calls a function on the data of the start that runs', async () => {
  expect(await call('tidy')).toEqual({ code: 0, out: 'Done.\n', error: '' });
  const { title } = (await (await fetch(`${url}/books/tidied`)).json()) as { title: string };
  expect(title).toMatch(/^20\d\d-/);
  expect(JSON.parse((await call('count', '--body', '{"author":"tidy"}')).out)).toEqual({ body: { count: 1 } });
  expect(await call('hook', '--body', 'a', '--query', 'n=3', '--header', 'X-One: x')).toEqual({
    code: 0,
    out: '{"bytes":[97],"n":3,"header":"x","by":"local"}\n',
    error: '200\n',
  });
});

test('a message is delivered to the function that takes it, and said so', async () => {
  await started.printed('told took a message tidied.');
  expect(started.output()).toContain('Messages tidied are delivered to told.');
  expect(await (await fetch(`${url}/books/tidied`)).json()).toMatchObject({ pages: 7 });
});

test('what it cannot do it says in a sentence', async () => {
  expect(await call('tiddy')).toMatchObject({
    code: 1,
    error: expect.stringContaining('Did you mean "tidy"?') as string,
  });
  expect(await call()).toMatchObject({ code: 1, error: expect.stringContaining('Which function?') as string });
  expect(await call('count', '--body', '{')).toMatchObject({
    code: 1,
    error: expect.stringContaining('--body is no JSON') as string,
  });
  expect(await call('count', '--body', '{}')).toMatchObject({
    code: 1,
    error: expect.stringContaining('#/author: "author" is required') as string,
  });
  expect(await call('hook', '--query', 'n=x')).toMatchObject({ code: 1, error: '400\n' });
});

test('code follows the source; a route that changes is said to need a start', async () => {
  give(
    'hook',
    "route: 'POST /hooks/one', access: 'public', description: 'Says hello.', run: () => ({ body: 'hello' })",
  );
  await started.printed('Reloaded src/functions/hook.ts');
  expect(await (await fetch(`${url}/hooks/one`, { method: 'POST' })).text()).toBe('hello');
  give(
    'hook',
    "route: 'POST /hooks/two', access: 'public', description: 'Says hello.', run: () => ({ body: 'hello' })",
  );
  await started.printed('Routes, schedules or messages of functions have changed: start again to have them.');
});

test('without a start that runs it calls on the same data by a database of its own', async () => {
  started.kill('SIGTERM');
  await started.ended;
  expect(JSON.parse((await call('count', '--body', '{"author":"tidy"}')).out)).toEqual({ body: { count: 1 } });
});
