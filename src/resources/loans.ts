// Who has which book, and until when.
import { defineResource } from '../definition/resource';

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
    byBook: { partition: 'book', sort: 'dueAt' },
    byMember: { partition: 'member', sort: 'dueAt' },
    byDueAt: { sort: 'dueAt' },
  },
});
