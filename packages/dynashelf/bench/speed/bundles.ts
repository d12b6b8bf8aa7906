// All that is measured, bundled as a deployment bundles ours: by src/local/bundle.ts, with the same options.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { stringify } from 'yaml';

import { bundleFunctions } from '../../src/local/bundle';
import type { Contender } from './contenders';

/** One bundle on the disk. */
export interface File {
  readonly path: string;
  readonly size: number;
  readonly zipSize: number;
}

/** The bundles of one contender. */
export interface Bundled {
  /** What is measured warm: one file, or that of what reads and that of what writes. */
  readonly warm: readonly File[];
  /** The Lambda function that reads and the one that writes, of what is measured cold. */
  readonly read: File;
  readonly write: File;
}

export interface Bundles {
  readonly of: ReadonlyMap<Contender, Bundled>;
  /** The process that measures warm, and the one that measures cold. */
  readonly worker: string;
  readonly coldStart: string;
  remove(): void;
}

const BENCH = join(__dirname, '..');

/** Bundles everything into a folder of its own. */
export async function makeBundles(contenders: readonly Contender[]): Promise<Bundles> {
  const directory = mkdtempSync(join(tmpdir(), 'dynashelf-bench-'));
  mkdirSync(join(directory, 'entries'));
  const wire = { worker: join(BENCH, 'speed/worker'), coldStart: join(BENCH, 'speed/cold-start') };
  const files = new Map(await bundleAll(directory, { transport: 'wire' }, wire));
  for (const [index, contender] of contenders.entries()) {
    const { transport, models = 'compiled' } = contender;
    const entries = entriesOf(contender, directory, `c${index}`);
    (await bundleAll(directory, { transport, models }, entries)).forEach(([name, one]) => files.set(name, one));
  }
  const file = (name: string): File => files.get(name)!; // undefined where it is never asked for
  return {
    of: new Map(
      contenders.map((contender, index) => {
        const [read, write] = [file(`c${index}reads`), file(`c${index}writes`)];
        return [contender, { warm: contender.kind === 'data' ? [file(`c${index}`)] : [read, write], read, write }];
      }),
    ),
    worker: file('worker').path,
    coldStart: file('coldStart').path,
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/**
 * The entries of a contender by the names of their bundles; one that is no handler gets the least that makes it one.
 */
function entriesOf(contender: Contender, directory: string, name: string): Record<string, string> {
  const source = (file: string): string => join(BENCH, file);
  if (contender.kind === 'handler') {
    return { [`${name}reads`]: source(contender.read), [`${name}writes`]: source(contender.write) };
  }
  const handler = (part: string, maker: string): string => {
    const path = join(directory, 'entries', `${name}${part}`);
    const [from, bare] = [source(contender.file), source('peers/bare-handler')].map((file) => JSON.stringify(file));
    writeFileSync(
      `${path}.ts`,
      `import { ${part} } from ${from};\nimport { ${maker} } from ${bare};\nexport const handler = ${maker}(${part}(process.env.TABLE_NAME!));\n`,
    );
    return path;
  };
  const warm = { [name]: source(contender.file) };
  return contender.isCold
    ? {
        ...warm,
        [`${name}reads`]: handler('reads', 'readHandler'),
        [`${name}writes`]: handler('writes', 'createHandler'),
      }
    : warm;
}

/** Bundles entries as the functions of a project that differs from ours in nothing but these parameters. */
async function bundleAll(
  directory: string,
  params: Readonly<Record<string, string>>,
  entries: Record<string, string>,
): Promise<[string, File][]> {
  const functions = Object.fromEntries(
    Object.entries(entries).map(([name, path]) => [name, { handler: `${path}.handler` }]),
  );
  writeFileSync(
    join(directory, 'serverless.yml'),
    stringify({ service: 'bench', params: { default: params }, functions }),
  );
  return (await bundleFunctions(directory)).map(({ name, code, zipSize }) => {
    const path = join(directory, `${name}.js`);
    writeFileSync(path, code);
    return [name, { path, size: code.length, zipSize }];
  });
}
