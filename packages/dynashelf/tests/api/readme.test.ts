// README held to its word: its resource file is the real one, and its curl lines, run against what `npm start` starts,
// do what it shows.

import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

import { freePort } from '../../src/local/free-port';
import { APP, ENGINE } from '../setup/places';
import { copyProject, type ProjectCopy, type Start, startIn } from '../setup/project-copy';
import { tagWithBirth } from '../setup/tags';

const ADDRESS = 'http://localhost:3000';
const ROOT = APP;
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

let project: ProjectCopy;
let started: Start | undefined;
let url: string;

beforeAll(async () => {
  project = copyProject(APP);
  url = `http://localhost:${await freePort()}`;
  // On the database of the tests: it has not to be started.
  started = startIn(project, {
    PORT: new URL(url).port,
    DATA_DIR: 'data',
    DYNAMODB_ENDPOINT: process.env['AWS_ENDPOINT_URL_DYNAMODB'],
    TABLE_NAME: `${process.env['TABLE_NAME']}-readme`,
    AWS_ACCESS_KEY_ID: 'readme',
    AWS_SECRET_ACCESS_KEY: 'readme',
  });
  await started.printed('Ctrl-C stops it');
});

afterAll(async () => {
  started?.kill('SIGINT');
  await started?.ended;
  project.remove();
});

/** The fenced blocks of one language, in their order. */
function blocks(language: string): string[] {
  return [...README.matchAll(/^```(\w*)\n([^]*?)^```$/gm)]
    .filter((block) => block[1] === language)
    .map((block) => block[2] ?? '');
}

interface Try {
  readonly command: string;
  readonly answer: string;
}

const tries = blocks('console').map((block): Try => {
  const [, command = '', answer = ''] = /^\$ ((?:.*\\\n)*.*)\n([^]*)$/.exec(block) ?? [];
  return { command: command.replace(/\\\n\s*/g, ''), answer };
});

/** The shell variables that README sets on the way. */
const variables: NodeJS.ProcessEnv = {};

/** Runs a line in a shell; what it prints. */
async function run(command: string): Promise<string> {
  const { stdout } = await promisify(execFile)('sh', ['-c', command.replaceAll(ADDRESS, url)], {
    env: { ...process.env, ...variables },
  });
  return stdout.replaceAll('\r', '');
}

/** A text in which `…` stands for anything, as a regular expression. */
function pattern(text: string): RegExp {
  return new RegExp(
    `^${text
      .split('…')
      .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('[^]*?')}$`,
  );
}

/** The status line and headers, and the body without white space, of what curl prints. */
function split(command: string, printed: string): { head: string[]; body: string } {
  const end = / -i /.test(command) ? printed.indexOf('\n\n') : 0;
  const body = end < 0 ? '' : printed.slice(end);
  return {
    head: (end < 0 ? printed : printed.slice(0, end)).split('\n').filter((line) => line !== ''),
    body: body.replace(/\s/g, ''),
  };
}

/** Holds an answer to what README shows: the status line, some of the headers, the body but for what is shortened. */
function expectShown({ command, answer }: Try, printed: string): void {
  const [shown, actual] = [split(command, answer), split(command, printed)];
  expect(actual.head[0]).toBe(shown.head[0]);
  for (const line of shown.head.slice(1)) {
    expect(actual.head.filter((header) => pattern(line).test(header))).toHaveLength(1);
  }
  expect(actual.body).toMatch(pattern(shown.body));
}

test('README shows a resource file as it is, but for the lines it leaves out', () => {
  const lines = readFileSync(join(ROOT, 'src/resources/books.ts'), 'utf8').split('\n');
  const shown = blocks('ts')[0]!.trimEnd().split('\n');
  expect(shown.filter((line) => line.trim() !== '…')).not.toHaveLength(0);
  let at = lines.indexOf(shown[0]!) - 1;
  for (const [index, line] of shown.entries()) {
    if (line.trim() === '…') {
      continue;
    }
    const next = lines.indexOf(line, at + 1);
    expect({ line, isThere: next >= 0 }).toEqual({ line, isThere: true });
    if (index > 0 && shown[index - 1]!.trim() !== '…') {
      expect({ line, at: next }).toEqual({ line, at: at + 1 });
    }
    at = next;
  }
  expect(at).toBe(lines.length - 2);
});

test('README has curl lines, each with an answer', () => {
  expect(tries.length).toBeGreaterThanOrEqual(6);
  for (const { command, answer } of tries) {
    expect(command).toMatch(/^curl .*http:\/\/localhost:3000\//);
    expect(answer.trim()).not.toBe('');
  }
});

// In README's order, since one line goes on from another; the resource that README adds comes before the lines about
// it.
describe('README’s curl lines answer as it shows', () => {
  const added = tries.findIndex(({ command }) => command.includes(`${ADDRESS}/shelves`));

  test('the first', async () => expectShown(tries[0]!, await run(tries[0]!.command)));

  test('the variable that later lines use holds the tag that is shown, quotes and all', async () => {
    const [line, ...others] = blocks('sh').filter((block) => /^[A-Z]+=/.test(block));
    expect([line, others]).toEqual([expect.stringMatching(/^ETAG=.+\n$/), []]);
    variables['ETAG'] = await run(`${line}printf %s "$ETAG"`);
    expect(variables['ETAG']).toMatch(tagWithBirth(1));
    expect(tries.filter(({ command }) => command.includes('$ETAG')).length).toBeGreaterThanOrEqual(2);
  });

  test.each(tries.slice(1, added))('$command', async (shown) => {
    expectShown(shown, await run(shown.command));
  });

  test('a resource added as README says is served without a new start', async () => {
    const file = blocks('ts')[1]!;
    const list = join(project.directory, 'src/resources/index.ts');
    expect(await run(`curl -s ${ADDRESS}/`)).not.toContain('/shelves');
    writeFileSync(join(project.directory, 'src/resources/shelves.ts'), file);
    writeFileSync(list, applyDiff(readFileSync(list, 'utf8'), blocks('diff')[0]!));
    const until = Date.now() + 120_000;
    while (Date.now() < until) {
      if ((await run(`curl -s ${ADDRESS}/ || true`)).includes('"href":"/shelves"')) {
        return;
      }
      await sleep(100);
    }
    throw new Error(`It is not served:\n${started?.output()}`);
  });

  test.each(tries.slice(added))('$command', async (shown) => {
    expectShown(shown, await run(shown.command));
  });
});

test('README names every variable that src/local/settings.ts, src/local/engine.ts, src/local/database.ts and src/config.ts read', () => {
  const read = ['src/local/settings.ts', 'src/local/engine.ts', 'src/local/database.ts', 'src/config.ts'].flatMap(
    (path) =>
      [
        ...readFileSync(join(ENGINE, path), 'utf8').matchAll(
          /environment(?:\.|\[')([A-Z_]+)|\(environment, '([A-Z_]+)'/g,
        ),
      ].map((found) => found[1] ?? found[2] ?? ''),
  );
  const table = [...README.matchAll(/^\| `([A-Z_]+)` \|/gm)].map((found) => found[1]);
  expect(table).toEqual(expect.arrayContaining([...new Set(read)].filter((name) => !name.startsWith('AWS_'))));
});

/** Adds the lines with `+`, each after the line that stands before it, and takes out those with `-`. */
function applyDiff(text: string, diff: string): string {
  const lines = text.split('\n');
  let at = -1;
  for (const line of diff.trimEnd().split('\n')) {
    const content = line.slice(1);
    if (line.startsWith('+')) {
      lines.splice(++at, 0, content);
    } else if (content !== '') {
      at = lines.indexOf(content, at + 1);
      expect({ content, isThere: at >= 0 }).toEqual({ content, isThere: true });
      if (line.startsWith('-')) {
        lines.splice(at--, 1);
      }
    }
  }
  return lines.join('\n');
}
