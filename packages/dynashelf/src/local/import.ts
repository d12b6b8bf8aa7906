// `dynashelf import`: the items of files put into their collections, each checked as the API checks it; or
// with `--keep` put back as they were exported.

import { createReadStream, existsSync, readdirSync, statSync, writeFileSync, appendFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { connect } from '#connect';

import type { Resource } from '../definition/resource';
import { writable } from '../definition/writable';
import { Problem } from '../problem';
import { pacer } from '../store/client/pacer';
import { restoredRecord } from '../store/migrate/restore-item';
import { beginRestore, type RestoreRun } from '../store/migrate/restore-run';
import { findFaults } from '../values/check';
import { CHOOSABLE_ID, isChoosable } from '../values/id';
import { didYouMean } from '../values/nearest';
import { directPut } from './direct';
import { Failure } from './failure';
import { readRate, readWords, runCommand } from './run-command';
import { readItems, type Format, type Line } from './item-text';
import { bringUpToDate } from './keys';
import { detailOf, loadItems, orderedByReference, type GivenItem, type Loaded } from './load-items';
import { onTable, type CommandTable } from './local-data';
import { loadedResources } from './resource-mistakes';

const USAGE =
  'npx dynashelf import file-or-folder … [--keep] [--replace] [--skip-invalid file] [--dry-run] [--rate units-a-second]';

/** How many faults are printed. */
const MOST_PRINTED = 100;

interface Words {
  readonly paths: readonly string[];
  readonly isKeeping: boolean;
  readonly isReplacing: boolean;
  readonly isDry: boolean;
  readonly skipped: string | undefined;
  readonly rate: number | undefined;
}

interface Source {
  readonly path: string;
  readonly format: Format;
  readonly resource: Resource;
}

runCommand(run);

async function run(): Promise<void> {
  const words = wordsOf(process.argv.slice(2));
  const resources = loadedResources();
  const sources = sourcesOf(words.paths, resources);
  const faults = faultNotes(words.skipped);
  const items = await checkAll(sources, faults.note);
  if (faults.count > 0 && words.skipped === undefined) {
    throw new Failure(
      `${faults.printed.join('\n')}\n${count(faults.count, 'fault')}, and nothing was written: correct the files, or let --skip-invalid faults.ndjson write what is wrong to a file and go on.`,
    );
  }
  if (words.isDry) {
    console.log(`${count(items, 'item')} can be read; nothing was written.`);
    return;
  }
  const { done, there } = await onTable(async (table) => write(table, sources, resources, words, faults.note));
  const said = [
    `${count(done, 'item')} written`,
    ...(there > 0 ? [`${there} there already`] : []),
    ...(faults.count > 0 ? [`${faults.count} refused`] : []),
  ];
  console.log(`${said.join(', ')}.`);
  if (faults.count > 0) {
    console.error(faults.printed.join('\n'));
    process.exitCode = 1;
  }
}

function wordsOf(args: string[]): Words {
  return readWords(USAGE, () => {
    const { values, positionals: paths } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        keep: { type: 'boolean', default: false },
        replace: { type: 'boolean', default: false },
        'dry-run': { type: 'boolean', default: false },
        'skip-invalid': { type: 'string' },
        rate: { type: 'string' },
      },
    });
    const { keep, replace } = values;
    const rate = readRate(values.rate);
    if (paths.length === 0) {
      throw new Failure('Which files?');
    }
    if (keep && replace) {
      throw new Failure(
        '--keep puts items back that are not there, and --replace replaces them: leave one of the two out.',
      );
    }
    return {
      paths,
      isKeeping: keep,
      isReplacing: replace,
      isDry: values['dry-run'],
      skipped: values['skip-invalid'],
      rate,
    };
  });
}

/** The files, and those of the folders, each after those whose items it refers to. */
function sourcesOf(paths: readonly string[], resources: ReadonlyMap<string, Resource>): Source[] {
  const files = paths.flatMap((path) => {
    if (!existsSync(path)) {
      throw new Failure(`There is no file ${path}. ${USAGE}`);
    }
    return statSync(path).isDirectory()
      ? readdirSync(path)
          .filter((name) => /\.(ndjson|csv)$/.test(name))
          .map((name) => join(path, name))
      : [path];
  });
  const order = orderedByReference([...resources.values()]);
  return files
    .map((path): Source => {
      const extension = extname(path);
      const name = basename(path, extension);
      const resource = resources.get(name);
      if (extension !== '.ndjson' && extension !== '.csv') {
        throw new Failure(`${path} is neither .ndjson nor .csv: it takes those two.`);
      }
      if (resource === undefined) {
        throw new Failure(
          `${path} is of no collection: name it after one, of ${[...resources.keys()].join(', ')}.${didYouMean(name, resources.keys())}`,
        );
      }
      return { path, format: extension === '.csv' ? 'csv' : 'ndjson', resource };
    })
    .sort((a, b) => order.indexOf(a.resource.name) - order.indexOf(b.resource.name));
}

interface FaultNotes {
  count: number;
  readonly printed: readonly string[];
  readonly note: (place: string, reason: string, item?: unknown) => void;
}

/** Notes what is refused; in a file too, where one is named. */
function faultNotes(file: string | undefined): FaultNotes {
  if (file !== undefined) {
    writeFileSync(file, '');
  }
  const printed: string[] = [];
  const notes: FaultNotes = {
    count: 0,
    printed,
    note(place, reason, item) {
      if (++notes.count <= MOST_PRINTED) {
        printed.push(`${place}: ${reason}`);
      } else if (notes.count === MOST_PRINTED + 1) {
        printed.push('… and more.');
      }
      if (file !== undefined) {
        appendFileSync(file, `${JSON.stringify({ place, reason, item })}\n`);
      }
    },
  };
  return notes;
}

/** Checks every line by itself. @returns how many items there are */
async function checkAll(sources: readonly Source[], note: FaultNotes['note']): Promise<number> {
  let items = 0;
  for (const source of sources) {
    for await (const line of linesOf(source)) {
      items++;
      const faults = faultsOf(source.resource, line);
      if (faults !== undefined) {
        note(placeOf(source, line), faults, 'item' in line ? line.item : undefined);
      }
    }
  }
  return items;
}

function linesOf({ path, format, resource }: Source): AsyncIterable<Line> {
  return readItems(format, resource, createReadStream(path));
}

function placeOf({ path }: Source, { line }: Line): string {
  return `${path}:${line}`;
}

/** What is wrong with a line by itself; undefined where nothing is. */
function faultsOf(resource: Resource, line: Line): string | undefined {
  if ('fault' in line) {
    return line.fault;
  }
  const { id, ...body } = line.item;
  if (typeof id !== 'string' || !isChoosable(id)) {
    return `It needs an "id" of ${CHOOSABLE_ID}.`;
  }
  const { named, count: all } = findFaults(resource, writable(resource.attributes, body));
  const texts = named.map((fault) => `${'pointer' in fault ? fault.pointer : ''} ${fault.detail}`.trim());
  return all === 0 ? undefined : texts.join('; ');
}

async function write(
  { tableName, wait }: CommandTable,
  sources: readonly Source[],
  resources: ReadonlyMap<string, Resource>,
  { isKeeping, isReplacing, rate }: Words,
  note: FaultNotes['note'],
): Promise<{ done: number; there: number }> {
  const came = { done: 0, there: 0 };
  const keepPace = pacer(rate);
  let units = 0;
  const send = connect();
  const put = isKeeping ? undefined : await directPut(process.env, { isReplacing, onUnits: (more) => (units += more) });
  // What is put back is not guarded or counted: until the migration has done it, nothing relies on that.
  const restoring = isKeeping ? await beginRestore(send, tableName, resources, wait) : undefined;
  const putOne = async ({ collection, item }: GivenItem): Promise<Loaded> => {
    if (put === undefined) {
      return restore(restoring!, resources.get(collection)!, item);
    }
    const { id, ...body } = item;
    const { status, text } = await put(`/${collection}/${encodeURIComponent(id as string)}`, body);
    await keepPace(units);
    units = 0;
    return status < 300
      ? 'done'
      : status === 412
        ? 'there'
        : { reason: `It was answered ${status}${detailOf(text)}`, isEarly: status === 409 };
  };
  const restore = async (run: RestoreRun, resource: Resource, item: GivenItem['item']): Promise<Loaded> => {
    try {
      const record = await restoredRecord(resource, item);
      const isNew = await run.put(record);
      await keepPace(Math.ceil(Buffer.byteLength(JSON.stringify(record)) / 1024));
      return isNew ? 'done' : 'there';
    } catch (error) {
      if (!(error instanceof Problem)) {
        throw error;
      }
      return {
        reason: `It is not valid${detailOf(JSON.stringify({ detail: error.detail, ...error.more }))}`,
        isEarly: false,
      };
    }
  };
  await loadItems(
    sources.map((source) => validItems(source)),
    {
      put: putOne,
      onDone(what) {
        came[what]++;
        if ((came.done + came.there) % 100 === 0) {
          process.stderr.write(`${came.done + came.there} items.\r`);
        }
      },
      onRefused: ({ place, item }, reason) => note(place, reason, item),
    },
  );
  if (restoring !== undefined) {
    await restoring.end();
    (await bringUpToDate(tableName, wait)).forEach((line) => console.log(line));
  }
  return came;
}

async function* validItems(source: Source): AsyncGenerator<GivenItem> {
  for await (const line of linesOf(source)) {
    if ('item' in line && faultsOf(source.resource, line) === undefined) {
      yield { collection: source.resource.name, item: line.item, place: placeOf(source, line) };
    }
  }
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}
