// The functions as they are deployed: the handlers of serverless.yml, bundled as Serverless is told to.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { build, type BuildOptions, type Metafile } from 'esbuild';
import { parse } from 'yaml';

import { bundling } from '../serverless/bundling';
import { RENDERER_FILE } from '../serverless/functions';
import { parameters } from '../serverless/parameters';
import { type AppUses, lacking, usesOf, withDeclarations } from './declarations';
import { zip } from './zip';

/** A handler, bundled. */
export interface HandlerBundle {
  /** The path of the bundle in an archive. */
  readonly entry: string;
  readonly code: Uint8Array;
  /** The source map. */
  readonly map: Uint8Array;
  /** The files of the project and of its packages that are in it, from the project's root. */
  readonly inputs: readonly string[];
}

/** One function, bundled. */
export interface Bundle extends HandlerBundle {
  readonly name: string;
  /** Bytes of the archive that is uploaded, code and whatever lies beside. */
  readonly zipSize: number;
}

interface Service {
  readonly service: string;
  readonly params?: Readonly<Record<string, Readonly<Record<string, unknown>> | null>>;
  readonly functions: Readonly<Record<string, { readonly handler: string }>>;
}

/** Bundles the functions of a project as a stage has them. */
export async function bundleFunctions(directory: string, stage = 'default'): Promise<Bundle[]> {
  const { service, params = {}, functions } = parse(readFileSync(join(directory, 'serverless.yml'), 'utf8')) as Service;
  const options = bundling(parameters({ service, stage }, { ...params['default'], ...params[stage] }));
  const uses = await usesOf(directory);
  return Promise.all(
    Object.entries(functions).map(async ([name, { handler }]) => {
      const bundle = await bundleHandler(directory, handler, options, uses);
      const beside = (name === 'describe' ? [RENDERER_FILE] : []).map(
        (path) => [path, readFileSync(join(directory, path))] as const,
      );
      return { name, ...bundle, zipSize: zip([[bundle.entry, bundle.code], ...beside]).length };
    }),
  );
}

/**
 * Bundles a handler such as `src/functions/read.handler`.
 * @param uses what of the engine it has to have
 */
export async function bundleHandler(
  directory: string,
  handler: string,
  options: BuildOptions,
  uses: AppUses,
): Promise<HandlerBundle> {
  const source = sourceOf(handler);
  const { outputFiles, metafile } = await build({
    ...options,
    define: { ...options.define, ...lacking(uses) },
    plugins: [withDeclarations(async () => uses.declarations)],
    absWorkingDir: directory,
    entryPoints: [source],
    outdir: '.build',
    sourcemap: options.sourcemap === 'linked' ? 'linked' : 'external',
    metafile: true,
    write: false,
  });
  const [map, code] = [
    outputFiles.find(({ path }) => path.endsWith('.map'))!.contents,
    outputFiles.find(({ path }) => path.endsWith('.js'))!.contents,
  ];
  return { entry: source.replace(/\.ts$/, '.js'), code, map, inputs: inputsOf(metafile) };
}

/** The file that exports a handler. */
export function sourceOf(handler: string): string {
  return handler.replace(/\.\w+$/, '.ts');
}

/** What is in an output, not only looked at. */
function inputsOf({ outputs }: Metafile): string[] {
  return Object.values(outputs)
    .flatMap(({ inputs }) =>
      Object.entries(inputs)
        .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
        .map(([path]) => path),
    )
    .sort();
}
