// What the parties of a booking write to each other.
import { defineResource } from 'dynashelf';

const PARTIES = { owner: ['from', 'to'] } as const;

export const messages = defineResource({
  name: 'messages',
  description: 'What the parties of a booking write to each other.',
  schema: {
    booking: { type: String, required: true, references: 'bookings' },
    from: { type: String, required: true, references: 'users' },
    to: { type: String, required: true, references: 'users' },
    text: { type: String, required: true, minLength: 1, maxLength: 5000 },
  },
  indexes: {
    byBooking: { partition: 'booking' },
    byFrom: { partition: 'from' },
    byTo: { partition: 'to' },
  },
  // A message is made by the action of its booking.
  access: {
    list: PARTIES,
    read: PARTIES,
  },
});
