// Sample data: the items of samples/, loaded as a client would that may do everything, each after those it refers to.

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { didYouMean } from '../values/nearest';
import type { Resource } from '../definition/resource';
import type { Put } from './direct';
import { Failure, messageOf } from './failure';
import { detailOf, loadItems, orderedByReference, type GivenItem, type Loaded } from './load-items';
import type { JsonObject } from '../values/json';

type Item = { id: string } & JsonObject;

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
  const collections = orderedByReference(resources)
    .filter((name) => names.includes(name) && !loaded.includes(name))
    .map((name) => readSamples(directory, name));
  const all = collections.flat().length;
  let done = 0;
  await loadItems(collections, {
    put: async (given) => create(put, given),
    onDone: () => progress(++done, all),
    onRefused(_given, reason) {
      throw new Failure(reason);
    },
  });
  if (marker !== undefined) {
    writeFileSync(
      marker,
      JSON.stringify([
        ...new Set([...loaded, ...collections.flatMap(([first]) => (first === undefined ? [] : [first.collection]))]),
      ]),
    );
  }
}

function loadedBefore(marker: string | undefined, names: readonly string[]): readonly string[] {
  if (marker === undefined || !existsSync(marker)) {
    return [];
  }
  const text = readFileSync(marker, 'utf8');
  return text === '' ? names : (JSON.parse(text) as string[]);
}

function readSamples(directory: string, collection: string): GivenItem[] {
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
  return items.map((item) => ({ collection, item, place: `samples/${collection}.json` }));
}

async function create(put: Put, { collection, item }: GivenItem): Promise<Loaded> {
  const { id, ...body } = item;
  const path = `/${collection}/${encodeURIComponent(id as string)}`;
  const { status, text } = await put(path, body).catch((error: unknown) => {
    throw new Failure(`Sample data could not be loaded: PUT ${path} got no answer (${messageOf(error)}).`);
  });
  const reason = `Sample data could not be loaded: PUT ${path} was answered ${status}${detailOf(text)} Correct samples/${collection}.json, or start with SAMPLE_DATA=off.`;
  return status < 300 ? 'done' : status === 412 ? 'there' : { reason, isEarly: status === 409 };
}
