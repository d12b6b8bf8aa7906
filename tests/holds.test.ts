// What the library promises to those who wait: a copy that comes back is kept for who has waited longest, and for
// nobody else.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, settle, useTable, useTokens } from 'dynashelf/testing';

useTable();
const tokens = useTokens();
const ask = createClient({ tokens });

const LIBRARIAN = { token: tokens.sign({ subject: 'ada', roles: ['librarian'] }) };
const member = (id: string): { token: string } => ({ token: tokens.sign({ subject: id }) });

const mails = mkdtempSync(join(tmpdir(), 'mails-'));
afterAll(() => rmSync(mails, { recursive: true }));

beforeAll(async () => {
  process.env['MAIL_FOLDER'] = mails;
  for (const id of ['ben', 'cleo', 'dan']) {
    await ask(`PUT /members/${id}`, { as: LIBRARIAN, body: { name: id, email: `${id}@example.org` } });
  }
});

/** A book with one copy, which Ben has. @returns the loan */
async function lent(book: string): Promise<string> {
  await ask(`PUT /books/${book}`, { as: LIBRARIAN, body: { title: book, author: 'Anon' } });
  return (await ask(`POST /books/${book}/checkout`, { as: LIBRARIAN, body: { member: 'ben' } })).body.id as string;
}

const hold = async (book: string, id: string): Promise<string> =>
  (await ask('POST /holds', { as: member(id), body: { book } })).body.id as string;

const checkout = async (book: string, id: string): Promise<number> =>
  (await ask(`POST /books/${book}/checkout`, { as: LIBRARIAN, body: { member: id } })).status;

const stateOf = async (id: string): Promise<unknown> => (await ask(`GET /holds/${id}`, { as: LIBRARIAN })).body.state;

test('a copy that comes back is kept for who has waited longest, who is told', async () => {
  const loan = await lent('emma');
  const [first, second] = [await hold('emma', 'cleo'), await hold('emma', 'dan')];
  await ask(`POST /loans/${loan}/return`, { as: LIBRARIAN, body: {} });
  await settle();
  expect([await stateOf(first), await stateOf(second)]).toEqual(['called', 'waiting']);
  expect((await ask('GET /books/emma')).body).toMatchObject({ kept: 1, available: 0 });
  const [mail, ...more] = readdirSync(mails);
  expect(readFileSync(join(mails, mail!), 'utf8')).toContain('To: cleo@example.org');
  expect(more).toEqual([]);
  expect([await checkout('emma', 'dan'), await checkout('emma', 'cleo')]).toEqual([409, 201]);
  expect([await stateOf(first), await stateOf(second)]).toEqual(['fetched', 'waiting']);
});

test('whoever gives up what was kept leaves it to the next', async () => {
  const loan = await lent('walden');
  const [first, second] = [await hold('walden', 'cleo'), await hold('walden', 'dan')];
  await ask(`POST /loans/${loan}/return`, { as: LIBRARIAN, body: {} });
  await settle();
  expect((await ask(`DELETE /holds/${first}`, { as: member('cleo') })).status).toBe(204);
  await settle();
  expect(await stateOf(second)).toBe('called');
});

test('a member waits for a book once, and not for one that is there, and sees nobody else’s hold', async () => {
  await lent('omoo');
  const id = await hold('omoo', 'cleo');
  await ask('PUT /books/typee', { as: LIBRARIAN, body: { title: 'Typee', author: 'Herman Melville' } });
  for (const book of ['omoo', 'typee']) {
    expect((await ask('POST /holds', { as: member('cleo'), body: { book } })).status).toBe(409);
  }
  expect((await ask(`GET /holds/${id}`, { as: member('dan') })).status).toBe(404);
});
