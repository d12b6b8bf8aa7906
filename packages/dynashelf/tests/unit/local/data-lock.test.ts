// One start at a time on a data directory, however many begin at once, and however the last one ended.

import { linkSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type DataLock, lockDataDirectory, socketOf } from '../../../src/local/data-lock';

let directory: string;
let claims: DataLock[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'claim-'));
  claims = [];
});
afterEach(() => {
  for (const one of claims) {
    one.release();
  }
  rmSync(directory, { recursive: true });
});

/** How each of some starts at once ends. */
async function together(count: number): Promise<string[]> {
  const results = await Promise.allSettled(
    Array.from({ length: count }, async () => lockDataDirectory(directory, 500)),
  );
  claims.push(...results.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])));
  return results.map((one) => (one.status === 'fulfilled' ? 'claimed' : String(one.reason))).sort();
}

const REFUSED =
  /^Failure: Another npm start is using the data in .*claim-.*: stop it first, or set DATA_DIR to another directory for this one\.$/;

test('of several at once one has it, the others are refused with a sentence; then it is free again', async () => {
  expect(await together(4)).toEqual([
    expect.stringMatching(REFUSED),
    expect.stringMatching(REFUSED),
    expect.stringMatching(REFUSED),
    'claimed',
  ]);
  claims[0]!.note('http://127.0.0.1:1');
  claims.pop()!.release();
  expect(await together(1)).toEqual(['claimed']);
});

(process.platform === 'win32' ? test.skip : test)(
  'of several at once after one that was killed, one has it',
  async () => {
    const path = socketOf(directory, 'start');
    const dead = createServer();
    await new Promise<void>((resolve) => dead.listen(`${path}.live`, resolve));
    linkSync(`${path}.live`, path);
    await new Promise((resolve) => dead.close(resolve));
    expect((await together(4)).filter((one) => one === 'claimed')).toHaveLength(1);
  },
);

test('the database of one that was killed is waited for', async () => {
  const database = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => database.on('listening', resolve));
  writeFileSync(join(directory, 'database-port'), String((database.address() as { port: number }).port));
  const claimed = together(1);
  setTimeout(() => database.close(), 300);
  expect(await claimed).toEqual(['claimed']);
});
