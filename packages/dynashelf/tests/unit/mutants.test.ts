// The rooms of mutation testing, by the files that they name.

import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { ROOMS } from '../../mutants/rooms';

const ENGINE = join(__dirname, '../..');

test.each(Object.entries(ROOMS))('every file and every test of %s exists', (_name, { mutate, tests }) => {
  const sources = mutate.map((file) => (file.endsWith('/*') ? `src/${file.slice(0, -2)}` : `src/${file}.ts`));
  const paths = [...sources, ...tests.map((test) => `tests/${test}.test.ts`)];
  expect(paths.filter((path) => !existsSync(join(ENGINE, path)))).toEqual([]);
});
