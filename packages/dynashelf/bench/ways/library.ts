// The lending library once more, of the engine's own: what the measured requests are sent to.
import { conflict, defineResource, listResources, type Answer } from '../../src/index';

const DAY = 24 * 60 * 60 * 1000;

const loans = defineResource({
  name: 'loans',
  description: 'Books that are or were lent to members.',
  schema: {
    book: { type: String, required: true, references: 'books' },
    member: { type: String, required: true, references: 'members' },
    dueAt: { type: Date, required: true },
    returnedAt: { type: Date },
  },
  indexes: { byBook: { partition: 'book' }, byMember: { partition: 'member' }, byDueAt: { sort: 'dueAt' } },
});

const books = defineResource({
  name: 'books',
  description: 'The titles that the library owns.',
  schema: {
    title: { type: String, required: true, minLength: 1, maxLength: 300 },
    author: { type: String, required: true, minLength: 1, maxLength: 200 },
    isbn: { type: String, pattern: '^97[89][0-9]{10}$', unique: true },
    pages: { type: Number, integer: true, minimum: 1 },
    tags: { type: Array, schema: [{ type: String, minLength: 1, maxLength: 50 }], maxItems: 20 },
    copies: { type: Number, integer: true, minimum: 0, default: 1 },
    lent: {
      type: Number,
      readOnly: true,
      default: 0,
      counts: { collection: 'loans', attribute: 'book', where: (loan) => loan.returnedAt === undefined },
    },
    available: { type: Number, readOnly: true },
  },
  computed: { available: ({ copies, lent }) => copies - lent },
  rules: [
    { holds: ({ available }) => available >= 0, attribute: 'copies', detail: 'No more can be out than there are.' },
  ],
  indexes: { byAuthor: { partition: 'author', sort: 'title' }, byPages: { sort: 'pages' } },
  relations: { loans: { collection: 'loans', attribute: 'book' } },
  actions: (action) => ({
    checkout: action({
      description: 'Lends a copy to a member, and answers with the loan.',
      body: {
        member: { type: String, required: true, references: 'members' },
        days: { type: Number, integer: true, minimum: 1, maximum: 90, default: 21 },
      },
      async run({ item, body, now, transaction }): Promise<Answer> {
        if (item.available < 1) {
          throw conflict('No copy of this book is available.');
        }
        const dueAt = new Date(now.getTime() + body.days * DAY).toISOString();
        return transaction.create(loans, { book: item.id, member: body.member, dueAt });
      },
    }),
  }),
});

const members = defineResource({
  name: 'members',
  description: 'The people who borrow books.',
  schema: {
    name: { type: String, required: true, minLength: 1, maxLength: 200 },
    email: {
      type: String,
      required: true,
      format: 'email',
      maxLength: 254,
      unique: true,
      set: (email: string) => email.toLowerCase(),
    },
    phone: { type: String, pattern: '^\\+?[0-9 ()-]{4,30}$' },
  },
  indexes: { byName: { sort: 'name' } },
});

export const library = listResources(books, members, loans);
