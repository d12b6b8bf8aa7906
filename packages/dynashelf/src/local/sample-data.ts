// Sample data: the items of samples/, loaded as a client would that may do everything, each after those it refers to.

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { didYouMean } from '../values/nearest';
import type { Resource } from '../definition/resource';
import type { Put } from './direct';
import { Failure, messageOf } from './failure';

const CONCURRENCY = 4;

type Item = { id: string } & Record<string, unknown>;

interface Sample {
  readonly collection: string;
  readonly item: Item;
}

/** How a load goes. */
export interface Loading {
  /** The file that holds which collections have been loaded and are not loaded again; without it, none have been. */
  readonly marker?: string | undefined;
  progress(done: number, all: number): void;
  /** Is told what is not loaded, in a sentence. */
  remark(sentence: string): void;
}

/**
 * Creates every sample item that does not exist.
 * @throws Failure naming the item that the API refused, and its reason
 */
export async function loadSamples(
  directory: string,
  resources: readonly Pick<Resource, 'name' | 'attributes'>[],
  put: Put,
  { marker, progress, remark }: Loading,
): Promise<void> {
  const names = existsSync(directory)
    ? readdirSync(directory)
        .filter((file) => file.endsWith('.json'))
        .map((file) => file.replace(/\.json$/, ''))
    : [];
  const served = resources.map(({ name }) => name);
  for (const name of names.filter((one) => !served.includes(one))) {
    remark(
      `samples/${name}.json is not loaded, for src/resources/index.ts lists no collection "${name}": rename the file, or add the resource.${didYouMean(name, served)}`,
    );
  }
  const loaded = loadedBefore(marker, names);
  const collections = ordered(resources)
    .filter((name) => names.includes(name) && !loaded.includes(name))
    .map((name) => readSamples(directory, name));
  const all = collections.flat().length;
  let pending: readonly (readonly Sample[])[] = collections;
  for (let left = all; left > 0;) {
    const refused: { readonly sample: Sample; readonly reason: Failure }[] = [];
    for (const samples of pending) {
      const queue = [...samples];
      await Promise.all(
        Array.from({ length: CONCURRENCY }, async () => {
          for (let sample = queue.shift(); sample !== undefined; sample = queue.shift()) {
            const reason = await create(put, sample);
            if (reason !== undefined) {
              refused.push({ sample, reason });
            } else {
              progress(all - (left -= 1), all);
            }
          }
        }),
      );
    }
    // What refers to items of its own collection, or round a circle, finds them the next time.
    const first = refused[0];
    if (first !== undefined && refused.length === pending.flat().length) {
      throw first.reason;
    }
    pending = [refused.map(({ sample }) => sample)];
  }
  if (marker !== undefined) {
    writeFileSync(
      marker,
      JSON.stringify([
        ...new Set([...loaded, ...collections.flatMap(([first]) => (first === undefined ? [] : [first.collection]))]),
      ]),
    );
  }
}

/** The names of resources, each after those that it references, as far as they go in no circle. */
function ordered(resources: readonly Pick<Resource, 'name' | 'attributes'>[]): string[] {
  const found = new Set<string>();
  const add = (name: string, above: readonly string[]): void => {
    if (found.has(name) || above.includes(name)) {
      return;
    }
    for (const { keywords } of resources.find((one) => one.name === name)?.attributes.values() ?? []) {
      if (keywords.references !== undefined) {
        add(keywords.references, [...above, name]);
      }
    }
    found.add(name);
  };
  for (const { name } of resources) {
    add(name, []);
  }
  return [...found];
}

function loadedBefore(marker: string | undefined, names: readonly string[]): readonly string[] {
  if (marker === undefined || !existsSync(marker)) {
    return [];
  }
  const text = readFileSync(marker, 'utf8');
  return text === '' ? names : (JSON.parse(text) as string[]);
}

function readSamples(directory: string, collection: string): Sample[] {
  let items: unknown;
  try {
    items = JSON.parse(readFileSync(join(directory, `${collection}.json`), 'utf8'));
  } catch (error) {
    throw new Failure(
      `samples/${collection}.json is not JSON (${messageOf(error)}): correct it, or start with SAMPLE_DATA=off.`,
    );
  }
  if (
    !Array.isArray(items) ||
    !items.every((item: unknown): item is Item => typeof (item as Item | null)?.id === 'string')
  ) {
    throw new Failure(
      `samples/${collection}.json is not a list of items that have an "id" each: correct it, or start with SAMPLE_DATA=off.`,
    );
  }
  return items.map((item) => ({ collection, item }));
}

/** @returns why an item could not be created, where another one that is still to come may be the reason */
async function create(put: Put, { collection, item }: Sample): Promise<Failure | undefined> {
  const { id, ...body } = item;
  const path = `/${collection}/${encodeURIComponent(id)}`;
  const { status, text } = await put(path, body).catch((error: unknown) => {
    throw new Failure(`Sample data could not be loaded: PUT ${path} got no answer (${messageOf(error)}).`);
  });
  if (status < 300 || status === 412) {
    return undefined;
  } // 412: it is there
  const refusal = new Failure(
    `Sample data could not be loaded: PUT ${path} was answered ${status}${detailOf(text)} Correct samples/${collection}.json, or start with SAMPLE_DATA=off.`,
  );
  if (status !== 409) {
    throw refusal;
  }
  return refusal;
}

function detailOf(problem: string): string {
  try {
    const { detail, errors = [] } = JSON.parse(problem) as {
      detail?: string;
      errors?: { detail: string; pointer?: string }[];
    };
    const faults = errors.map((error) => `${error.pointer ?? ''} ${error.detail}`.trim()).join('; ');
    return detail === undefined ? '.' : `: ${detail}${faults === '' ? '' : ` (${faults})`}`;
  } catch {
    return '.';
  }
}
