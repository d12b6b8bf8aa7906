// `npm run bench`: what a request costs, side by side with others. Writes docs/benchmarks.md; `npm run bench --
// --quick` only prints, sooner.

import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';

import { bundleFunctions } from '../src/local/bundle';
import { startDatabase, type Database } from '../src/local/database';
import { Failure } from '../src/local/failure';
import { makeTable } from './fill';
import { makeBundles } from './speed/bundles';
import { measureCold } from './speed/cold';
import { CONTENDERS } from './speed/contenders';
import { startWorkers } from './speed/workers';
import { writePage, writeTables, type Circumstances } from './speed/page';
import { installPeers } from './speed/peers';
import type { Results } from './speed/results';
import { measureRounds } from './speed/rounds';
import { holdAgainstTargets } from './speed/targets';

const PROJECT = join(__dirname, '..', '..', '..');

const FULL = {
  stub: { rounds: 11, warmUp: { calls: 7_500, milliseconds: 2_000 }, batch: 12 },
  database: { rounds: 5, warmUp: { calls: 100, milliseconds: 60 }, batch: 10 },
  processes: 20,
};
const QUICK = {
  stub: { rounds: 4, warmUp: { calls: 500, milliseconds: 180 }, batch: 8 },
  database: { rounds: 2, warmUp: { calls: 20, milliseconds: 15 }, batch: 5 },
  processes: 2,
};

async function main(): Promise<void> {
  const isQuick = process.argv.includes('--quick');
  const { stub, database, processes } = isQuick ? QUICK : FULL;
  const versions = installPeers();
  const before = loadavg()[0]!;
  if (before > cpus().length / 2) {
    console.warn(
      `The machine is busy (its load is ${before.toFixed(1)}): what is measured now will differ from run to run.`,
    );
  }
  const engine = await startEngine();
  const bundles = await makeBundles(CONTENDERS);
  try {
    const tables = new Map(CONTENDERS.map((contender, index) => [contender, `bench-${index}`]));
    for (const table of tables.values()) {
      await makeTable(table);
    }
    const workers = await startWorkers(bundles, tables);
    let warm: Results['warm'];
    try {
      say('trying every operation of every contender');
      await Promise.all(CONTENDERS.map((contender) => workers.ask(contender, { order: 'check' })));
      say('measuring without a network');
      const stubbed = await measureRounds(workers, CONTENDERS, 'stub', stub);
      say('measuring over the database');
      warm = { stub: stubbed, database: await measureRounds(workers, CONTENDERS, 'database', database) };
    } finally {
      workers.end();
    }
    say('measuring cold');
    const cold = await measureCold(bundles, tables, processes);
    const readZip = (await bundleFunctions(PROJECT)).find(({ name }) => name === 'read')!.zipSize;
    report({ warm, cold, bundles: bundles.of, readZip }, isQuick, {
      processes,
      rounds: stub.rounds,
      warmUp: stub.warmUp,
      versions,
      engine: engine.kind === 'java' ? 'DynamoDB Local in memory' : engine.kind,
      load: [before, loadavg()[0]!],
    });
  } finally {
    bundles.remove();
    await engine.stop();
  }
}

/** The database, and the environment for all who use it. */
async function startEngine(): Promise<Database> {
  const engine = await startDatabase();
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_DYNAMODB: engine.endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
    CURSOR_KEY: 'a key for measuring only',
    ACCESS: 'open',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  });
  return engine;
}

function report(results: Results, isQuick: boolean, circumstances: Circumstances): void {
  console.log(`\n${writeTables(results)}`);
  const outcomes = holdAgainstTargets(results);
  console.log(
    `${outcomes.filter(({ isReached }) => isReached).length} of ${outcomes.length} targets are reached, after ${Math.round(performance.now() / 1000)} s.`,
  );
  if (!isQuick) {
    writeFileSync(join(PROJECT, 'docs/benchmarks.md'), writePage(results, circumstances));
    console.log('docs/benchmarks.md is written.');
  }
}

function say(what: string): void {
  console.log(`${(performance.now() / 1000).toFixed(0).padStart(4)} s  ${what}`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Failure ? error.message : error);
  process.exitCode = 1;
});
