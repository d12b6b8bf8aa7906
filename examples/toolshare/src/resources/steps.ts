// The history of bookings: who brought which to which state.
import { defineResource } from 'dynashelf';

export const steps = defineResource({
  name: 'steps',
  description: 'The history of bookings: who brought which to which state. Each is written with the step itself.',
  schema: {
    booking: { type: String, required: true, references: 'bookings' },
    state: { type: String, required: true, maxLength: 20 },
    by: {
      type: String,
      required: true,
      maxLength: 128,
      description: 'The id of a user; `system` for what runs by itself.',
    },
  },
  indexes: {
    byBooking: { partition: 'booking' },
  },
  access: {
    list: { role: 'admin' },
    read: { role: 'admin' },
  },
});
