// The data that a command works on, where `npm start` runs beside.

import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { lockDataDirectory } from '../../../src/local/data-lock';
import { DEPLOYED_WAIT } from '../../../src/local/keys';
import { onTable } from '../../../src/local/local-data';

const { env } = process;

afterEach(() => {
  process.env = env;
});

test('constraints are made beside npm start only once it has heard that they do not hold', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'beside-'));
  const database = createServer();
  await new Promise<void>((resolve) => database.listen(0, '127.0.0.1', resolve));
  const start = await lockDataDirectory(directory);
  start.note(`http://127.0.0.1:${(database.address() as AddressInfo).port}`);
  process.env = { PATH: env['PATH'], DATA_DIR: directory };
  try {
    expect(await onTable(async ({ wait }) => Promise.resolve(wait))).toBe(DEPLOYED_WAIT);
  } finally {
    start.release();
    database.close();
    rmSync(directory, { recursive: true });
  }
});
