// The archives that Lambda takes: what a zip reader finds in them, and that the same files make the same bytes.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, inflateRawSync } from 'node:zlib';

import fc from 'fast-check';

import { type ArchivedFile, zip } from '../../../src/local/zip';
import { runs } from '../../setup/runs';

/**
 * What the archive holds by its central directory (APPNOTE 6.3.3 §4.3.12), each entry held against its local header.
 */
function read(archive: Buffer): { path: string; contents: Buffer; mode: number }[] {
  const end = archive.length - 22;
  expect(archive.readUInt32LE(end)).toBe(0x06054b50);
  const [count, size, start] = [
    archive.readUInt16LE(end + 10),
    archive.readUInt32LE(end + 12),
    archive.readUInt32LE(end + 16),
  ];
  expect(start + size).toBe(end);
  let at = start;
  return Array.from({ length: count }, () => {
    expect(archive.readUInt32LE(at)).toBe(0x02014b50);
    const [nameLength, local] = [archive.readUInt16LE(at + 28), archive.readUInt32LE(at + 42)];
    const path = archive.toString('utf8', at + 46, at + 46 + nameLength);
    const mode = archive.readUInt32LE(at + 38) >>> 16;
    expect(archive.readUInt32LE(local)).toBe(0x04034b50);
    // From the version that it takes to the lengths of name and extra field, both say the same.
    expect(archive.subarray(local + 4, local + 30)).toEqual(archive.subarray(at + 6, at + 32));
    expect(archive.toString('utf8', local + 30, local + 30 + nameLength)).toBe(path);
    const data = archive.subarray(local + 30 + nameLength, local + 30 + nameLength + archive.readUInt32LE(at + 20));
    const contents = inflateRawSync(data);
    expect([contents.length, crc32(contents)]).toEqual([archive.readUInt32LE(at + 24), archive.readUInt32LE(at + 16)]);
    at += 46 + nameLength;
    return { path, contents, mode };
  });
}

const files = fc.uniqueArray(fc.tuple(fc.stringMatching(/^[a-z0-9ä€/._-]{1,30}$/), fc.uint8Array({ maxLength: 300 })), {
  selector: ([path]) => path,
  maxLength: 6,
});

test('holds any files under their names, readable for everyone', () => {
  fc.assert(
    fc.property(files, (some) => {
      const found = read(zip(some));
      expect(found.map(({ path, contents }) => [path, [...contents]])).toEqual(
        some.map(([path, contents]) => [path, [...contents]]),
      );
      expect(found.every(({ mode }) => mode === 0o100644)).toBe(true);
    }),
    { numRuns: runs(50) },
  );
});

test('is the same bytes of the same files, whenever it is made', () => {
  jest.useFakeTimers({ now: new Date('2030-01-01') });
  const some: ArchivedFile[] = [['src/functions/read.js', Buffer.from('exports.handler = 1;')]];
  const archive = zip(some);
  jest.setSystemTime(new Date('2040-12-31'));
  expect(zip(some)).toEqual(archive);
  jest.useRealTimers();
});

test('is read by another program', () => {
  const folder = mkdtempSync(join(tmpdir(), 'zip-'));
  writeFileSync(
    join(folder, 'a.zip'),
    zip([
      ['a/ä.txt', Buffer.from('one')],
      ['empty', Buffer.alloc(0)],
      ['b.js', Buffer.from('two'.repeat(10_000))],
    ]),
  );
  const script =
    'import sys, zipfile\nz = zipfile.ZipFile(sys.argv[1])\nprint(z.testzip(), [(i.filename, len(z.read(i))) for i in z.infolist()])';
  try {
    const said = execFileSync('python3', ['-c', script, join(folder, 'a.zip')], {
      encoding: 'utf8',
      env: { ...process.env, PYTHONIOENCODING: 'utf8' },
    });
    expect(said.trim()).toBe("None [('a/ä.txt', 3), ('empty', 0), ('b.js', 30000)]");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      throw error;
    } // no Python here
  } finally {
    rmSync(folder, { recursive: true });
  }
});
