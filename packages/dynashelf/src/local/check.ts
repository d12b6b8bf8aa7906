// `dynashelf check`: what the resource files say now against what the items of a table were written under, or against a
// file: what is compatible, what needs a migration, and what breaks clients.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { connect } from '#connect';

import { compareShapes, type Difference, type Meaning } from '../definition/shapes/compare';
import { shapesOf, type Shapes } from '../definition/shapes/shape';
import { readShapes } from '../store/migrate/note-shapes';
import { Failure, messageOf } from './failure';
import { readWords, runCommand } from './run-command';
import { onTable } from './local-data';
import { loadedResources } from './resource-mistakes';

const USAGE = 'npx dynashelf check [--against stage|file.json] [--save file.json] [--json]';

const MEANINGS: readonly Meaning[] = ['breaking', 'migration', 'compatible'];

const TITLES: Readonly<Record<Meaning, string>> = {
  breaking: 'Breaks clients',
  migration: 'Needs a migration',
  compatible: 'Compatible',
};

runCommand(run, 2);

async function run(): Promise<void> {
  const { against, save, json } = wordsOf(process.argv.slice(2));
  const current = shapesOf(loadedResources());
  if (save !== undefined) {
    writeFileSync(save, `${JSON.stringify(current, undefined, 2)}\n`);
    return;
  }
  const before = await shapesBefore(against);
  if (Object.keys(before).length === 0) {
    throw new Failure(
      'Nothing is known of what the items were written under: npm start, and npm run rekey behind a deployment, note it in the table.',
    );
  }
  const differences = compareShapes(before, current);
  console.log(json ? JSON.stringify(differences, undefined, 2) : textOf(differences));
  process.exitCode = differences.some(({ meaning }) => meaning === 'breaking') ? 1 : 0;
}

function wordsOf(args: string[]): { against: string | undefined; save: string | undefined; json: boolean } {
  return readWords(USAGE, () => {
    const { against, save, json } = parseArgs({
      args,
      options: { against: { type: 'string' }, save: { type: 'string' }, json: { type: 'boolean', default: false } },
    }).values;
    return { against, save, json };
  });
}

async function shapesBefore(against: string | undefined): Promise<Shapes> {
  if (against?.endsWith('.json')) {
    return readFile(against);
  }
  if (against !== undefined) {
    const { service } = parse(readFileSync('serverless.yml', 'utf8')) as { service?: string };
    process.env.TABLE_NAME ??= `${service}-${against}`;
  }
  return onTable(async ({ tableName }) => readShapes(connect(), tableName));
}

function readFile(path: string): Shapes {
  if (!existsSync(path)) {
    throw new Failure(`There is no file ${path}. ${USAGE}`);
  }
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Shapes;
  } catch (error) {
    throw new Failure(`${path} is none that dynashelf check --save has written (${messageOf(error)}).`);
  }
}

/** The differences as a table of Markdown, which a pull request shows. */
function textOf(differences: readonly Difference[]): string {
  if (differences.length === 0) {
    return 'Nothing is different.';
  }
  const rows = MEANINGS.flatMap((meaning) =>
    differences
      .filter((one) => one.meaning === meaning)
      .map(({ at, detail, remedy }) => `| ${TITLES[meaning]} | ${at} | ${detail} | ${remedy} |`),
  );
  return ['| | where | what | to do |', '| --- | --- | --- | --- |', ...rows].join('\n');
}
