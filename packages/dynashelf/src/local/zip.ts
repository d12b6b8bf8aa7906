// A zip archive (PKWARE's APPNOTE 6.3.3), as Lambda takes it: the same files always make the same bytes, so that what
// has not changed is not deployed anew.

import { crc32, deflateRawSync } from 'node:zlib';

/** A file of an archive: its path there, with slashes, and what is in it. */
export type ArchivedFile = readonly [path: string, contents: Uint8Array];

const VERSION = 20;
const DEFLATED = 8;
const UTF8_NAMES = 0x0800;
/** 1980-01-01, the first day that the format knows. */
const DATE = 0x0021;
/** Unix, where the attributes of a file are its mode: a regular file that everyone reads. */
const MADE_BY = (3 << 8) | VERSION;
const MODE = (0o100644 << 16) >>> 0;

/** Makes an archive of files. */
export function zip(files: readonly ArchivedFile[]): Buffer {
  const locals: Buffer[] = [];
  const entries: Buffer[] = [];
  let offset = 0;
  for (const [path, contents] of files) {
    const name = Buffer.from(path);
    const data = deflateRawSync(contents, { level: 9 });
    const about = Buffer.alloc(26);
    about.writeUInt16LE(VERSION, 0);
    about.writeUInt16LE(UTF8_NAMES, 2);
    about.writeUInt16LE(DEFLATED, 4);
    about.writeUInt16LE(DATE, 8);
    about.writeUInt32LE(crc32(contents), 10);
    about.writeUInt32LE(data.length, 14);
    about.writeUInt32LE(contents.length, 18);
    about.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), about, name, data]);
    const where = Buffer.alloc(14);
    where.writeUInt32LE(MODE, 6);
    where.writeUInt32LE(offset, 10);
    const madeBy = Buffer.alloc(2);
    madeBy.writeUInt16LE(MADE_BY);
    entries.push(Buffer.concat([Buffer.from('PK\x01\x02', 'latin1'), madeBy, about, where, name]));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.length, 4);
  end.writeUInt16LE(files.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, directory, Buffer.from('PK\x05\x06', 'latin1'), end]);
}
