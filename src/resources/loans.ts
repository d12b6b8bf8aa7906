// Who has which book, and until when.
import { type Answer, conflict, defineResource } from 'dynashelf';

export const loans = defineResource({
  name: 'loans',
  description: 'Books that are or were lent to members.',
  schema: {
    book: { type: String, required: true, references: 'books', description: 'The id of the book.' },
    member: { type: String, required: true, references: 'members', description: 'The id of the member.' },
    dueAt: { type: Date, required: true, description: 'When the book is to be back.' },
    returnedAt: { type: Date, description: 'When the book came back; absent while it is out.' },
  },
  indexes: {
    byBook: { partition: 'book' },
    byMember: { partition: 'member' },
    byDueAt: { sort: 'dueAt' },
  },
  access: {
    list: [{ role: 'librarian' }, { owner: 'member' }],
    read: [{ role: 'librarian' }, { owner: 'member' }],
    create: { role: 'librarian' },
    replace: { role: 'librarian' },
    patch: { role: 'librarian' },
    delete: { role: 'librarian' },
    return: { role: 'librarian' },
  },
  changes: true,
  actions: (action) => ({
    return: action({
      description: 'Takes the book back, and answers with the loan.',
      body: {},
      async run({ item, now, transaction }): Promise<Answer> {
        if (item.returnedAt !== undefined) {
          throw conflict('This book is back already.');
        }
        return transaction.update(loans, item.id, { returnedAt: now.toISOString() });
      },
    }),
  }),
});
