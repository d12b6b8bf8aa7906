// The functions as they are deployed: the handlers of serverless.yml, bundled by the options of serverless.yml.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';

import { build, type BuildOptions, type Metafile } from 'esbuild';
import { parse } from 'yaml';

/** One function, bundled. */
export interface Bundle {
  readonly name: string;
  readonly code: Uint8Array;
  /** The source map. */
  readonly map: Uint8Array;
  /** The files of the project and of its packages that are in it, from the project's root. */
  readonly inputs: readonly string[];
  /** Bytes of the archive that is uploaded, code and whatever lies beside. */
  readonly zipSize: number;
}

interface Service {
  readonly params: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly custom: { readonly esbuild: Readonly<Record<string, unknown>> };
  readonly functions: Readonly<Record<string, { readonly handler: string; readonly package?: { readonly patterns?: readonly string[] } }>>;
}

/** Bundles the functions of a project as a stage has them. */
export async function bundleFunctions(directory: string, stage = 'default'): Promise<Bundle[]> {
  const service = parse(readFileSync(join(directory, 'serverless.yml'), 'utf8')) as Service;
  // Those two are the plugin's own.
  const { exclude, watch, ...options } = filled(service.custom.esbuild, { ...service.params['default'], ...service.params[stage] }) as Record<string, unknown>;
  return Promise.all(Object.entries(service.functions).map(async ([name, { handler, package: packaging }]) => {
    const entry = handler.replace(/\.\w+$/, '.ts');
    const { outputFiles, metafile } = await build({
      ...options as BuildOptions, platform: 'node', absWorkingDir: directory, entryPoints: [entry], outdir: '.build', sourcemap: 'external', metafile: true, write: false,
    });
    const [map, code] = [outputFiles.find(({ path }) => path.endsWith('.map'))!.contents, outputFiles.find(({ path }) => path.endsWith('.js'))!.contents];
    const beside = (packaging?.patterns ?? []).map((path) => [path, readFileSync(join(directory, path))] as const);
    return { name, code, map, inputs: inputsOf(metafile), zipSize: zipSize([[entry, code], ...beside]) };
  }));
}

/** What is in an output, not only looked at. */
function inputsOf({ outputs }: Metafile): string[] {
  return Object.values(outputs).flatMap(({ inputs }) => Object.entries(inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => path)).sort();
}

/** A value with `${param:name}` filled in, at any depth. */
function filled(value: unknown, params: Readonly<Record<string, unknown>>): unknown {
  if (typeof value === 'string') {
    const name = /^\$\{param:(\w+)\}$/.exec(value)?.[1];
    return name === undefined ? value : params[name];
  }
  if (Array.isArray(value)) return value.map((inner) => filled(inner, params));
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, filled(inner, params)])) : value;
}

/** Bytes of a zip archive: each file deflated as quickly as the packaging plugin does it, with its headers (30 and 46 bytes and the name twice), and its end. */
function zipSize(files: readonly (readonly [name: string, contents: Uint8Array])[]): number {
  return files.reduce((sum, [name, contents]) => sum + deflateRawSync(contents, { level: 1 }).length + 76 + 2 * name.length, 22);
}
