// What can be borrowed, and of whom.
import { type Answer, conflict, defineResource } from 'dynashelf';
import { bookings } from './bookings';

export const tools = defineResource({
  name: 'tools',
  description: 'What can be borrowed, and of whom.',
  schema: {
    owner: { type: String, required: true, references: 'users', description: 'Who lends it.' },
    title: { type: String, required: true, minLength: 1, maxLength: 200, examples: ['Bosch drill'] },
    text: { type: String, maxLength: 5000 },
    category: { type: String, references: 'categories' },
    tags: { type: Set, schema: [{ type: String, maxLength: 30 }], maxItems: 10 },
    price: { type: Number, required: true, integer: true, minimum: 0, description: 'Cents a day.' },
    place: {
      type: Object,
      schema: {
        latitude: { type: Number, required: true, minimum: -90, maximum: 90 },
        longitude: { type: Number, required: true, minimum: -180, maximum: 180 },
      },
    },
    reviews: { type: Number, readOnly: true, default: 0, counts: { collection: 'reviews', attribute: 'tool' } },
    stars: {
      type: Number,
      readOnly: true,
      default: 0,
      sums: { collection: 'reviews', attribute: 'tool', of: 'stars' },
    },
    rating: { type: Number, readOnly: true, description: 'The average of the stars, to a tenth; absent without any.' },
  },
  computed: {
    rating: ({ reviews, stars }) => (reviews === 0 ? undefined : Math.round((stars / reviews) * 10) / 10),
  },
  indexes: {
    byOwner: { partition: 'owner' },
    byCategory: { partition: 'category' },
    byCategoryAndPrice: { partition: 'category', sort: 'price' },
    byPrice: { sort: 'price' },
    byRating: { sort: 'rating' },
  },
  relations: {
    bookings: { collection: 'bookings', attribute: 'tool' },
    reviews: { collection: 'reviews', attribute: 'tool' },
  },
  access: {
    list: 'public',
    read: 'public',
    create: { owner: 'owner' },
    patch: [{ owner: 'owner' }, { role: 'admin' }],
    delete: [{ owner: 'owner' }, { role: 'admin' }],
    quote: 'public',
    book: 'authenticated',
  },
  actions: (action) => ({
    quote: action({
      description: 'What the tool costs for some days.',
      safe: true,
      query: { days: { type: Number, required: true, integer: true, minimum: 1, maximum: 31 } },
      response: { price: { type: Number, required: true } },
      run: async ({ item, query }) => ({ price: item.price * query.days }),
    }),
    book: action({
      description: 'Asks to borrow the tool on some days, and answers with the booking.',
      body: {
        days: {
          type: Array,
          schema: [{ type: String, format: 'date' }],
          required: true,
          minItems: 1,
          maxItems: 31,
          uniqueItems: true,
        },
      },
      async run({ item, body, caller, now, transaction }): Promise<Answer> {
        const today = now.toISOString().slice(0, 10);
        if (body.days.some((day) => day < today)) {
          throw conflict('A day of these is over: choose days that are still to come.');
        }
        if (item.owner === caller.subject) {
          throw conflict('This tool is yours: there is no need to book it.');
        }
        return transaction.create(bookings, {
          tool: item.id,
          renter: caller.subject,
          lender: item.owner,
          days: [...body.days].sort(),
          price: item.price * body.days.length,
        });
      },
    }),
  }),
});
