// `dynashelf follow` against an API that cuts connections.

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';

import { commandWords, LIBRARY } from '../../setup/places';
import { type LiveApi, startLiveApi } from '../../setup/live-api';

type Child = ChildProcessByStdio<null, Readable, Readable>;

let api: LiveApi;
const children: Child[] = [];
beforeEach(async () => {
  api = await startLiveApi();
});
afterEach(async () => {
  children.splice(0).forEach((child) => child.kill('SIGKILL'));
  await api.stop();
});

interface Run {
  readonly child: Child;
  out: string;
  errors: string;
  readonly ended: Promise<number | null>;
}

function run(...words: string[]): Run {
  const child = spawn(process.execPath, commandWords('follow', ...words), {
    cwd: LIBRARY,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  const running: Run = {
    child,
    out: '',
    errors: '',
    ended: new Promise((resolve) => child.on('close', resolve)),
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (running.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (running.errors += text));
  return running;
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const lines = ({ out }: Run): string[] => out.split('\n').slice(0, -1);

test('each change is a line as it is committed, and Ctrl-C ends it', async () => {
  const followed = run('books', '--url', api.url);
  await until(() => followed.errors !== '');
  expect(followed.errors).toBe(`Following books at ${api.url} (Ctrl-C stops it).\n`);
  api.write('moby-dick');
  await until(() => lines(followed).length >= 1);
  expect(lines(followed)).toEqual(['2026-11-27T00:00:00.000Z books.updated moby-dick {"id":"moby-dick","title":"1"}']);
  followed.child.kill('SIGINT');
  expect(await followed.ended).toBe(0);
});

test('it goes on where it was when connections break, and says each change in JSON with the place behind it', async () => {
  api.write('a', 'b');
  let told = 0;
  api.disturb = () => (told++ % 3 === 2 ? 'cut before' : 'none');
  const followed = run('books', '--url', api.url, '--since', 'oldest', '--json');
  await until(() => lines(followed).length >= 2);
  api.write('c', 'd', 'e');
  await until(() => lines(followed).length >= 5);
  const changes = lines(followed).map((line) => JSON.parse(line) as { subject: string; since: string });
  expect(changes.map(({ subject }) => subject)).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(changes.at(-1)!.since).toBe('p6');
  const later = run('books', '--url', api.url, '--since', changes[1]!.since);
  await until(() => lines(later).length >= 3);
  expect(lines(later)[0]).toContain(' c ');
});

test('a large item is cut, so that a change stays a line', async () => {
  const followed = run('books', '--url', api.url, '--since', 'oldest');
  api.write('x'.repeat(500));
  await until(() => lines(followed).length >= 1);
  expect(lines(followed)[0]).toMatch(/…$/);
});

test('what the API refuses ends it with its sentence', async () => {
  api.refusal = {
    status: 400,
    body: { detail: 'Correct what "errors" names.', errors: [{ detail: '"boks" is no collection.', pointer: '#' }] },
  };
  const unknown = run('boks', '--url', api.url);
  expect(await unknown.ended).toBe(1);
  expect(unknown.errors).toBe('boks: "boks" is no collection.\n');
  api.refusal = { status: 401, body: { detail: 'A token is wanted here.' } };
  const followed = run('books', '--url', api.url);
  expect(await followed.ended).toBe(1);
  expect(followed.errors).toBe(
    'books: A token is wanted here. Give a token with --token, such as --token "$(npm run --silent token -- --subject ada)".\n',
  );
});

test('that nothing answers is said once, and it goes on', async () => {
  const url = api.url;
  await api.stop();
  const followed = run('books', '--url', url);
  await until(() => followed.errors !== '');
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(followed.errors).toBe(`${url} does not answer; trying again.\n`);
  followed.child.kill('SIGTERM');
  expect(await followed.ended).toBe(0);
});

test.each([
  [[], 'Which collections?'],
  [['books', '--url', 'somewhere'], '--url is "somewhere": write a URL such as http://localhost:3000.'],
  [['books', 'loans', '--since', 'p1'], 'A place is one of a single collection'],
  [['books', '--header', 'x'], '"x" has no colon behind its name.'],
  [['books', '--sinc', 'now'], "Unknown option '--sinc'"],
])('%j is refused with a sentence and the usage', async (words, sentence) => {
  const refused = run(...words);
  expect(await refused.ended).toBe(1);
  expect(refused.errors).toContain(sentence);
  expect(refused.errors).toContain('npx dynashelf follow tools');
});
