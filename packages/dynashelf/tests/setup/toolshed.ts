// Tools that are lent, and bookings of them: the resources of the tests of functions.

import type { Answer } from '../../src/definition/action';
import { conflict } from '../../src/definition/thrown';
import { defineMessage } from '../../src/definition/define-message';
import { defineResource, listResources } from '../../src/definition/define-resource';

export const bookingAccepted = defineMessage({
  name: 'booking-accepted',
  description: 'A booking was accepted.',
  body: {
    booking: { type: String, required: true },
    renter: { type: String, required: true, maxLength: 100 },
    note: { type: String, default: 'none', maxLength: 100 },
  },
});

export const tools = defineResource({
  name: 'tools',
  description: 'Tools that are lent.',
  schema: {
    name: { type: String, required: true, maxLength: 100 },
    owner: { type: String, required: true, maxLength: 100 },
    price: { type: Number, integer: true, minimum: 0 },
    bookings: { type: Number, readOnly: true, default: 0, counts: { collection: 'bookings', attribute: 'tool' } },
  },
  indexes: { byOwner: { partition: 'owner' }, byPrice: { sort: 'price' } },
  access: {
    list: 'public',
    read: 'public',
    create: { owner: 'owner' },
    replace: { owner: 'owner' },
    patch: { owner: 'owner' },
    delete: { owner: 'owner' },
  },
});

export const bookings = defineResource({
  name: 'bookings',
  description: 'Who has which tool.',
  schema: {
    tool: { type: String, required: true, references: 'tools' },
    renter: { type: String, required: true, maxLength: 100 },
    state: { type: String, readOnly: true, default: 'requested', enum: ['requested', 'accepted', 'paid', 'expired'] },
    payment: { type: String, readOnly: true, unique: true },
    note: { type: String, maxLength: 100 },
  },
  indexes: { byRenter: { partition: 'renter' }, byState: { partition: 'state' } },
  access: {
    list: { owner: 'renter' },
    read: { owner: 'renter' },
    create: { owner: 'renter' },
    patch: { owner: 'renter' },
  },
  collectionActions: (action) => ({
    quote: action({
      description: 'Says what it costs.',
      body: { tool: { type: String, required: true, references: 'tools' }, days: { type: Number, default: 1 } },
      response: { price: { type: Number, required: true } },
      async run({ body, transaction }) {
        const tool = await transaction.read(tools, body.tool);
        return { price: (tool?.price ?? 0) * body.days };
      },
    }),
    cheapest: action({
      description: 'Says what is cheaper.',
      safe: true,
      query: { one: { type: String, required: true }, other: { type: String, required: true } },
      response: { tool: { type: String, required: true } },
      async run({ query, transaction }) {
        const [one, other] = await Promise.all([query.one, query.other].map(async (id) => transaction.read(tools, id)));
        return { tool: (one?.price ?? 0) <= (other?.price ?? 0) ? query.one : query.other };
      },
    }),
  }),
  actions: (action) => ({
    pay: action({
      description: 'Notes that it is paid.',
      body: { payment: { type: String, required: true, maxLength: 100 } },
      async run({ item, body, transaction }): Promise<Answer> {
        return transaction.update(bookings, item.id, { state: 'paid', payment: body.payment });
      },
    }),
    accept: action({
      description: 'Accepts it, and lets its renter know.',
      body: { fail: Boolean, note: { type: String, maxLength: 200 } },
      async run({ item, body, transaction }): Promise<Answer> {
        if (item.state !== 'requested') {
          throw conflict('It is not to be accepted any more.');
        }
        await transaction.send(bookingAccepted, { booking: item.id, renter: item.renter, note: body.note });
        const accepted = await transaction.update(bookings, item.id, { state: 'accepted' });
        if (body.fail === true) {
          throw conflict('It fails after all.');
        }
        return accepted;
      },
    }),
    expire: action({
      description: 'Ends it, as nobody has paid.',
      body: {},
      async run({ item, transaction }): Promise<Answer> {
        return transaction.update(bookings, item.id, { state: 'expired' });
      },
    }),
  }),
});

export const toolshed = listResources(tools, bookings);
