// The samples that are shipped: sound in themselves, since nothing checks them before they are loaded.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { APP } from '../setup/places';

type Item = Record<string, unknown> & { id: string };
const read = (name: string): Item[] => JSON.parse(readFileSync(join(APP, 'samples', `${name}.json`), 'utf8')) as Item[];
const [books, members, loans, holds] = [read('books'), read('members'), read('loans'), read('holds')];

test.each([
  ['book ids', books.map((book) => book.id)],
  ['isbns', books.map((book) => book.isbn)],
  ['member ids', members.map((member) => member.id)],
  ['emails', members.map((member) => member.email)],
  ['loan ids', loans.map((loan) => loan.id)],
  ['hold ids', holds.map((hold) => hold.id)],
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

test('holds are of books that are all lent, for members that exist', () => {
  for (const { book, member } of holds) {
    expect(members.map(({ id }) => id)).toContain(member);
    const out = loans.filter((loan) => loan.book === book && loan.returnedAt === undefined).length;
    expect(books.find(({ id }) => id === book)?.copies).toBe(out);
  }
});
