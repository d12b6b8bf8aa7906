// How good a tool was to those who borrowed it.
import { defineResource } from 'dynashelf';

export const reviews = defineResource({
  name: 'reviews',
  description: 'How good a tool was to those who borrowed it: one review for each booking.',
  schema: {
    booking: { type: String, required: true, references: 'bookings', unique: true, readableBy: { role: 'admin' } },
    tool: { type: String, required: true, references: 'tools', onDelete: 'cascade' },
    author: { type: String, required: true, references: 'users' },
    stars: { type: Number, required: true, integer: true, minimum: 1, maximum: 5 },
    text: { type: String, maxLength: 2000 },
  },
  indexes: {
    byTool: { partition: 'tool' },
    byAuthor: { partition: 'author' },
  },
  // A review is made by the action of its booking.
  access: {
    list: 'public',
    read: 'public',
    delete: [{ owner: 'author' }, { role: 'admin' }],
  },
});
