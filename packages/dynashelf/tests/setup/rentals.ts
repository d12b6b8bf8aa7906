// Test-only resources in which actions list by a transactional index: tools that are booked for ranges which do not
// overlap. Nothing counts the bookings: what is counted would have an action run again by itself.

import type { Answer } from '../../src/definition/action';
import { conflict } from '../../src/definition/thrown';
import type { Resource } from '../../src/definition/resource';
import { defineResource, listResources } from '../../src/definition/define-resource';
import type { Item } from '../../src/definition/item';

/** What tests do between the list of an action and its writes: called with how often the action has run. */
export const between: { run: (() => Promise<unknown>) | undefined; runs: number } = { run: undefined, runs: 0 };

/** Bookings, and the actions that list them: with the transactional indexes, or as they were before. */
export function declareRentals(transactional: boolean): ReadonlyMap<string, Resource> {
  const isTransactional = transactional ? { transactional: true } : {};
  const bookings = defineResource({
    name: 'bookings',
    description: 'Which tool is booked from when to when.',
    schema: {
      tool: { type: String, references: 'tools', onDelete: 'cascade' },
      renter: { type: String, references: 'renters', onDelete: 'setNull' },
      from: { type: Number, integer: true },
      to: { type: Number, integer: true },
      at: Date,
      days: { type: Array, schema: [String] },
      place: { type: Object, schema: { city: String } },
      note: String,
    },
    indexes: {
      byTool: { partition: 'tool', sort: 'from', ...isTransactional },
      byRenter: { partition: 'renter', ...isTransactional },
      ofTool: { partition: 'tool' },
    },
  });
  const renters = defineResource({ name: 'renters', description: 'Who rents.', schema: { name: String } });
  const tools: Resource = defineResource({
    name: 'tools',
    description: 'What is rented.',
    schema: {
      title: String,
      found: { type: Array, schema: [String], readOnly: true },
    },
    actions: (action) => ({
      book: action({
        description: 'Books the tool, unless it is booked for a part of that time.',
        body: {
          from: { type: Number, integer: true, required: true },
          to: { type: Number, integer: true, required: true },
          renter: { type: String, maxLength: 50 },
        },
        async run({ item, body, transaction }): Promise<Answer> {
          const { from, to, renter } = body;
          const others = await transaction.list(bookings, { tool: item.id, from: { lt: to }, to: { gt: from } });
          between.runs++;
          await between.run?.();
          if (others.length > 0) {
            throw conflict(`It is booked from ${others[0]!.from} to ${others[0]!.to}: choose another time.`);
          }
          return transaction.create(bookings, { tool: item.id, from, to, renter });
        },
      }),
      look: action({
        description: 'Writes what conditions find into the tool.',
        body: { conditions: { type: Object, schema: 'any', required: true } },
        async run({ item, body, transaction }): Promise<Answer> {
          const found = await transaction.list(bookings, body.conditions as { tool: string });
          between.runs++;
          await between.run?.();
          return transaction.update(tools, item.id, { found: found.map(({ id }) => id) });
        },
      }),
      rework: action({
        description: 'Lists again and again while it writes.',
        body: {},
        async run({ item, transaction }): Promise<Answer> {
          const seen: string[] = [];
          const look = async (): Promise<Item<typeof bookings>[]> => {
            const found = await transaction.list(bookings, { tool: item.id });
            seen.push(found.map(({ from, to, version }) => `${from}-${to}v${version}`).join(' '));
            return found;
          };
          const [first, second] = await look();
          await transaction.create(bookings, { tool: item.id, from: 5, to: 6 });
          await look();
          await transaction.update(bookings, first!.id, { from: 8, to: 9 });
          await look();
          await transaction.remove(bookings, second!.id);
          await look();
          await transaction.update(bookings, first!.id, { tool: null });
          await look();
          return transaction.update(tools, item.id, { found: seen });
        },
      }),
      first: action({
        description: 'Answers with the first booking.',
        body: {},
        async run({ item, transaction }): Promise<Answer> {
          return (await transaction.list(bookings, { tool: item.id }))[0]!;
        },
      }),
    }),
  });
  return listResources(tools, renters, bookings);
}
