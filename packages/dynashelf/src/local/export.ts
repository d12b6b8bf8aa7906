// `dynashelf export`: the items of collections, as clients see them, in files: one JSON object, or one row of a
// CSV, for each.

import { createWriteStream, existsSync, mkdirSync, truncateSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { connect } from '#connect';

import type { Resource } from '../definition/resource';
import { exportItems } from '../store/migrate/export-items';
import type { JsonObject } from '../values/json';
import { didYouMean } from '../values/nearest';
import { Failure, messageOf } from './failure';
import { readRate, readWords, runCommand } from './run-command';
import { headerOf, textOf, type Format } from './item-text';
import { onTable, type CommandTable } from './local-data';
import { pacer } from '../store/client/pacer';
import { loadedResources } from './resource-mistakes';

const USAGE =
  'npx dynashelf export [collection …] [--to folder] [--format ndjson|csv] [--rate units-a-second] [--resume]';

/** Characters of a file's end in which its last line is looked for: more than an item has. */
const LONGEST_LINE = 4_000_000;

interface Words {
  readonly names: readonly string[];
  readonly to: string;
  readonly format: Format;
  readonly rate: number | undefined;
  readonly resume: boolean;
}

runCommand(run);

async function run(): Promise<void> {
  const words = wordsOf(process.argv.slice(2));
  const resources = loadedResources();
  const unknown = words.names.find((name) => !resources.has(name));
  if (unknown !== undefined) {
    throw new Failure(
      `There is no collection "${unknown}" here, but ${[...resources.keys()].join(', ')}.${didYouMean(unknown, resources.keys())} ${USAGE}`,
    );
  }
  await onTable(async (table) => {
    mkdirSync(words.to, { recursive: true });
    for (const name of words.names.length > 0 ? words.names : resources.keys()) {
      await exportOne(table, resources.get(name)!, words);
    }
  });
}

function wordsOf(args: string[]): Words {
  return readWords(USAGE, () => {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        to: { type: 'string', default: '.' },
        format: { type: 'string', default: 'ndjson' },
        rate: { type: 'string' },
        resume: { type: 'boolean', default: false },
      },
    });
    const { to, format, resume } = values;
    const rate = readRate(values.rate);
    if (format !== 'ndjson' && format !== 'csv') {
      throw new Failure(`--format is "${format}": it is ndjson or csv.`);
    }
    return { names: positionals, to, format, rate, resume };
  });
}

async function exportOne(
  { tableName }: CommandTable,
  resource: Resource,
  { to, format, rate, resume }: Words,
): Promise<void> {
  const path = join(to, `${resource.name}.${format}`);
  if (existsSync(path) && !resume) {
    throw new Failure(
      `${path} is there already: remove it, name another folder by --to, or go on with it by --resume.`,
    );
  }
  const after = existsSync(path) ? await lastId(path, format) : undefined;
  const file = createWriteStream(path, { flags: after === undefined ? 'w' : 'a' });
  const write = async (text: string): Promise<void> => {
    if (!file.write(text)) {
      await once(file, 'drain');
    }
  };
  if (after === undefined) {
    await write(headerOf(format, resource));
  }
  let count = 0;
  const keepPace = pacer(rate);
  for await (const { items, units } of exportItems(connect(), tableName, resource, after)) {
    await write(items.map((item) => textOf(format, resource, item as JsonObject)).join(''));
    count += items.length;
    process.stderr.write(`${resource.name}: ${count} items.\r`);
    await keepPace(units);
  }
  file.end();
  await once(file, 'finish');
  console.log(`${path}: ${count} ${count === 1 ? 'item' : 'items'}${after === undefined ? '' : `, after "${after}"`}.`);
}

/** The id of the last item that is whole in a file, which is cut behind it; undefined where there is none. */
async function lastId(path: string, format: Format): Promise<string | undefined> {
  if (format === 'csv') {
    throw new Failure('--resume goes with ndjson, where each line is an item: remove the CSV and begin anew.');
  }
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const length = Math.min(size, LONGEST_LINE);
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
    const end = buffer.lastIndexOf('\n');
    if (end < 0) {
      return undefined;
    }
    const begin = buffer.lastIndexOf('\n', end - 1) + 1;
    truncateSync(path, size - length + end + 1);
    return (JSON.parse(buffer.subarray(begin, end).toString()) as { id: string }).id;
  } catch (error) {
    throw new Failure(`${path} is none that dynashelf export has written (${messageOf(error)}): remove it.`);
  } finally {
    await file.close();
  }
}
