// What a client of a random history sends: writes of every kind on few items, so that clients are in each other's way.

import type { Ask } from '../../src/testing/ask';
import { chooseAccountRequest, furnishAccounts } from './account-requests';
import type { Exchange, Participant } from './participants';
import type { Random } from './seeded';

const BOOKS = ['b1', 'b2', 'b3'];
const MEMBERS = ['m1', 'm2', 'm3'];
const NOTES = ['n1', 'n2'];
const ISBNS = ['9780000000001', '9780000000002', '9780000000003', '9780000000004'];
const EMAILS = ['ada@example.org', 'Bob@example.org', 'cy@example.org', 'DI@example.org'];

/** How often a client sends a request again whose outcome it does not know. */
const MOST_REPEATS = 3;

/** What the clients of one history know together. */
export interface Knowledge {
  readonly random: Random;
  /** The ETag of each path, as somebody saw it last. */
  readonly tags: Map<string, string>;
  readonly loans: string[];
  /** Counts what is written, so that each write can be told from all others. */
  writes: number;
}

type Sent = readonly [line: string, ask?: Ask];

/** Fills the table for a history. */
export async function furnish(participant: Participant): Promise<void> {
  for (const [index, id] of BOOKS.entries()) {
    await participant(`PUT /books/${id}`, {
      body: { title: id, author: 'A', copies: 2, tags: [], ...(index < 2 && { isbn: ISBNS[index] }) },
    });
  }
  for (const [index, id] of MEMBERS.entries()) {
    await participant(`PUT /members/${id}`, { body: { name: id, email: EMAILS[index] } });
  }
  await participant('PUT /notes/n1', { body: { title: 'n1', tags: [] } });
  await furnishAccounts(participant);
}

/**
 * Sends one random request, and sends it again where its outcome is unknown: with its key always, without one
 * sometimes.
 */
export async function sendRandom(participant: Participant, known: Knowledge): Promise<void> {
  const { random } = known;
  const [line, ask = {}] = chooseRequest(known);
  const isKeyed = /^(POST|PATCH) /.test(line) && random.chance(0.5);
  const headers = { ...ask.headers, ...(isKeyed && { 'Idempotency-Key': `key-${++known.writes}` }) };
  for (let repeats = 0; repeats <= MOST_REPEATS; repeats++) {
    const exchange = await participant(line, { ...ask, headers });
    learn(known, exchange);
    if (!mayRepeat(exchange) || !(isKeyed || random.chance(0.4))) {
      return;
    }
  }
}

/** Whether an answer asks for the request to be sent again. */
export function mayRepeat({ answer }: Exchange): boolean {
  const { status, headers } = answer!;
  return status >= 500 || status === 429 || (status === 409 && headers['retry-after'] !== undefined);
}

function learn({ tags, loans }: Knowledge, { line, answer }: Exchange): void {
  const { status, headers, body } = answer!;
  const [method = '', path = ''] = line.split(' ');
  const tag = headers['etag'];
  if (tag !== undefined && method !== 'POST') {
    tags.set(path, tag);
  }
  if (status === 201 && (path.endsWith('/checkout') || path === '/loans')) {
    loans.push((body as { id: string }).id);
  }
}

function chooseRequest(known: Knowledge): Sent {
  const { random, loans } = known;
  const mark = `w${++known.writes}`;
  const book = `/books/${random.pick(BOOKS)}`;
  const member = random.pick(MEMBERS);
  const loan = loans.length === 0 ? undefined : `/loans/${random.pick(loans)}`;
  const newBook = {
    title: mark,
    author: 'A',
    tags: [],
    copies: random.below(3),
    ...(random.chance(0.5) && { isbn: random.pick(ISBNS) }),
  };
  const choices: [weight: number, choose: () => Sent][] = [
    [3, () => ['POST /books', { body: newBook }]],
    [2, () => ['POST /books', { body: [newBook, { title: `${mark}+`, author: 'A' }] }]],
    [2, () => ['POST /members', { body: { name: mark, email: random.pick(EMAILS) } }]],
    [4, () => [`PUT ${book}`, { body: newBook, headers: precondition(known, book, true) }]],
    [
      1,
      () => [
        `PUT /members/${member}`,
        { body: { name: mark, email: random.pick(EMAILS) }, headers: precondition(known, `/members/${member}`, true) },
      ],
    ],
    [
      6,
      () => [
        `PATCH ${book}`,
        {
          body: random.pick([{ title: mark }, { copies: random.below(4) }, { isbn: random.pick([...ISBNS, null]) }]),
          headers: precondition(known, book),
        },
      ],
    ],
    [4, () => [`PATCH ${book}`, jsonPatch(mark, precondition(known, book))]],
    [1, () => [`PATCH /members/${member}`, { body: { email: random.pick(EMAILS) } }]],
    [2, () => [`DELETE ${book}`, { headers: precondition(known, book) }]],
    [1, () => [`DELETE /members/${member}`]],
    [9, () => [`POST ${book}/checkout`, { body: { member } }]],
    [2, () => ['POST /loans', { body: { book: book.slice('/books/'.length), member, dueAt: '2030-01-01T00:00:00Z' } }]],
    [5, () => (loan === undefined ? [`GET ${book}`] : [`POST ${loan}/return`])],
    [2, () => (loan === undefined ? [`GET ${book}`] : [`DELETE ${loan}`])],
    [
      2,
      () =>
        loan === undefined
          ? [`GET ${book}`]
          : [`PATCH ${loan}`, { body: random.pick([{ member }, { book: random.pick(BOOKS) }, { returnedAt: null }]) }],
    ],
    [6, () => transaction(known, mark)],
    [10, () => chooseAccountRequest(random, (path) => precondition(known, path))],
    [2, () => [`GET ${book}`]],
    [2, () => [`PUT /notes/${random.pick(NOTES)}`, { body: { title: mark, tags: [] } }]],
    [3, () => note(known, (path) => [`PATCH ${path}`, jsonPatch(mark, precondition(known, path))])],
    [
      3,
      () =>
        note(known, (path) => [
          `PATCH ${path}`,
          {
            body: random.pick([{ title: mark }, { title: mark, pages: 1 + random.below(3) }, { pages: null }]),
            headers: precondition(known, path),
          },
        ]),
    ],
    [1, () => [`PATCH /members/${member}`, { body: { phone: `000${known.writes}` } }]],
    [
      1,
      () =>
        note(known, (path) => [
          `PUT ${path}`,
          { body: { title: mark, tags: [] }, headers: precondition(known, path, true) },
        ]),
    ],
    [1, () => note(known, (path) => [`DELETE ${path}`, { headers: precondition(known, path) }])],
  ];
  let roll = random.number() * choices.reduce((sum, [weight]) => sum + weight, 0);
  return choices.find(([weight]) => (roll -= weight) < 0)![1]();
}

function note({ random }: Knowledge, make: (path: string) => Sent): Sent {
  return make(`/notes/${random.pick(NOTES)}`);
}

function jsonPatch(mark: string, headers: Record<string, string>): Ask {
  return {
    body: [{ op: 'add', path: '/tags/-', value: mark }],
    headers: { ...headers, 'Content-Type': 'application/json-patch+json' },
  };
}

function precondition({ random, tags }: Knowledge, path: string, mayCreate = false): Record<string, string> {
  const tag = tags.get(path);
  if (mayCreate && random.chance(0.2)) {
    return { 'If-None-Match': '*' };
  }
  return tag !== undefined && random.chance(0.3) ? { 'If-Match': tag } : {};
}

/** Two to four operations on different items. */
function transaction({ random, loans }: Knowledge, mark: string): Sent {
  const [one, other] = random.chance(0.5) ? ['b1', 'b2'] : ['b2', 'b3'];
  const loan = loans.length === 0 ? undefined : random.pick(loans);
  const operations = random.pick([
    [
      { method: 'PATCH', path: `/books/${one}`, body: { title: mark } },
      { method: 'PATCH', path: `/books/${other}`, body: { title: mark } },
    ],
    [
      { method: 'POST', path: '/members', body: { name: mark, email: random.pick(EMAILS) } },
      { method: 'GET', path: `/books/${one}` },
    ],
    [
      { method: 'PATCH', path: `/books/${one}`, body: { isbn: null } },
      { method: 'PATCH', path: `/books/${other}`, body: { isbn: random.pick(ISBNS) } },
    ],
    [
      {
        method: 'POST',
        path: '/loans',
        body: { book: one, member: random.pick(MEMBERS), dueAt: '2030-01-01T00:00:00Z' },
      },
      { method: 'PATCH', path: `/books/${other}`, body: { pages: 7 } },
    ],
    [
      ...(loan === undefined ? [] : [{ method: 'DELETE', path: `/loans/${loan}` }]),
      { method: 'DELETE', path: `/books/${one}` },
      { method: 'PUT', path: `/books/${other}`, body: { title: mark, author: 'A', tags: [] } },
    ],
  ]);
  return ['POST /transactions', { body: { operations } }];
}
