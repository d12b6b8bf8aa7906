// Who waits for which book.
import { conflict, defineResource } from 'dynashelf';
import { books } from './books';

export const holds = defineResource({
  name: 'holds',
  description: 'Members who wait for a book. A copy that comes back is kept for who has waited longest.',
  schema: {
    book: { type: String, required: true, references: 'books', description: 'The id of the book.' },
    member: { type: String, required: true, references: 'members', description: 'The id of the member.' },
    state: {
      type: String,
      readOnly: true,
      enum: ['waiting', 'called', 'fetched'],
      default: 'waiting',
      description: 'Whether a copy is kept for the member (called), and was lent (fetched).',
    },
    queue: {
      type: String,
      readOnly: true,
      maxLength: 128,
      description: 'The book, as long as the member waits for it.',
    },
  },
  states: { attribute: 'state', from: { waiting: ['called', 'fetched'], called: ['fetched'] } },
  computed: {
    queue: ({ book, state }) => (state === 'fetched' ? undefined : book),
  },
  unique: [['queue', 'member']],
  indexes: {
    byQueue: { partition: 'queue', transactional: true },
    byBook: { partition: 'book' },
    byMember: { partition: 'member' },
  },
  access: {
    list: [{ role: 'librarian' }, { owner: 'member' }],
    read: [{ role: 'librarian' }, { owner: 'member' }],
    create: [{ role: 'librarian' }, { owner: 'member' }],
    delete: [{ role: 'librarian' }, { owner: 'member' }],
  },
  changes: true,
  async onWrite({ before, after, transaction }): Promise<void> {
    if (before === undefined && after !== undefined) {
      const book = await transaction.read(books, after.book);
      if (book !== undefined && book.available > 0) {
        throw conflict('A copy of this book is there: ask for it at the desk.');
      }
    }
  },
});
