// Bookings that go through states, in every way in which a request writes them.

import type { Answer } from '../../src/definition/action';
import { defineResource, listResources } from '../../src/definition/define-resource';

export const STATES = ['requested', 'accepted', 'picked-up', 'returned', 'cancelled'] as const;

export type BookingState = (typeof STATES)[number];

/** From which state a booking goes to which. */
export const STEPS = {
  requested: ['accepted', 'cancelled'],
  accepted: ['picked-up', 'cancelled'],
  'picked-up': ['returned'],
} as const satisfies { readonly [Before in BookingState]?: readonly BookingState[] };

export const bookings = defineResource({
  name: 'bookings',
  description: 'Bookings.',
  schema: {
    state: { type: String, enum: STATES, default: 'requested' },
    note: String,
    tags: { type: Array, schema: [String] },
  },
  states: { attribute: 'state', from: STEPS },
  actions: (action) => ({
    go: action({
      description: 'Takes the booking through states, one after the other.',
      body: { through: { type: Array, required: true, schema: [String] } },
      async run({ item, body, transaction }): Promise<Answer> {
        for (const state of body.through) {
          await transaction.update(bookings, item.id, { state: state as BookingState });
        }
        return item;
      },
    }),
    copy: action({
      description: 'Makes another booking, and takes it through states.',
      body: { begin: String, through: { type: Array, required: true, schema: [String] } },
      async run({ body, transaction }): Promise<Answer> {
        const { begin } = body;
        const made = await transaction.create(bookings, begin === undefined ? {} : { state: begin as BookingState });
        for (const state of body.through) {
          await transaction.update(bookings, made.id, { state: state as BookingState });
        }
        return made;
      },
    }),
  }),
});

export const bookable = listResources(bookings);
