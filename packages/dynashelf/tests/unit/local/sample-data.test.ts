// Sample data: loaded item by item.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';

import type { Put } from '../../../src/local/direct';
import { loadSamples } from '../../../src/local/sample-data';
import type { Resource } from '../../../src/definition/resource';
import { defineResource } from '../../../src/definition/define-resource';
import { resources } from '../../library/src/resources/index';
import { LIBRARY } from '../../setup/places';
import { runs } from '../../setup/runs';

const SAMPLES = join(LIBRARY, 'samples');

type Item = Record<string, unknown> & { id: string };
const read = (name: string): Item[] => JSON.parse(readFileSync(join(SAMPLES, `${name}.json`), 'utf8')) as Item[];
const [books, members, loans] = [read('books'), read('members'), read('loans')];

describe('loading', () => {
  let requests: string[];
  let said: string[];
  let progress: [number, number][];
  let answer: (path: string) => { status: number; body?: unknown };
  const put: Put = async (path) => {
    requests.push(path);
    const { status, body } = answer(path);
    return { status, text: body === undefined ? '' : JSON.stringify(body) };
  };
  const loading = {
    progress: (done: number, all: number) => void progress.push([done, all]),
    remark: (sentence: string) => void said.push(sentence),
  };
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'samples-'));
    [requests, said, progress] = [[], [], []];
    answer = () => ({ status: 201 });
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const write = (name: string, items: unknown): void =>
    writeFileSync(join(directory, `${name}.json`), typeof items === 'string' ? items : JSON.stringify(items));

  /** Resources of these names, each with attributes that reference others. */
  function referring(all: Record<string, string[]>): Resource[] {
    return Object.entries(all).map(([name, references]) =>
      defineResource({
        name,
        description: 'For these tests.',
        schema: {
          title: { type: String },
          ...Object.fromEntries(references.map((other, index) => [`ref${index}`, { type: String, references: other }])),
        },
      }),
    );
  }

  test('puts each item of the sample library, those first that others refer to', async () => {
    await loadSamples(SAMPLES, [...resources.values()], put, loading);
    expect(requests).toHaveLength(books.length + members.length + loans.length);
    expect(requests.slice(-loans.length).every((line) => line.startsWith('/loans/'))).toBe(true);
    expect(progress.at(-1)).toEqual([requests.length, requests.length]);
    expect(said).toEqual([]);
  });

  test('whatever refers to whatever, also to its own kind and round a circle, each item comes after those it needs', async () => {
    const names = ['a', 'b', 'c', 'd'];
    const item = fc.record({ collection: fc.constantFrom(...names), needs: fc.array(fc.nat(9), { maxLength: 3 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(item, { minLength: 1, maxLength: 10 }), async (items) => {
        // Items need earlier ones alone; their collections may refer to each other as they like.
        const all = items.map(({ collection, needs }, index) => ({
          id: `i${index}`,
          collection,
          needs: needs.filter((other) => other < index),
        }));
        const shuffled = all.toReversed();
        for (const name of names) {
          write(
            name,
            shuffled.filter(({ collection }) => collection === name),
          );
        }
        const made = new Set<string>();
        answer = (path) => {
          const id = path.split('/')[2]!;
          if (!all.find((one) => one.id === id)!.needs.every((other) => made.has(`i${other}`))) {
            return { status: 409, body: { detail: 'It refers to nothing.' } };
          }
          made.add(id);
          return { status: 201 };
        };
        progress = [];
        await loadSamples(
          directory,
          referring(
            Object.fromEntries(
              names.map((name) => [
                name,
                [
                  ...new Set(
                    all
                      .filter(({ collection }) => collection === name)
                      .flatMap(({ needs }) => needs.map((other) => all[other]!.collection)),
                  ),
                ],
              ]),
            ),
          ),
          put,
          loading,
        );
        expect(made.size).toBe(all.length);
        expect(progress.at(-1)).toEqual([all.length, all.length]);
      }),
      { numRuns: runs(50) },
    );
  });

  test('where no circle is, nothing is sent twice', async () => {
    const collections = { loans: ['books', 'members'], books: ['authors'], members: [], authors: [] };
    for (const name of Object.keys(collections)) {
      write(name, [{ id: '1' }]);
    }
    await loadSamples(directory, referring(collections), put, loading);
    expect(requests).toEqual(['/authors/1', '/books/1', '/members/1', '/loans/1']);
  });

  test('what is refused for good is named, with its reason, and not tried for ever', async () => {
    write('a', [{ id: '1' }, { id: '2' }]);
    answer = (path) =>
      path === '/a/2' ? { status: 409, body: { detail: 'Somebody has this value.' } } : { status: 201 };
    await expect(loadSamples(directory, referring({ a: [] }), put, loading)).rejects.toThrow(
      'Sample data could not be loaded: PUT /a/2 was answered 409: Somebody has this value. Correct samples/a.json, or start with SAMPLE_DATA=off.',
    );
    const body = { detail: 'The item is not valid.', errors: [{ pointer: '#/title', detail: 'is required' }] };
    answer = (path) => (path === '/a/1' ? { status: 422, body } : { status: 201 });
    await expect(loadSamples(directory, referring({ a: [] }), put, loading)).rejects.toThrow(
      'Sample data could not be loaded: PUT /a/1 was answered 422: The item is not valid. (#/title is required) Correct samples/a.json, or start with SAMPLE_DATA=off.',
    );
  });

  test('goes on where items exist already', async () => {
    answer = () => ({ status: 412 });
    await expect(loadSamples(SAMPLES, [...resources.values()], put, loading)).resolves.toBeUndefined();
  });

  test('a file of no collection is said, with the nearest name, and not loaded', async () => {
    write('bokos', [{ id: '1' }]);
    await loadSamples(directory, referring({ books: [] }), put, loading);
    expect(said).toEqual([
      'samples/bokos.json is not loaded, for src/resources/index.ts lists no collection "bokos": rename the file, or add the resource. Did you mean "books"?',
    ]);
    expect(requests).toEqual([]);
  });

  test('each collection is loaded once, also one that is added later', async () => {
    const marker = join(directory, 'loaded');
    write('a', [{ id: '1' }]);
    await loadSamples(directory, referring({ a: [], b: [] }), put, { ...loading, marker });
    write('b', [{ id: '1' }]);
    await loadSamples(directory, referring({ a: [], b: [] }), put, { ...loading, marker });
    await loadSamples(directory, referring({ a: [], b: [] }), put, { ...loading, marker });
    expect(requests).toEqual(['/a/1', '/b/1']);
  });

  test('a load that was cut short is done again', async () => {
    const marker = join(directory, 'loaded');
    write('a', [{ id: '1' }, { id: '2' }]);
    answer = (path) => ({ status: path === '/a/2' ? 500 : 201 });
    await expect(loadSamples(directory, referring({ a: [] }), put, { ...loading, marker })).rejects.toThrow(
      /answered 500/,
    );
    answer = () => ({ status: 201 });
    await loadSamples(directory, referring({ a: [] }), put, { ...loading, marker });
    expect(requests.filter((path) => path === '/a/2')).toHaveLength(2);
  });

  test.each([
    ['{', /^samples\/a\.json is not JSON/],
    ['{"id":"1"}', /^samples\/a\.json is not a list of items/],
    ['[{"title":"x"}]', /is not a list of items/],
    ['[null]', /is not a list of items/],
  ])('%s is refused with a sentence', async (text, sentence) => {
    write('a', text);
    await expect(loadSamples(directory, referring({ a: [] }), put, loading)).rejects.toThrow(sentence);
  });

  test('a project without samples loads none', async () => {
    await loadSamples(join(SAMPLES, 'nowhere'), [...resources.values()], put, loading);
    expect(requests).toEqual([]);
  });
});
