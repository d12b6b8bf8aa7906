// `npm run test:clients`: clients of six generators, made of the description, compiled, and used against a started API.
// Not part of `npm test`: it fetches generators from Maven Central and PyPI, and takes minutes. One that is not to be
// had is skipped.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';

import { freePort } from '../../src/local/free-port';
import { listResources } from '../../src/definition/define-resource';
import { exampleWrite } from '../../src/description/examples';
import { describeApi } from '../../src/description/openapi';
import { copyProject, startIn } from '../setup/project-copy';
import { GENERATORS } from './generators';
import { kinds } from './kinds';
import { missingForSignatures, SIGNATURES, verifySignatures } from './signatures';

/** An API that is started, and what its clients send. */
interface Api {
  readonly collection: string;
  readonly body: Record<string, unknown>;
  readonly change: Record<string, unknown>;
  /** Changes a copy of the project to one that serves it. */
  prepare(directory: string): void;
}

const APIS: readonly Api[] = [
  {
    collection: 'books',
    body: {
      title: 'Omoo',
      author: 'Herman Melville',
      published: '1847-03-30',
      pages: 7_940_378_097,
      tags: ['sea', 'Tahiti'],
    },
    change: { copies: 4, pages: null },
    prepare: () => undefined,
  },
  {
    collection: 'kinds',
    body: {
      ...exampleWrite(kinds.attributes)!,
      number: 0.1,
      whole: Number.MAX_SAFE_INTEGER,
      limited: 8,
      color: 'light-blue',
      likes: undefined,
      anyObject: { a: [1, null, { b: true }] },
      anyList: [1, 'x', { y: [null] }],
      object: { name: 'n', size: -1.5, inner: { list: [{ code: 'c', at: '2026-03-31T12:00:00.000Z' }] } },
    },
    change: { number: 1e100, flag: null, color: null, object: { size: null } },
    prepare(directory) {
      const folder = join(directory, 'src/resources');
      rmSync(folder, { recursive: true });
      rmSync(join(directory, 'samples'), { recursive: true });
      mkdirSync(folder);
      mkdirSync(join(directory, 'samples'));
      for (const [name, path] of [
        ['kinds', 'kinds.ts'],
        ['formatted', '../setup/formatted.ts'],
      ] as const) {
        const text = readFileSync(join(__dirname, path), 'utf8');
        writeFileSync(
          join(folder, `${name}.ts`),
          text.replace(/'(?:\.\.\/)+src\/definition\/\w+'/, "'dynashelf'").replace('../setup/formatted', './formatted'),
        );
      }
      writeFileSync(
        join(folder, 'index.ts'),
        "import { listResources } from 'dynashelf';\nimport { kinds } from './kinds';\n\nexport const resources = listResources(kinds);\n",
      );
    },
  },
];

/** What a program prints. */
interface Done {
  readonly made: object;
  readonly read: object;
  readonly changed: { readonly version?: number };
  readonly stale: object;
  readonly listed: string[];
  readonly removed: number;
  readonly gone: object;
}

async function main(): Promise<void> {
  const words = process.argv.slice(2);
  const isWanted = (title: string): boolean => words.length === 0 || words.some((word) => title.includes(word));
  const counts = { passed: 0, failed: 0, skipped: 0 };
  if (isWanted(SIGNATURES)) {
    counts[trySignatures()] += 1;
  }
  for (const api of APIS.filter(({ collection }) =>
    GENERATORS.some(({ name }) => isWanted(`${name}, ${collection}`)),
  )) {
    const project = copyProject();
    api.prepare(project.directory);
    const port = await freePort();
    const started = startIn(project, { PORT: String(port), DATA_DIR: 'data', ACCESS: 'open' });
    const folder = mkdtempSync(join(tmpdir(), 'clients-'));
    try {
      await started.printed('Ctrl-C stops it');
      const base = `http://127.0.0.1:${port}`;
      const description = join(folder, 'openapi.json');
      writeFileSync(description, await ask(`${base}/openapi.json`));
      for (let count = 0; count < 25; count++) {
        await ask(`${base}/${api.collection}`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify(api.body),
        });
      }
      for (const generator of GENERATORS) {
        const title = `${generator.name}, ${api.collection}`;
        if (!isWanted(title)) {
          continue;
        }
        const missing = generator.missing();
        if (missing !== undefined) {
          counts.skipped += 1;
          console.log(`skipped  ${title}: ${missing}`);
          continue;
        }
        const own = mkdtempSync(join(folder, 'client-'));
        const begun = Date.now();
        try {
          const environment = { API: base, BODY: JSON.stringify(api.body), CHANGE: JSON.stringify(api.change) };
          const printed = generator.run({ folder: own, description, collection: api.collection, environment });
          const faults = faultsOf(
            api,
            JSON.parse(printed.trim().split('\n').at(-1)!) as Done,
            await idsOf(base, api.collection),
          );
          if (faults.length > 0) {
            throw new Error(faults.join('\n'));
          }
          counts.passed += 1;
          console.log(`passed   ${title} (${generator.versions()}), ${Math.round((Date.now() - begun) / 1000)} s`);
        } catch (error) {
          counts.failed += 1;
          console.log(`failed   ${title} (${generator.versions()}): ${(error as Error).message}`);
        }
      }
    } finally {
      started.kill('SIGINT');
      await started.ended;
      project.remove();
      rmSync(folder, { recursive: true, force: true });
    }
  }
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  process.exitCode = counts.failed > 0 ? 1 : 0;
}

function trySignatures(): 'passed' | 'failed' | 'skipped' {
  const missing = missingForSignatures();
  if (missing !== undefined) {
    console.log(`skipped  ${SIGNATURES}: ${missing}`);
    return 'skipped';
  }
  const folder = mkdtempSync(join(tmpdir(), 'signatures-'));
  try {
    verifySignatures(folder);
    console.log(`passed   ${SIGNATURES}`);
    return 'passed';
  } catch (error) {
    console.log(`failed   ${SIGNATURES}: ${(error as Error).message}`);
    return 'failed';
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What of a program's doings is not as it should be. */
function faultsOf(
  { body, change }: Api,
  { made, read, changed, stale, listed, removed, gone }: Done,
  ids: string[],
): string[] {
  const patched = mergePatch(body, change) as object;
  const expected: [what: string, actual: unknown, expected: unknown][] = [
    ['made', only(made, body), body],
    ['read', only(read, body), body],
    ['changed', only(changed, patched), patched],
    ['stale', stale, { status: 412, type: 'PreconditionFailedProblem', current: 2 }],
    // The list had the item that was made, and has it no more.
    [
      'listed',
      [...new Set(listed)].length === listed.length && ids.every((id) => listed.includes(id)) && listed.length,
      ids.length + 1,
    ],
    ['removed', removed, 204],
    ['gone', gone, { status: 404, type: 'NotFoundProblem' }],
  ];
  return expected.flatMap(([what, actual, right]) =>
    isDeepStrictEqual(canonical(actual), canonical(right))
      ? []
      : [`${what}: ${JSON.stringify(canonical(actual))}, not ${JSON.stringify(canonical(right))}`],
  );
}

function only(item: object, names: object): object {
  return Object.fromEntries(Object.entries(item).filter(([name, value]) => name in names && value !== null));
}

/** RFC 7396 §2. */
function mergePatch(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) {
    return patch;
  }
  const merged = { ...(target as Record<string, unknown>) };
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) {
      delete merged[name];
    } else {
      merged[name] = mergePatch(merged[name] ?? {}, value);
    }
  }
  return merged;
}

/** A value with its moments in one form, its members in one order, and without what is not there. */
function canonical(value: unknown): unknown {
  if (typeof value === 'string') {
    return /^\d{4}-\d\d-\d\d[T ]/.test(value)
      ? new Date(value.replace(' ', 'T')).toISOString()
      : value.replace(/^(Book|Kind)(?=Precondition)/, '');
  }
  if (Array.isArray(value)) {
    return value.map(canonical);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined && inner !== null)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, canonical(inner)]),
  );
}

async function ask(url: string | URL, init: RequestInit = {}): Promise<string> {
  // The server has hung up on connections that were idle while a client was built, which is heard of only now.
  await sleep(100);
  const answer = await fetch(url, init);
  const text = await answer.text();
  if (!answer.ok) {
    throw new Error(`${String(url)} was answered ${answer.status}: ${text}`);
  }
  return text;
}

async function idsOf(base: string, collection: string): Promise<string[]> {
  const ids: string[] = [];
  for (let next: string | undefined = `/${collection}?limit=100`; next !== undefined;) {
    const page = JSON.parse(await ask(new URL(next, base))) as { items: { id: string }[]; next?: string };
    ids.push(...page.items.map(({ id }) => id));
    next = page.next;
  }
  return ids;
}

// The description of the kinds is checked before anything is started.
describeApi(listResources(kinds));
void main();
