// A Node that is too old is told so in one sentence.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const file = join(__dirname, '../../../supported-node.cjs');
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'node-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** What a Node says that gives itself out for one of another version. */
function asNode(version: string): { status: number | null; stderr: string } {
  const pretence = join(folder, `${version}.cjs`);
  writeFileSync(
    pretence,
    `Object.defineProperty(process, 'version', { value: 'v${version}' });
     Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });`,
  );
  return spawnSync(process.execPath, ['--require', pretence, file], { encoding: 'utf8' });
}

test.each(['16.20.2', '18.20.8', '20.18.3'])('Node %s is too old', (version) => {
  expect(asNode(version)).toMatchObject({
    status: 1,
    stderr: `Dynashelf needs Node 22 or 24 (20.19 at least), and this is v${version}: install a newer one.\n`,
  });
});

test.each(['20.19.0', '22.0.0', '24.21.0', '26.1.0'])('Node %s is not', (version) => {
  expect(asNode(version)).toMatchObject({ status: 0, stderr: '' });
});
