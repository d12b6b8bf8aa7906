// `dynashelf redeliver`: lists what was put aside, messages that no function took and changes that a subscriber did not
// handle, or sends it again: of the table on AWS that TABLE_NAME names, by the credentials that are there, else of the
// data of `npm start`, which may run beside.

import { parseArgs } from 'node:util';

import { connect } from '#connect';

import { openPutAside, type Aside } from '../store/put-aside';
import { didYouMean } from '../values/nearest';
import { Failure } from './failure';
import { readWords, runCommand } from './run-command';
import { onTable } from './local-data';

const USAGE = 'npx dynashelf redeliver [--all | name…]';

/** Milliseconds that all of it may take. */
const PATIENCE = 600_000;

runCommand(run);

async function run(): Promise<void> {
  const { names, isAll } = wordsOf(process.argv.slice(2));
  const lines = await onTable(async ({ tableName }) => redeliver(tableName, isAll ? 'all' : names));
  lines.forEach((line) => console.log(line));
}

function wordsOf(args: string[]): { names: string[]; isAll: boolean } {
  return readWords(USAGE, () => {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { all: { type: 'boolean' } } });
    const isAll = values.all === true;
    if (isAll && positionals.length > 0) {
      throw new Failure('Either all, or those that are named.');
    }
    return { names: positionals, isAll };
  });
}

/**
 * Sends what was put aside again.
 * @param wanted names of it; none lists what there is
 * @returns what was done, in lines
 * @throws Failure for a name that nothing has
 */
async function redeliver(tableName: string, wanted: readonly string[] | 'all'): Promise<string[]> {
  const putAside = openPutAside(connect(), tableName, Date.now() + PATIENCE);
  const found: Aside[] = [];
  for await (const aside of putAside.list()) {
    found.push(aside);
  }
  if (found.length === 0 && wanted.length === 0) {
    return ['Nothing was put aside.'];
  }
  if (wanted.length === 0) {
    return [...found.map(lineOf), '', `To send it again: ${USAGE}`];
  }
  const names = found.map(({ name }) => name);
  const unknown = wanted === 'all' ? undefined : wanted.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new Failure(`Nothing of the name "${unknown}" was put aside.${didYouMean(unknown, names)} ${USAGE}`);
  }
  const lines: string[] = [];
  for (const aside of found.filter(({ name }) => wanted === 'all' || wanted.includes(name))) {
    lines.push(
      (await putAside.sendAgain(aside))
        ? `${aside.name} is sent again.`
        : `${aside.name} is not: somebody else has sent it, or there is no such subscriber any more.`,
    );
  }
  return lines.length === 0 ? ['Nothing was put aside.'] : lines;
}

function lineOf({ name, message, change }: Aside): string {
  const { attempts, reason, at } = message ?? change!;
  const of = message === undefined ? `item ${change!.item}` : message.message || 'no message that can be read';
  return `${name}: ${of}, put aside ${at} after ${attempts} attempts: ${reason}`;
}
