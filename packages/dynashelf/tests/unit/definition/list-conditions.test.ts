// The types of what actions list by. `npm run types` is what tests this file: each line is an assertion of it.

import type { Transaction } from '../../../src/definition/action';
import type { Item } from '../../../src/definition/item';
import { defineResource } from '../../../src/definition/define-resource';

const bookings = defineResource({
  name: 'bookings',
  description: 'Bookings.',
  schema: {
    tool: { type: String, required: true, maxLength: 100 },
    from: { type: Number, required: true },
    state: { type: String, enum: ['open', 'closed'] },
    days: { type: Array, schema: [String] },
    place: { type: Object, schema: { city: String } },
  },
  indexes: { byTool: { partition: 'tool', sort: 'from', transactional: true } },
});

/** Compiles only for conditions that fit. */
async function list({ list: find }: Pick<Transaction, 'list'>): Promise<Item<typeof bookings>[]> {
  await find(bookings, {
    tool: 't',
    from: { gt: 3, lte: 7 },
    state: 'open',
    id: { ne: 'x' },
    days: { contains: 'mon' },
  });
  await find(bookings, { tool: 't', 'place.city': 'Oslo', state: { in: ['open', 'closed'] }, version: { gt: 1 } });
  // @ts-expect-error -- no such attribute
  await find(bookings, { tol: 't' });
  // @ts-expect-error -- no such operator
  await find(bookings, { tool: 't', from: { atLeast: 3 } });
  // @ts-expect-error -- a number
  await find(bookings, { tool: 't', from: 'soon' });
  // @ts-expect-error -- not of the enum
  await find(bookings, { tool: 't', state: 'opne' });
  // @ts-expect-error -- several values are asked for by what they contain
  await find(bookings, { tool: 't', days: 'mon' });
  // @ts-expect-error -- undefined asks nothing
  await find(bookings, { tool: 't', from: undefined });
  return find(bookings, { tool: 't' });
}

test('conditions of the attributes that the schema declares compile, and no others', async () => {
  const given: unknown[] = [];
  const find = async (_resource: object, conditions: object): Promise<[]> => {
    given.push(conditions);
    return Promise.resolve([]);
  };
  await list({ list: find });
  expect(given).toHaveLength(9);
});
