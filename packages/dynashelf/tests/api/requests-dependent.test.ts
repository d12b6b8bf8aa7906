// What writes cost where items depend on one another: exactly these requests and actions, as docs/integrity.md lists
// them.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { resources } from '../library/src/resources/index';
import { usePlanted } from '../setup/planted';
import { useProxy } from '../setup/proxied';
import { aBook } from '../setup/samples';
import { useTable } from '../../src/testing/table';

useTable();
const database = useProxy({ resources });

const page = readFileSync(join(__dirname, '../../../../docs/integrity.md'), 'utf8');

let isbn = 9780000000000;
const ISBN = (): string => String(isbn++);
const dueAt = '2027-01-01T00:00:00Z';
const aLoan = (more: object = {}): object => ({ book: 'b', member: 'm', dueAt, ...more });

usePlanted(async () => {
  const { ask } = database;
  await ask('PUT /members/m', { body: { name: 'Ann', email: 'ann@example.com' } });
  await ask('PUT /members/n', { body: { name: 'Bo', email: 'bo@example.com' } });
  await ask('PUT /books/b', { body: aBook({ copies: 100, isbn: '9789999999999' }) });
  await ask('PUT /books/other', { body: aBook({ copies: 100 }) });
  await ask('PUT /loans/l', { body: aLoan() });
  await ask('PUT /loans/back', { body: aLoan({ returnedAt: dueAt }) });
});

/** What was sent: each request, of a transaction what it does, sorted. */
function sent(): string {
  return database.proxy.requests
    .map(({ operation, input }) => {
      if (operation === 'TransactWriteItems') {
        const actions = (input['TransactItems'] as object[]).map((item) => Object.keys(item)[0]!);
        return `TransactWriteItems of ${actions.length}: ${actions.sort().join(', ')}`;
      }
      const keys =
        operation === 'BatchGetItem'
          ? Object.values(input['RequestItems'] as Record<string, { Keys: unknown[] }>)[0]!.Keys.length
          : 0;
      return keys > 0 ? `BatchGetItem of ${keys}` : operation;
    })
    .join('; ');
}

test.each<[string, string, object, number, string]>([
  ['a book', 'POST /books', { body: aBook() }, 201, 'PutItem'],
  ['a book with an ISBN', 'POST /books', { body: aBook({ isbn: ISBN() }) }, 201, 'TransactWriteItems of 2: Put, Put'],
  ['a book of which nothing guarded changes', 'PATCH /books/b', { body: { pages: 7 } }, 200, 'GetItem; UpdateItem'],
  [
    'the ISBN of a book',
    'PATCH /books/b',
    { body: { isbn: ISBN() } },
    200,
    'GetItem; TransactWriteItems of 3: Delete, Put, Update',
  ],
  [
    'the same by PUT',
    'PUT /books/b',
    { body: aBook({ copies: 100, isbn: ISBN() }) },
    200,
    'GetItem; TransactWriteItems of 3: Delete, Put, Update',
  ],
  ['a book by PUT', 'PUT /books/new', { body: aBook() }, 201, 'GetItem; PutItem'],
  ['a book without an ISBN, deleted', 'DELETE /books/other', {}, 204, 'GetItem; DeleteItem'],
  [
    'a book that is lent, to be deleted',
    'DELETE /books/b',
    {},
    409,
    'GetItem; TransactWriteItems of 2: Delete, Delete',
  ],
  ['the phone of a member', 'PATCH /members/m', { body: { phone: '12345' } }, 200, 'UpdateItem'],
  ['the name of a member, by which an index sorts', 'PATCH /members/m', { body: { name: 'Anna' } }, 200, 'UpdateItem'],
  [
    'a part of the address of a member',
    'PATCH /members/m',
    { body: { address: { city: 'Oslo' } } },
    200,
    'GetItem; UpdateItem',
  ],
  [
    'the email of a member',
    'PATCH /members/m',
    { body: { email: 'ann@example.org' } },
    200,
    'GetItem; TransactWriteItems of 3: Delete, Put, Update',
  ],
  ['a loan', 'POST /loans', { body: aLoan() }, 201, 'GetItem; TransactWriteItems of 3: Put, Update, Update'],
  [
    'a loan that is back',
    'POST /loans',
    { body: aLoan({ returnedAt: dueAt }) },
    201,
    'TransactWriteItems of 3: Put, Update, Update',
  ],
  [
    'ten loans',
    'POST /loans',
    { body: Array.from({ length: 10 }, () => aLoan()) },
    201,
    'GetItem; TransactWriteItems of 12: Put, Put, Put, Put, Put, Put, Put, Put, Put, Put, Update, Update',
  ],
  ['a loan of which no reference changes', 'PATCH /loans/l', { body: { dueAt } }, 200, 'GetItem; UpdateItem'],
  [
    'the member of a loan',
    'PATCH /loans/l',
    { body: { member: 'n' } },
    200,
    'GetItem; TransactWriteItems of 3: Update, Update, Update',
  ],
  [
    'the book of a loan',
    'PATCH /loans/l',
    { body: { book: 'other' } },
    200,
    'GetItem; BatchGetItem of 2; TransactWriteItems of 3: Update, Update, Update',
  ],
  [
    'a loan that comes back',
    'POST /loans/l/return',
    {},
    200,
    'GetItem; GetItem; TransactWriteItems of 2: Update, Update',
  ],
  ['a loan, deleted', 'DELETE /loans/l', {}, 204, 'GetItem; GetItem; TransactWriteItems of 3: Delete, Update, Update'],
  [
    'a loan that is back, deleted',
    'DELETE /loans/back',
    {},
    204,
    'GetItem; TransactWriteItems of 3: Delete, Update, Update',
  ],
  [
    'a checkout',
    'POST /books/b/checkout',
    { body: { member: 'm' } },
    201,
    'GetItem; TransactWriteItems of 3: Put, Update, Update',
  ],
  [
    'a checkout with an idempotency key',
    'POST /books/b/checkout',
    { body: { member: 'm' }, headers: { 'Idempotency-Key': 'k' } },
    201,
    'BatchGetItem of 2; TransactWriteItems of 4: Put, Put, Update, Update',
  ],
  [
    'a transaction of two conditions and a write',
    'POST /transactions',
    {
      body: {
        operations: [
          { method: 'GET', path: '/books/b' },
          { method: 'GET', path: '/members/m' },
          { method: 'PATCH', path: '/books/other', body: { pages: 1 } },
        ],
      },
    },
    200,
    'BatchGetItem of 3; TransactWriteItems of 3: ConditionCheck, ConditionCheck, Update',
  ],
])('%s: %s', async (what, line, more, status, expected) => {
  expect((await database.ask(line, more)).status).toBe(status);
  expect(sent()).toBe(expected);
  const row = page.split('\n').find((one) => one.startsWith(`| ${what} |`)) ?? '';
  expect(row.split('|').map((cell) => cell.trim().replaceAll('`', ''))).toContain(
    line.replace(/\/(b|l|m|back|other|new)(?=\/|$)/, '/…'),
  );
  expect(row).toContain(expected.replace(/: (Put, ){9}Put/, ': 10 Put'));
});
