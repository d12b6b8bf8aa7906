// `npm run build`: the bundles that a deployment uploads, with their source maps, and how large they are.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { bundleFunctions } from './bundle';
import { Failure } from './failure';
import { resourceMistakes } from './resource-mistakes';

const DIRECTORY = '.build';

async function main(): Promise<void> {
  const mistakes = await resourceMistakes();
  if (mistakes.length > 0) {
    throw new Failure(mistakes.join('\n'));
  }
  const bundles = await bundleFunctions(process.cwd());
  mkdirSync(DIRECTORY, { recursive: true });
  for (const { name, code, map } of bundles) {
    writeFileSync(join(DIRECTORY, `${name}.js`), code);
    writeFileSync(join(DIRECTORY, `${name}.js.map`), map);
  }
  console.table(
    Object.fromEntries(
      bundles.map(({ name, code, zipSize, inputs }) => [
        name,
        { 'bundle kB': kB(code.length), 'zip kB': kB(zipSize), files: inputs.length },
      ]),
    ),
  );
  console.log(`Bundles and source maps are in ${DIRECTORY}.`);
}

function kB(bytes: number): number {
  return Math.round(bytes / 100) / 10;
}

main().catch((error: unknown) => {
  process.exitCode = 1;
  console.error(error instanceof Error ? error.message : error); // esbuild has said where
});
