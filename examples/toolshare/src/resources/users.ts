// The people who lend and borrow.
import { defineResource } from 'dynashelf';

export const users = defineResource({
  name: 'users',
  description: 'The people who lend and borrow.',
  schema: {
    name: { type: String, required: true, minLength: 1, maxLength: 100 },
    email: {
      type: String,
      required: true,
      format: 'email',
      maxLength: 254,
      unique: true,
      set: (email: string) => email.toLowerCase(),
      readableBy: ['owner', { role: 'admin' }],
    },
    about: { type: String, maxLength: 1000 },
  },
  indexes: {
    byName: { sort: 'name' },
  },
  relations: {
    tools: { collection: 'tools', attribute: 'owner' },
  },
  // A token names the id of its user as the subject: whoever has one makes the own profile by PUT.
  access: {
    list: { role: 'admin' },
    read: 'public',
    create: { owner: 'id' },
    replace: { owner: 'id' },
    patch: [{ owner: 'id' }, { role: 'admin' }],
    delete: { role: 'admin' },
  },
});
