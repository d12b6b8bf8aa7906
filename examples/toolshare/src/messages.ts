// What follows from writes, and is told to somebody.
import { defineMessage } from 'dynashelf';

export const bookingMoved = defineMessage({
  name: 'booking-moved',
  description: 'A booking has come to another state, which a party of it is to know.',
  body: {
    booking: { type: String, required: true },
    state: { type: String, required: true, maxLength: 20 },
    to: { type: String, required: true, maxLength: 128, description: 'The user who is told.' },
  },
});
