// What the library promises: the last copy is never lent twice, and only the librarian lends.

import { createClient, useClock, useTable, useTokens } from 'dynashelf/testing';

useTable();
const clock = useClock();
const tokens = useTokens();

const LIBRARIAN = { token: tokens.sign({ subject: 'ada', roles: ['librarian'] }) };
const MEMBER = { token: tokens.sign({ subject: 'ben' }) };

// The authorizer verifies each token, and every answer is held against the description of the API, too.
const ask = createClient({ tokens });

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

test('a book is due as many days after it was lent as the librarian says', async () => {
  await ask('PUT /books/4', { as: LIBRARIAN, body: { title: 'Omoo', author: 'Herman Melville' } });
  clock.set('2030-03-01T09:00:00Z');
  const as = { token: tokens.sign({ subject: 'ada', roles: ['librarian'] }) }; // good for an hour from now on
  const { body } = await ask('POST /books/4/checkout', { as, body: { member: 'ben', days: 7 } });
  expect(body).toMatchObject({ createdAt: '2030-03-01T09:00:00.000Z', dueAt: '2030-03-08T09:00:00.000Z' });
  clock.advance({ hours: 1 });
  expect((await ask(`GET /loans/${body.id}`, { as })).status).toBe(401);
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
