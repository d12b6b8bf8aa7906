// What the library promises: the last copy is never lent twice, and only the librarian lends.

import { createClient, RULES, useTable, type As } from 'dynashelf/testing';

const LIBRARIAN: As = { subject: 'ada', roles: ['librarian'] };
const MEMBER: As = { subject: 'ben' };

// Every answer is held against the description of the API, too.
const ask = createClient({ config: RULES });

useTable();

beforeAll(async () => {
  await ask('PUT /members/ben', { as: LIBRARIAN, body: { name: 'Ben', email: 'ben@example.org' } });
});

test('a book is lent by the librarian, and counted', async () => {
  await ask('PUT /books/1', { as: LIBRARIAN, body: { title: 'Moby-Dick', author: 'Herman Melville', copies: 2 } });
  const loan = await ask('POST /books/1/checkout', { as: LIBRARIAN, body: { member: 'ben', days: 7 } });
  expect(loan.status).toBe(201);
  expect(loan.body).toMatchObject({ book: '1', member: 'ben' });
  expect((await ask('GET /books/1')).body).toMatchObject({ copies: 2, lent: 1, available: 1 });
});

test('the last copy is lent once, to whoever asks first', async () => {
  await ask('PUT /books/2', { as: LIBRARIAN, body: { title: 'Emma', author: 'Jane Austen', copies: 1 } });
  const answers = await Promise.all(
    Array.from({ length: 5 }, async () => ask('POST /books/2/checkout', { as: LIBRARIAN, body: { member: 'ben' } })),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409]);
});

test('a book comes back once', async () => {
  await ask('PUT /books/3', { as: LIBRARIAN, body: { title: 'Walden', author: 'Henry David Thoreau' } });
  const { body: loan } = await ask('POST /books/3/checkout', { as: LIBRARIAN, body: { member: 'ben' } });
  expect((await ask(`POST /loans/${loan.id}/return`, { as: LIBRARIAN, body: {} })).status).toBe(200);
  expect((await ask(`POST /loans/${loan.id}/return`, { as: LIBRARIAN, body: {} })).status).toBe(409);
  expect((await ask('GET /books/3')).body).toMatchObject({ lent: 0, available: 1 });
});

test('a member sees the own loans and nobody else’s, and lends nothing', async () => {
  expect(
    (await ask('GET /loans', { as: MEMBER })).body.items.every(({ member }: { member: string }) => member === 'ben'),
  ).toBe(true);
  expect((await ask('POST /books/1/checkout', { as: MEMBER, body: { member: 'ben' } })).status).toBe(403);
  expect((await ask('GET /loans')).status).toBe(401);
});
