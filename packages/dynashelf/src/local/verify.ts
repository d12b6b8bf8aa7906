// `dynashelf verify`: reads a whole table and proves that every invariant holds; `--repair` mends what has one right
// answer. It ends with 0 where all is well, 1 where something is wrong, 2 where it could not tell.

import { existsSync, readFileSync, rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { connect } from '#connect';

import { FINDING_KINDS, type Finding, type FindingKind } from '../store/verify/finding';
import { takeBack } from '../store/verify/take-back';
import {
  beginVerification,
  confirmed,
  verifyTable,
  type Progress,
  type VerifyState,
} from '../store/verify/verify-table';
import { readRate, readWords, runCommand } from './run-command';
import { bringUpToDate } from './keys';
import { onTable, type CommandTable } from './local-data';
import { loadedResources } from './resource-mistakes';
import { readState, subjectOf, writeState } from './verify-state';

const USAGE = 'npx dynashelf verify [--repair] [--json] [--rate units-a-second] [--resume file]';

/** How many findings of one kind are printed. */
const MOST_PRINTED = 20;

/** Milliseconds between two notes of how far it is. */
const EVERY = 1000;

interface Words {
  readonly repair: boolean;
  readonly json: boolean;
  readonly rate: number | undefined;
  readonly resume: string | undefined;
}

interface Verified {
  readonly records: number;
  readonly units: number;
  readonly findings: readonly Finding[];
  /** What the repair did, in lines. */
  readonly repaired: readonly string[];
}

runCommand(run, 2);

async function run(): Promise<void> {
  const words = wordsOf(process.argv.slice(2));
  const verified = await onTable(async (table) => verify(table, words));
  console.log(words.json ? JSON.stringify(verified, undefined, 2) : textOf(verified));
  process.exitCode = verified.findings.length === 0 ? 0 : 1;
}

function wordsOf(args: string[]): Words {
  return readWords(USAGE, () => {
    const { values } = parseArgs({
      args,
      options: {
        repair: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        rate: { type: 'string' },
        resume: { type: 'string' },
      },
    });
    const rate = readRate(values.rate);
    return { repair: values.repair, json: values.json, rate, resume: values.resume };
  });
}

async function verify({ tableName, wait }: CommandTable, { repair, rate, resume }: Words): Promise<Verified> {
  const resources = loadedResources();
  const send = connect();
  const subject = subjectOf(process.env, tableName, resources);
  let done: Progress = { records: 0, units: 0 };
  /** What one pass finds; a second one tells what others have changed meanwhile from what is wrong. */
  const pass = async (state: VerifyState, file?: string): Promise<Finding[]> => {
    let noted = Date.now();
    return verifyTable(send, tableName, resources, state, {
      rate,
      onPage(progress) {
        done = progress;
        if (Date.now() - noted > EVERY) {
          noted = Date.now();
          process.stderr.write(`${progress.records} records read, ${Math.round(progress.units)} read units.\n`);
          if (file !== undefined) {
            writeState(file, state, subject);
          }
        }
      },
    });
  };
  const begun = resume === undefined ? undefined : begunBefore(resume, subject);
  const twice = async (state: VerifyState): Promise<Finding[]> => {
    const found = await pass(state, resume);
    return found.length === 0 ? found : confirmed(found, await pass(beginVerification()));
  };
  let findings = await twice(begun ?? beginVerification());
  const repaired: string[] = [];
  if (repair && (await takeBack(send, tableName, resources, findings)) > 0) {
    repaired.push(...(await bringUpToDate(tableName, wait)));
    findings = await twice(beginVerification());
  }
  if (resume !== undefined) {
    rmSync(resume, { force: true });
  }
  return { ...done, findings, repaired };
}

/** The state of a run that was stopped; undefined where there is none. */
function begunBefore(path: string, subject: string): VerifyState | undefined {
  if (!existsSync(path)) {
    return undefined;
  }
  const state = readState(readFileSync(path, 'utf8'), subject);
  process.stderr.write(`Goes on from ${path}: ${state.records} records were read until ${state.time}.\n`);
  return state;
}

function textOf({ records, findings, repaired }: Verified): string {
  const kinds = (Object.keys(FINDING_KINDS) as FindingKind[]).filter((kind) =>
    findings.some((one) => one.kind === kind),
  );
  const lines = kinds.flatMap((kind) => {
    const own = findings.filter((one) => one.kind === kind);
    return [
      `${own.length} ${FINDING_KINDS[kind]}:`,
      ...own.slice(0, MOST_PRINTED).map(({ at, detail }) => `  ${at}: ${detail}`),
      ...(own.length > MOST_PRINTED ? [`  … and ${own.length - MOST_PRINTED} more.`] : []),
    ];
  });
  const mendable = repaired.length === 0 && findings.some(({ remedy }) => remedy !== undefined);
  return [
    ...repaired,
    ...lines,
    findings.length === 0
      ? `${records} records, and every invariant holds.`
      : `${records} records, ${findings.length} ${findings.length === 1 ? 'thing is' : 'things are'} wrong.${mendable ? ' npx dynashelf verify --repair mends what has one right answer.' : ''}`,
  ].join('\n');
}
