// Changes at `npm start`, with no account: from a write to the feed, over a socket, to a topic; and what was written
// when it was stopped.

import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { followChanges, type FollowedChange, type Following } from '../../src/local/changes-client';
import { freePort } from '../../src/local/free-port';
import { APP } from '../setup/places';
import { copyProject, startIn, type ProjectCopy, type Start } from '../setup/project-copy';

const { WebSocket } = createRequire(__filename)('ws') as { WebSocket: Following['WebSocket'] };

let project: ProjectCopy;
let started: Start;
let url: string;
const stop = new AbortController();

async function start(): Promise<void> {
  const port = await freePort();
  url = `http://localhost:${port}`;
  started = startIn(project, { DATA_DIR: 'data', PORT: String(port), SAMPLE_DATA: 'off' });
  await started.printed('Ctrl-C stops it');
}

const send = async (method: string, path: string, body?: object): Promise<{ status: number; body: unknown }> => {
  const response = await fetch(`${url}${path}`, {
    method,
    ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json().catch(() => undefined) };
};

function follow(more: Partial<Following> = {}): AsyncGenerator<FollowedChange, void> {
  return followChanges({
    collection: 'books',
    signal: stop.signal,
    WebSocket,
    async ask(method, path, query, signal) {
      const response = await fetch(`${url}${path}?${new URLSearchParams(query).toString()}`, { method, signal });
      return { status: response.status, body: await response.json().catch(() => undefined) };
    },
    refused: (status, problem) => new Error(`${status} ${JSON.stringify(problem)}`),
    ...more,
  });
}

const make = async (title: string): Promise<void> => {
  const { status, body } = await send('POST', '/books', { title, author: 'Herman Melville' });
  expect([status, body]).toEqual([201, expect.anything()]);
};

beforeAll(async () => {
  project = copyProject(APP);
  const path = join(project.directory, 'serverless.yml');
  writeFileSync(path, readFileSync(path, 'utf8').replace('default: {}', 'default: { topic: fifo }'));
  await start();
});
afterAll(async () => {
  stop.abort();
  started?.kill('SIGTERM');
  await started?.ended;
  project?.remove();
});

test('it says how changes are followed, and where they are published', () => {
  expect(started.output()).toMatch(/^Changes, as they are committed: npx dynashelf follow .*\bbooks\b/m);
  expect(started.output()).toContain(`which is played here: ${url}/@topic`);
  expect(started.output()).not.toContain('publish runs by');
});

test('a change comes over a socket, by filter too, and to the topic', async () => {
  const opened: string[] = [];
  class Noted extends (WebSocket as new (address: string) => object) {
    constructor(address: string) {
      super(address);
      opened.push(address);
    }
  }
  const begun: string[] = [];
  const all = follow({ WebSocket: Noted as never, begun: () => void begun.push('all') });
  const some = follow({ filter: { title: 'Typee' }, begun: () => void begun.push('some') });
  const [first, filtered] = [all.next(), some.next()];
  while (begun.length < 2) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await make('Omoo');
  await make('Typee');
  expect((await first).value).toMatchObject({ type: 'books.created', data: { title: 'Omoo' } });
  expect((await all.next()).value).toMatchObject({ data: { title: 'Typee' } });
  expect((await filtered).value).toMatchObject({ data: { title: 'Typee' } });
  expect(opened).toHaveLength(1);
  await started.printed('Published to dynashelf-local-changes.fifo: books.created');
  const { messages } = (await send('GET', '/@topic')).body as { messages: { message: FollowedChange }[] };
  expect(messages.map(({ message }) => message.type)).toContain('books.created');
  expect((await send('GET', '/asyncapi.json')).body).toMatchObject({ channels: { socket: {}, topic: {} } });
  await Promise.all([all.return(), some.return()]);
});

test('what was committed when it was stopped is in the feed after the next start, and everything stops', async () => {
  await make('Mardi');
  started.kill('SIGKILL');
  await started.ended;
  while (project.processes().length > 0) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await start();
  await make('Redburn');
  const titles: unknown[] = [];
  for await (const { data } of follow({ since: 'oldest' })) {
    titles.push((data as { title: string }).title);
    if (titles.length === 4) {
      break;
    }
  }
  expect(titles).toEqual(['Omoo', 'Typee', 'Mardi', 'Redburn']);
  started.kill('SIGINT');
  expect(await started.ended).toBe(0);
  expect(project.processes()).toEqual([]);
});
