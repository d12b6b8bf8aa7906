// A dangerous pattern in a resource file ends `npm run build`, `serverless package`, `serverless deploy` and `npm
// start`.

import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { freePort } from '../../../src/local/free-port';
import { unreachableActions } from '../../../src/local/resource-mistakes';
import { defineResource } from '../../../src/definition/define-resource';
import { commandWords } from '../../setup/places';
import { copyProject, type ProjectCopy } from '../../setup/project-copy';
import { runServerless } from '../../setup/serverless';

const FILE = 'src/resources/books.ts';
const REFUSAL =
  /src\/resources\/books\.ts: attribute "isbn" has a pattern that takes exponential time on some texts, whatever their length: write it so that no text can be matched in two ways/;

let copy: ProjectCopy;

beforeAll(() => {
  copy = copyProject();
  const path = join(copy.directory, FILE);
  writeFileSync(
    path,
    readFileSync(path, 'utf8').replace(/pattern: '[^']*'/, () => "pattern: '^([0-9]+-?)+$'"),
  );
});

afterAll(() => copy.remove());

// What `serverless package` asks is a part of what `serverless deploy` does.
test.each([
  ['npm run build', async () => run(commandWords('build'))],
  ['serverless deploy', async () => runServerless(copy.directory, ['deploy'])],
  ['npm start', async () => run(commandWords('start'))],
])('%s names file, attribute and remedy, and does nothing', async (_command, command) => {
  const { code, said } = await command();
  expect(said).toMatch(REFUSAL);
  expect(code).toBe(1);
});

test.each([
  [
    'no TypeScript',
    'export const books',
    'export const = books',
    /^src\/resources\/books\.ts:\d+:\d+: Expected identifier but found "=": correct it\.$/m,
  ],
  [
    'an import of a file that is not there',
    'export const books',
    "import './bokos';\nexport const books",
    /^src\/resources\/books\.ts: Cannot find module '\.\/bokos': correct the import\.$/m,
  ],
  [
    'a type of the name that another has',
    "name: 'books',",
    "name: 'books',\n  singular: 'loan',",
    /^src\/resources\/loans\.ts: its type "Loan" has the name of a type of books: add singular, such as singular: 'one-of-loans'$/m,
  ],
])('%s is said in one sentence', async (_what, from, to, sentence) => {
  const path = join(copy.directory, FILE);
  const before = readFileSync(path, 'utf8');
  writeFileSync(path, before.replace(from, to));
  const { code, said } = await run(commandWords('build'));
  writeFileSync(path, before);
  expect([code, said.trim().split('\n')]).toEqual([1, [expect.stringMatching(sentence)]]);
});

test('openapi, client and rekey say it too', async () => {
  const path = join(copy.directory, FILE);
  const before = readFileSync(path, 'utf8');
  writeFileSync(path, before.replace('maxLength: 300', 'maxLenght: 300'));
  const all = await Promise.all(
    [['openapi'], ['client', 'client'], ['rekey']].map(async (words) => run(commandWords(...words))),
  );
  writeFileSync(path, before);
  for (const { code, said } of all) {
    expect([code, said.trim()]).toEqual([
      1,
      expect.stringMatching(
        /^src\/resources\/books\.ts: attribute "title" has an unknown keyword "maxLenght"\. Did you mean "maxLength"\?(?![^]*\n +at )/,
      ),
    ]);
  }
});

test('where no app is, the command says so and makes nothing', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'empty-'));
  const { code, said } = await run(commandWords('start'), empty);
  expect([code, said, readdirSync(empty)]).toEqual([
    1,
    expect.stringContaining('There is no src/resources/index.ts here: run dynashelf in the folder of an app.'),
    [],
  ]);
  rmSync(empty, { recursive: true });
});

async function run(args: string[], cwd = copy.directory): Promise<{ code: number; said: string }> {
  const env = {
    PATH: process.env['PATH'],
    HOME: copy.directory,
    PORT: String(await freePort()),
    AWS_ACCESS_KEY_ID: 'none',
    AWS_SECRET_ACCESS_KEY: 'none',
    AWS_REGION: 'eu-central-1',
    HTTPS_PROXY: 'http://127.0.0.1:9',
  };
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd, env }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), said: stdout + stderr }),
    );
  });
}

test('an action that access does not speak of is no mistake, and is said', () => {
  const source = {
    description: 'For this test.',
    schema: { title: { type: String } },
    actions: (action: never) => ({ sell: act(action), lend: act(action) }),
  };
  const [one, other] = [
    defineResource({ ...source, name: 'shelves', access: { sell: 'public' } } as never),
    defineResource({ ...source, name: 'boxes' } as never),
  ];
  expect([one, other].flatMap((resource) => unreachableActions(resource))).toEqual([
    'src/resources/shelves.ts: nobody may carry out the action "lend" where access goes by rules, for access does not speak of it: add it there.',
    'src/resources/boxes.ts: nobody may carry out the action "sell" where access goes by rules, for access does not speak of it: add it there.',
    'src/resources/boxes.ts: nobody may carry out the action "lend" where access goes by rules, for access does not speak of it: add it there.',
  ]);
});

function act(action: (definition: object) => unknown): unknown {
  return action({ description: 'For this test.', body: {}, run: async () => undefined });
}
