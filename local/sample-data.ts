// The sample library, loaded as a client would that may do everything.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Put } from './direct';
import { Failure, messageOf } from './failure';

/** In this order: an item comes after those it refers to. */
const COLLECTIONS = ['members', 'books', 'loans'];

const CONCURRENCY = 4;

type Item = { id: string } & Record<string, unknown>;

/**
 * Creates every sample item that does not exist. A collection that the API does not serve is left out.
 * @throws Failure naming the item that the API refused, and its reason
 */
export async function loadSamples(directory: string, put: Put, progress: (done: number, all: number) => void): Promise<void> {
  const collections = COLLECTIONS.map((name) => ({ name, items: readSamples(directory, name) }));
  let all = collections.reduce((sum, { items }) => sum + items.length, 0);
  let done = 0;
  for (const { name, items } of collections) {
    const queue = [...items];
    const load = async (): Promise<void> => {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
        if ((await create(put, name, item)) === 'not served') {
          all -= queue.length + 1;
          queue.length = 0;
        } else {
          done += 1;
        }
        progress(done, all);
      }
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, load));
  }
}

function readSamples(directory: string, collection: string): Item[] {
  let text;
  try {
    text = readFileSync(join(directory, `${collection}.json`), 'utf8');
  } catch {
    return []; // someone's own project needs none
  }
  try {
    return JSON.parse(text) as Item[];
  } catch (error) {
    throw new Failure(`samples/${collection}.json is not JSON (${messageOf(error)}): correct it, or start with SAMPLE_DATA=off.`);
  }
}

async function create(put: Put, collection: string, item: Item): Promise<'created' | 'present' | 'not served'> {
  const { id, ...body } = item;
  const path = `/${collection}/${encodeURIComponent(id)}`;
  const { status, text } = await put(path, body).catch((error: unknown) => {
    throw new Failure(`Sample data could not be loaded: PUT ${path} got no answer (${messageOf(error)}).`);
  });
  switch (status) {
    case 200:
    case 201:
    case 204:
      return 'created';
    case 412:
      return 'present';
    case 404:
    case 405:
      return 'not served';
    default:
      throw new Failure(
        `Sample data could not be loaded: PUT ${path} was answered ${status}${detailOf(text)} Correct samples/${collection}.json, or start with SAMPLE_DATA=off.`,
      );
  }
}

function detailOf(problem: string): string {
  try {
    const { detail, errors = [] } = JSON.parse(problem) as { detail?: string; errors?: { detail: string; pointer?: string }[] };
    const faults = errors.map((error) => `${error.pointer ?? ''} ${error.detail}`.trim()).join('; ');
    return detail === undefined ? '.' : `: ${detail}${faults === '' ? '' : ` (${faults})`}`;
  } catch {
    return '.';
  }
}
