// `dynashelf check`, by the command: against a file, and against what the table was last brought to.

import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Shapes } from '../../src/definition/shapes/shape';
import { useTable } from '../../src/testing/table';
import { runCommand } from '../setup/run-command';

useTable();

const file = join(mkdtempSync(join(tmpdir(), 'shapes-')), 'shapes.json');

test('against a file: what breaks clients stands first, and ends it with 1', async () => {
  expect(await runCommand('check', '--save', file)).toEqual({ code: 0, out: '', errors: '' });
  expect(await runCommand('check', '--against', file)).toMatchObject({ code: 0, out: 'Nothing is different.\n' });
  const { books, ...others } = JSON.parse(readFileSync(file, 'utf8')) as Shapes;
  const { pages, ...attributes } = books!.attributes;
  expect(pages).toBeDefined();
  const before = { ...others, books: { ...books, attributes: { ...attributes, gone: pages } } };
  writeFileSync(file, JSON.stringify(before));
  expect(await runCommand('check', '--against', file)).toMatchObject({
    code: 1,
    out: [
      '| | where | what | to do |',
      '| --- | --- | --- | --- |',
      '| Breaks clients | books.gone | It is gone: bodies and filters that name it are refused. | Keep it as long as clients use it. |',
      '| Compatible | books.pages | It is new. |  |',
      '',
    ].join('\n'),
  });
});

test('against a table: what it was last brought to', async () => {
  const unknown = await runCommand('check');
  expect([unknown.code, unknown.errors]).toEqual([2, expect.stringMatching(/^Nothing is known of what the items/)]);
  expect((await runCommand('rekey')).code).toBe(0);
  expect(await runCommand('check')).toMatchObject({ code: 0, out: 'Nothing is different.\n' });
});

test('against nothing that is there, it says so', async () => {
  writeFileSync(file, '{');
  expect((await runCommand('check', '--against', file)).errors).toMatch(
    /is none that dynashelf check --save has written/,
  );
  expect((await runCommand('check', '--against', 'none.json')).errors).toMatch(/^There is no file none\.json\./);
});
