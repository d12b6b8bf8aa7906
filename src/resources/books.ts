// The titles the library owns.
import { defineResource } from '../definition/resource';

export const books = defineResource({
  name: 'books',
  description: 'The titles the library owns.',
  schema: {
    title: { type: String, required: true, minLength: 1, maxLength: 300, examples: ['Moby-Dick'] },
    author: { type: String, required: true, minLength: 1, maxLength: 200, examples: ['Herman Melville'] },
    isbn: { type: String, pattern: '^97[89][0-9]{10}$', description: 'ISBN-13, digits only.', examples: ['9780142437247'] },
    published: { type: String, format: 'date', description: 'The day of first publication.' },
    pages: { type: Number, integer: true, minimum: 1 },
    tags: { type: Array, schema: [{ type: String, minLength: 1, maxLength: 50 }], maxItems: 20 },
    copies: { type: Number, integer: true, minimum: 0, default: 1, description: 'How many copies the library owns.' },
  },
  indexes: {
    byAuthor: { partition: 'author', sort: 'title' },
    byTitle: { sort: 'title' },
    byPublished: { sort: 'published' },
    byPages: { sort: 'pages' },
  },
  relations: {
    loans: { collection: 'loans', attribute: 'book' },
  },
});
