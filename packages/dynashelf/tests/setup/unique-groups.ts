// Resources with unique groups, and the days that they share.

import { defineResource, listResources } from '../../src/definition/define-resource';

/** Favourites and bookings, with what is unique of them or without. */
export function declareUnique(isUnique: boolean): ReturnType<typeof listResources> {
  const favourites = defineResource({
    name: 'favourites',
    description: 'Who likes which tool.',
    schema: { user: { type: String, maxLength: 100 }, tool: { type: String, maxLength: 100 }, note: String },
    ...(isUnique && { unique: [['user', 'tool']] }),
  });
  const bookings = defineResource({
    name: 'bookings',
    description: 'Which tool is booked for which days.',
    schema: {
      tool: { type: String, maxLength: 100 },
      days: { type: Array, maxItems: 40, schema: [{ type: String, format: 'date' }] },
      seats: { type: Set, maxItems: 40, schema: [Number] },
      code: { type: String, unique: true, set: (code: string) => code.toUpperCase() },
      note: String,
    },
    ...(isUnique && { unique: [['tool', 'days[]'], ['seats[]']] }),
  });
  return listResources(favourites, bookings);
}

/** A day, by its number from the first of January 2027. */
export const day = (number: number): string => new Date(Date.UTC(2027, 0, 1 + number)).toISOString().slice(0, 10);
/** A day, by its number from the first of January 2027. */
export /** Some days on end. */
const days = (count: number, first = 0): string[] => Array.from({ length: count }, (_, number) => day(first + number));
