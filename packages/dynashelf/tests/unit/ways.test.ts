// The ways of eight requests through the engine, as V8 counts them: docs/architecture.md names every file of them.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { measureWays, type Way } from '../../bench/ways/measure';
import { connect } from '../../src/store/client/https';
import { useTable } from '../../src/testing/table';
import { APP } from '../setup/places';

useTable();

const page = readFileSync(join(APP, 'docs/architecture.md'), 'utf8');
let ways: readonly Way[];

beforeAll(async () => {
  ways = await measureWays(connect());
});

test('every file that runs for one of the requests is named on the page', () => {
  const files = new Set(ways.flatMap(({ files, transport }) => [...files, ...transport]));
  expect(files.size).toBeGreaterThan(50);
  expect([...files].filter((file) => !page.includes(`\`src/${file}\``))).toEqual([]);
});

test('no request crosses more files than the page says, and the page has a line for each', () => {
  const lines = new Map(
    [...page.matchAll(/^\| ([^|]+) \| (\d+) \| \d+ \| \d+ \|$/gm)].map(([, name, most]) => [name, most]),
  );
  expect([...lines.keys()]).toEqual(ways.map(({ name }) => name));
  expect(
    ways
      .filter(({ name, files }) => files.length > Number(lines.get(name)))
      .map(({ name, files }) => [name, files.length]),
  ).toEqual([]);
});
