// `dynashelf export` and `import`, by the command, on a table: what is exported is there again after an import, and
// what is wrong is told with its line.

import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { connect } from '#connect';

import { createClient } from '../../src/testing/client';
import { tableName, useTable } from '../../src/testing/table';
import { resources } from '../library/src/resources/index';
import { brokenRules } from '../setup/invariants';
import { LIBRARY } from '../setup/places';
import { runCommand as run } from '../setup/run-command';
import { scanTable } from '../setup/scan';

useTable();

const ask = createClient({ resources });
const send = connect();

const folder = (): string => mkdtempSync(join(tmpdir(), 'items-'));

async function empty(): Promise<void> {
  for (const { pk, sk } of await scanTable(tableName())) {
    await send('DeleteItem', { TableName: tableName(), Key: { pk: pk!, sk: sk! } });
  }
}

/** The records of items, without what names their writers. */
async function items(): Promise<object[]> {
  return (await scanTable(tableName()))
    .filter(({ pk }) => !pk!.S!.startsWith('#'))
    .map(({ '#writers': _writers, '#birth': _birth, ...record }) => record)
    .sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
}

beforeEach(async () => {
  await empty();
  for (const [line, body] of [
    [
      'PUT /books/emma',
      { title: 'Emma, "a novel"', author: 'Jane Austen', isbn: '9780999901014', tags: ['novel'], copies: 2 },
    ],
    ['PUT /books/dracula', { title: 'Dracula', author: 'Bram Stoker' }],
    ['PUT /members/ada', { name: 'Ada', email: 'ada@example.org', address: { city: 'Bergen' } }],
    ['POST /books/emma/checkout', { member: 'ada', days: 3 }],
  ] as const) {
    expect([line, (await ask(line, { body })).status]).toEqual([line, 201]);
  }
});

describe.each(['ndjson', 'csv'])('%s', (format) => {
  test('exported and put back, each item has its id, version and times, and constraints hold', async () => {
    const [to, before] = [folder(), await items()];
    expect(await run('export', '--to', to, '--format', format)).toMatchObject({ code: 0, errors: '' });
    await empty();
    expect(await run('import', to, '--keep')).toMatchObject({ code: 0, errors: '' });
    expect(await items()).toEqual(before);
    expect(await brokenRules(resources, await scanTable(tableName()))).toEqual([]);
    expect((await ask('POST /members', { body: { name: 'B', email: 'ada@example.org' } })).status).toBe(409);
    expect((await ask('DELETE /members/ada')).status).toBe(409);
    expect((await run('import', to, '--keep')).out).toMatch(/\n0 items written, 4 there already\.\n$/);
  });

  test('imported, each item is made as by PUT', async () => {
    const to = folder();
    await run('export', 'books', 'members', '--to', to, '--format', format);
    await empty();
    expect((await run('import', to)).out).toBe('3 items written.\n');
    expect((await ask('GET /books/emma')).body).toMatchObject({ version: 1, copies: 2, available: 2, tags: ['novel'] });
    writeFileSync(join(to, 'books.ndjson'), '{"id":"emma","title":"Emma","author":"Jane Austen","copies":5}\n');
    expect((await run('import', join(to, 'books.ndjson'), '--replace')).out).toBe('1 item written.\n');
    expect((await ask('GET /books/emma')).body).toMatchObject({ version: 2, available: 5 });
  });
});

test('what is wrong is told, every line of it, and nothing is written; what is right is written with --skip-invalid', async () => {
  await empty();
  const to = folder();
  const path = join(to, 'books.ndjson');
  const lines = [
    '{"id":"a","title":"A","author":"X"}',
    '{"id":"b","titel":"B","pages":-1}',
    'none',
    '{"title":"C","author":"X"}',
  ];
  writeFileSync(path, lines.join('\n'));
  const { code, errors } = await run('import', path);
  expect(code).toBe(1);
  expect(errors.split('\n')).toEqual([
    expect.stringMatching(/books\.ndjson:2: .*"titel" is not an attribute of books.*Did you mean "title"\?/),
    expect.stringMatching(/books\.ndjson:3: It is no JSON/),
    expect.stringMatching(/books\.ndjson:4: It needs an "id" of /),
    expect.stringMatching(/^3 faults, and nothing was written: correct the files, or let --skip-invalid/),
    '',
  ]);
  expect(await items()).toEqual([]);
  const skipped = join(to, 'faults.ndjson');
  expect(await run('import', path, '--skip-invalid', skipped)).toMatchObject({
    code: 1,
    out: '1 item written, 3 refused.\n',
  });
  expect(
    readFileSync(skipped, 'utf8')
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { item?: unknown }).item),
  ).toEqual([{ id: 'b', titel: 'B', pages: -1 }, undefined, { title: 'C', author: 'X' }]);
  expect(await items()).toHaveLength(1);
});

test('what the table refuses is told with its line, and the rest is written', async () => {
  await empty();
  const to = folder();
  writeFileSync(join(to, 'loans.ndjson'), '{"id":"l","book":"none","member":"m","dueAt":"2026-12-01T00:00:00Z"}\n');
  writeFileSync(
    join(to, 'members.ndjson'),
    ['m', 'n'].map((id) => `{"id":"${id}","name":"M","email":"m@example.org"}\n`).join(''),
  );
  const { code, out, errors } = await run('import', to);
  expect([code, out]).toEqual([1, '1 item written, 2 refused.\n']);
  expect(errors).toMatch(/members\.ndjson:[12]: It was answered 409: .*email/);
  expect(errors).toMatch(/loans\.ndjson:1: It was answered 409: .*"book" refers to an item that books does not have/);
});

test('an export that was cut off is gone on with, and no item is doubled or lost', async () => {
  const to = folder();
  await run('export', 'books', '--to', to);
  const path = join(to, 'books.ndjson');
  const whole = readFileSync(path, 'utf8');
  expect((await run('export', 'books', '--to', to)).errors).toMatch(/is there already: remove it/);
  for (const length of [5, whole.indexOf('\n') + 1, whole.indexOf('\n') + 9]) {
    writeFileSync(path, whole.slice(0, length));
    expect((await run('export', 'books', '--to', to, '--resume')).code).toBe(0);
    expect(readFileSync(path, 'utf8')).toBe(whole);
  }
});

test.each([
  [['export', 'bokos'], /There is no collection "bokos" here, but books, .* Did you mean "books"\?/],
  [['export', '--format', 'xml'], /--format is "xml": it is ndjson or csv\./],
  [['import'], /Which files\?/],
  [['import', 'nowhere.ndjson'], /There is no file nowhere\.ndjson\./],
  [['import', 'package.json'], /package\.json is neither \.ndjson nor \.csv/],
  [['import', 'books.csv', '--keep', '--replace'], /leave one of the two out/],
])('%j is refused in a sentence, and nothing is written', async (words, said) => {
  const { code, errors, out } = await run(...words);
  expect([code, out]).toEqual([1, '']);
  expect(errors).toMatch(said);
  expect(errors).not.toMatch(/\n\s+at /);
  expect(existsSync(join(LIBRARY, 'bokos.ndjson'))).toBe(false);
});
