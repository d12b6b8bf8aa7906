// Who borrows which tool of whom, from the request to the return.
import { type Answer, conflict, defineResource } from 'dynashelf';
import { bookingMoved } from '../messages';
import { messages } from './messages';
import { reviews } from './reviews';
import { steps } from './steps';

const PARTIES = { owner: ['renter', 'lender'] } as const;

/** The states in which nobody else can have the tool. */
const HELD: readonly string[] = ['requested', 'accepted', 'paid', 'lent'];

const DAY = 24 * 60 * 60 * 1000;

/** For how long a booking may wait in a state, in milliseconds. */
export const PATIENCE = { requested: 2 * DAY, accepted: DAY } as const;

export const bookings = defineResource({
  name: 'bookings',
  description: 'Who borrows which tool of whom, from the request to the return.',
  // What a booking says is made by actions; nobody writes it directly.
  schema: {
    tool: { type: String, required: true, references: 'tools' },
    renter: { type: String, required: true, references: 'users' },
    lender: { type: String, required: true, references: 'users' },
    days: { type: Array, schema: [{ type: String, format: 'date' }], required: true, minItems: 1, maxItems: 31 },
    price: { type: Number, required: true, integer: true, minimum: 0, description: 'Cents for all days.' },
    state: {
      type: String,
      readOnly: true,
      enum: ['requested', 'accepted', 'declined', 'paid', 'lent', 'returned', 'cancelled', 'expired'],
      default: 'requested',
    },
    payment: { type: String, readOnly: true, maxLength: 100, unique: true, description: 'What the payment is called.' },
    held: {
      type: Array,
      schema: [{ type: String, format: 'date' }],
      readOnly: true,
      maxItems: 31,
      description: 'The days on which nobody else can have the tool: those of a booking that is not over.',
    },
  },
  states: {
    attribute: 'state',
    from: {
      requested: ['accepted', 'declined', 'cancelled', 'expired'],
      accepted: ['paid', 'cancelled', 'expired'],
      paid: ['lent', 'cancelled'],
      lent: ['returned'],
    },
  },
  computed: {
    held: ({ state, days }) => (HELD.includes(state) ? days : undefined),
  },
  unique: [['tool', 'held[]']],
  indexes: {
    byTool: { partition: 'tool' },
    byRenter: { partition: 'renter' },
    byLender: { partition: 'lender' },
    byState: { partition: 'state' },
  },
  relations: {
    steps: { collection: 'steps', attribute: 'booking' },
    messages: { collection: 'messages', attribute: 'booking' },
  },
  access: {
    list: [PARTIES, { role: 'admin' }],
    read: [PARTIES, { role: 'admin' }],
    accept: { owner: 'lender' },
    decline: { owner: 'lender' },
    cancel: PARTIES,
    handOver: { owner: 'lender' },
    takeBack: { owner: 'lender' },
    review: { owner: 'renter' },
    write: PARTIES,
    // By the webhook and the nightly job alone.
    pay: [],
    expire: [],
  },
  // Whichever action, or function, it was: the step is noted, and the other party hears of it.
  async onWrite({ before, after, caller, transaction }): Promise<void> {
    if (after === undefined || after.state === before?.state) {
      return;
    }
    const { id: booking, state, renter, lender } = after;
    await transaction.create(steps, { booking, state, by: caller.subject || 'system' });
    await transaction.send(bookingMoved, { booking, state, to: caller.subject === renter ? lender : renter });
  },
  actions: (action) => ({
    accept: action({
      description: 'Agrees to lend the tool.',
      body: {},
      run: ({ item, transaction }): Promise<Answer> => transaction.update(bookings, item.id, { state: 'accepted' }),
    }),
    decline: action({
      description: 'Refuses to lend the tool.',
      body: {},
      run: ({ item, transaction }): Promise<Answer> => transaction.update(bookings, item.id, { state: 'declined' }),
    }),
    cancel: action({
      description: 'Gives the booking up.',
      body: {},
      run: ({ item, transaction }): Promise<Answer> => transaction.update(bookings, item.id, { state: 'cancelled' }),
    }),
    pay: action({
      description: 'Notes that the booking is paid.',
      body: { payment: { type: String, required: true, maxLength: 100 } },
      run: ({ item, body, transaction }): Promise<Answer> =>
        transaction.update(bookings, item.id, { state: 'paid', payment: body.payment }),
    }),
    expire: action({
      description: 'Ends a booking that nobody has answered or paid in time.',
      body: {},
      async run({ item, now, transaction }): Promise<Answer> {
        const waited = now.getTime() - Date.parse(item.updatedAt);
        // Asked here, where what was read still holds when it is written.
        if ((item.state !== 'requested' && item.state !== 'accepted') || waited < PATIENCE[item.state]) {
          throw conflict('This booking is not overdue: leave it as it is.');
        }
        return transaction.update(bookings, item.id, { state: 'expired' });
      },
    }),
    handOver: action({
      description: 'Notes that the renter has the tool.',
      body: {},
      run: ({ item, transaction }): Promise<Answer> => transaction.update(bookings, item.id, { state: 'lent' }),
    }),
    takeBack: action({
      description: 'Notes that the tool is back.',
      body: {},
      run: ({ item, transaction }): Promise<Answer> => transaction.update(bookings, item.id, { state: 'returned' }),
    }),
    review: action({
      description: 'Says how good the tool was, once it is back.',
      body: {
        stars: { type: Number, required: true, integer: true, minimum: 1, maximum: 5 },
        text: { type: String, maxLength: 2000 },
      },
      async run({ item, body, caller, transaction }): Promise<Answer> {
        if (item.state !== 'returned') {
          throw conflict('Only a tool that is back can be reviewed: wait until the lender has noted that.');
        }
        return transaction.create(reviews, {
          booking: item.id,
          tool: item.tool,
          author: caller.subject,
          stars: body.stars,
          text: body.text,
        });
      },
    }),
    write: action({
      description: 'Writes to the other party, and answers with the message.',
      body: { text: { type: String, required: true, minLength: 1, maxLength: 5000 } },
      run: ({ item, body, caller, transaction }): Promise<Answer> =>
        transaction.create(messages, {
          booking: item.id,
          from: caller.subject,
          to: caller.subject === item.lender ? item.renter : item.lender,
          text: body.text,
        }),
    }),
  }),
});
