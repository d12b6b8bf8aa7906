// What `serverless package` and `serverless deploy` upload of each function: its bundle, and the files that
// `package.patterns` names.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import type { BuildOptions } from 'esbuild';

import { bundleHandler } from './bundle';
import { usesOf } from './declarations';
import { zip } from './zip';

/** A function of a service, as far as it is packaged here. */
export interface PackagedFunction {
  readonly handler?: string;
  package?: { readonly patterns?: readonly string[]; readonly artifact?: string };
}

/** Serverless, as far as it is used here. */
export interface PackagingServerless {
  readonly serviceDir: string;
  readonly service: {
    readonly custom: { readonly bundling: BuildOptions };
    getAllFunctions(): string[];
    getFunction(name: string): PackagedFunction;
  };
}

/** The folder of Serverless, from which it moves archives to where they are wanted. */
const FOLDER = '.serverless';

/** Bundles every function that has no archive yet, and says where its archive is. */
export async function packageFunctions({ serviceDir, service }: PackagingServerless): Promise<void> {
  mkdirSync(join(serviceDir, FOLDER), { recursive: true });
  const uses = await usesOf(serviceDir);
  await Promise.all(
    service.getAllFunctions().map(async (name) => {
      const definition = service.getFunction(name);
      if (definition.handler === undefined || definition.package?.artifact !== undefined) {
        return;
      }
      const { entry, code, map } = await bundleHandler(serviceDir, definition.handler, service.custom.bundling, uses);
      const beside = await filesOf(serviceDir, definition.package?.patterns ?? []);
      const archive = join(FOLDER, `${name}.zip`);
      const isMapped = service.custom.bundling.sourcemap === 'linked';
      writeFileSync(
        join(serviceDir, archive),
        zip([[entry, code], ...(isMapped ? [[`${entry}.map`, map] as const] : []), ...beside]),
      );
      definition.package = { ...definition.package, artifact: archive };
    }),
  );
}

/** The files that patterns name, from the folder of the service; a pattern that begins with `!` takes some away. */
async function filesOf(directory: string, patterns: readonly string[]): Promise<(readonly [string, Uint8Array])[]> {
  if (patterns.length === 0) {
    return [];
  }
  // Serverless has it for the same words.
  const glob = createRequire(require.resolve('serverless/package.json'))('fast-glob') as (
    patterns: readonly string[],
    options: { readonly cwd: string; readonly dot: boolean },
  ) => Promise<string[]>;
  const paths = await glob(patterns, { cwd: directory, dot: true });
  return paths.sort().map((path) => [path, readFileSync(join(directory, path))] as const);
}
