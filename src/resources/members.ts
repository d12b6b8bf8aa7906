// The people who borrow.
import { defineResource } from 'dynashelf';

export const members = defineResource({
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
    address: {
      type: Object,
      schema: {
        street: { type: String, maxLength: 200 },
        city: { type: String, maxLength: 100 },
        postcode: { type: String, maxLength: 20 },
      },
    },
  },
  indexes: {
    byName: { sort: 'name' },
  },
  // A member's token names its id as the subject.
  access: {
    list: { role: 'librarian' },
    read: [{ role: 'librarian' }, { owner: 'id' }],
    create: { role: 'librarian' },
    replace: { role: 'librarian' },
    patch: [{ role: 'librarian' }, { owner: 'id' }],
    delete: { role: 'librarian' },
  },
  relations: {
    loans: { collection: 'loans', attribute: 'member' },
    holds: { collection: 'holds', attribute: 'member' },
  },
});
