// The titles the library owns.
import { type Answer, conflict, defineResource } from 'dynashelf';
import { holds } from './holds';
import { loans } from './loans';

const DAY = 24 * 60 * 60 * 1000;

export const books = defineResource({
  name: 'books',
  description: 'The titles the library owns.',
  schema: {
    title: { type: String, required: true, minLength: 1, maxLength: 300, examples: ['Moby-Dick'] },
    author: { type: String, required: true, minLength: 1, maxLength: 200, examples: ['Herman Melville'] },
    isbn: {
      type: String,
      pattern: '^97[89][0-9]{10}$',
      unique: true,
      description: 'ISBN-13, digits only.',
      examples: ['9780142437247'],
    },
    published: { type: String, format: 'date', description: 'The day of first publication.' },
    pages: { type: Number, integer: true, minimum: 1 },
    tags: { type: Array, schema: [{ type: String, minLength: 1, maxLength: 50 }], maxItems: 20 },
    copies: { type: Number, integer: true, minimum: 0, default: 1, description: 'How many copies the library owns.' },
    lent: {
      type: Number,
      readOnly: true,
      default: 0,
      description: 'How many copies are out.',
      counts: { collection: 'loans', attribute: 'book', where: (loan) => loan.returnedAt === undefined },
    },
    kept: {
      type: Number,
      readOnly: true,
      default: 0,
      description: 'How many copies are kept for members who waited.',
      counts: { collection: 'holds', attribute: 'book', where: (hold) => hold.state === 'called' },
    },
    available: { type: Number, readOnly: true, description: 'How many copies can be lent.' },
  },
  computed: {
    available: ({ copies, lent, kept }) => copies - lent - kept,
  },
  rules: [
    {
      holds: ({ available }) => available >= 0,
      attribute: 'copies',
      detail: 'No more copies can be out or kept than the library owns: wait until one is returned, or own more.',
    },
  ],
  indexes: {
    byAuthor: { partition: 'author', sort: 'title' },
    byTitle: { sort: 'title' },
    byPublished: { sort: 'published' },
    byPages: { sort: 'pages' },
  },
  relations: {
    loans: { collection: 'loans', attribute: 'book' },
    holds: { collection: 'holds', attribute: 'book' },
  },
  access: {
    list: 'public',
    read: 'public',
    create: { role: 'librarian' },
    replace: { role: 'librarian' },
    patch: { role: 'librarian' },
    delete: { role: 'librarian' },
    checkout: { role: 'librarian' },
  },
  changes: true,
  actions: (action) => ({
    checkout: action({
      description: 'Lends a copy to a member, and answers with the loan.',
      body: {
        member: { type: String, required: true, references: 'members', description: 'The id of the member.' },
        days: { type: Number, integer: true, minimum: 1, maximum: 90, default: 21, description: 'For how many days.' },
      },
      async run({ item, body, now, transaction }): Promise<Answer> {
        const [hold] = await transaction.list(holds, { queue: item.id, member: body.member });
        if (item.available < 1 && hold?.state !== 'called') {
          throw conflict('No copy of this book is available: wait for one with POST /holds.');
        }
        if (hold !== undefined) {
          await transaction.update(holds, hold.id, { state: 'fetched' });
        }
        const dueAt = new Date(now.getTime() + body.days * DAY).toISOString();
        return transaction.create(loans, { book: item.id, member: body.member, dueAt });
      },
    }),
  }),
});
