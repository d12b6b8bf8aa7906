// The sample library: sound in itself, and loaded item by item.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Put } from '../../../local/direct';
import { loadSamples } from '../../../local/sample-data';

const SAMPLES = join(__dirname, '..', '..', '..', 'samples');

type Item = Record<string, unknown> & { id: string };
const read = (name: string): Item[] => JSON.parse(readFileSync(join(SAMPLES, `${name}.json`), 'utf8')) as Item[];
const [books, members, loans] = [read('books'), read('members'), read('loans')];

describe('the samples', () => {
  test.each([
    ['book ids', books.map((book) => book.id)],
    ['isbns', books.map((book) => book.isbn)],
    ['member ids', members.map((member) => member.id)],
    ['emails', members.map((member) => member.email)],
    ['loan ids', loans.map((loan) => loan.id)],
  ])('%s are unique', (_what, values) => {
    expect(new Set(values).size).toBe(values.length);
  });

  test('every ISBN has the right check digit', () => {
    for (const { isbn } of books) {
      expect(isbn).toMatch(/^97[89][0-9]{10}$/);
      const sum = [...String(isbn)].reduce((total, digit, place) => total + Number(digit) * (place % 2 === 0 ? 1 : 3), 0);
      expect(sum % 10).toBe(0);
    }
  });

  test('loans are of books and to members that exist, and no more than there are copies', () => {
    for (const { book, member } of loans) {
      expect(members.map(({ id }) => id)).toContain(member);
      const out = loans.filter((loan) => loan.book === book && loan.returnedAt === undefined).length;
      expect(books.find(({ id }) => id === book)?.copies).toBeGreaterThanOrEqual(out);
    }
  });
});

describe('loading', () => {
  let requests: string[];
  let answer: (path: string) => { status: number; body?: unknown };
  const put: Put = async (path) => {
    requests.push(path);
    const { status, body } = answer(path);
    return { status, text: body === undefined ? '' : JSON.stringify(body) };
  };

  beforeEach(() => {
    requests = [];
    answer = () => ({ status: 201 });
  });

  test('puts each item, those first that others refer to', async () => {
    const progress = jest.fn();
    await loadSamples(SAMPLES, put, progress);
    expect(requests).toHaveLength(books.length + members.length + loans.length);
    expect(requests).toContain('/books/moby-dick');
    expect(requests.slice(0, members.length).every((line) => line.startsWith('/members/'))).toBe(true);
    expect(progress).toHaveBeenLastCalledWith(requests.length, requests.length);
  });

  test('goes on where items exist already', async () => {
    answer = () => ({ status: 412 });
    await expect(loadSamples(SAMPLES, put, () => undefined)).resolves.toBeUndefined();
  });

  test('leaves out a collection that is not served', async () => {
    answer = (path) => ({ status: path.startsWith('/books/') ? 404 : 201 });
    const progress = jest.fn();
    await loadSamples(SAMPLES, put, progress);
    expect(requests.filter((line) => line.includes('/books/')).length).toBeLessThan(books.length);
    expect(progress).toHaveBeenLastCalledWith(members.length + loans.length, members.length + loans.length);
  });

  test('names the item that was refused, and why', async () => {
    const body = { detail: 'The item is not valid.', errors: [{ pointer: '#/title', detail: 'is required' }] };
    answer = (path) => (path === '/books/emma' ? { status: 422, body } : { status: 201 });
    await expect(loadSamples(SAMPLES, put, () => undefined)).rejects.toThrow(
      'Sample data could not be loaded: PUT /books/emma was answered 422: The item is not valid. (#/title is required) Correct samples/books.json, or start with SAMPLE_DATA=off.',
    );
  });

  test('a project without samples loads none', async () => {
    await loadSamples(join(SAMPLES, 'nowhere'), put, () => undefined);
    expect(requests).toEqual([]);
  });
});
