// All bookings for a spreadsheet.
import { defineFunction } from 'dynashelf/lambda';
import { resources } from '../resources/index';

const COLUMNS = ['id', 'tool', 'renter', 'lender', 'state', 'price', 'createdAt'] as const;

export const handler = defineFunction(
  { resources },
  {
    route: 'GET /exports/bookings',
    description: 'All bookings as CSV (RFC 4180), newest first.',
    access: { role: 'admin' },
    query: { state: { type: String, maxLength: 20 } },
    reads: ['bookings'],
    async run({ query, api }) {
      const lines = [COLUMNS.join(',')];
      for await (const booking of api.bookings.list(query.state === undefined ? {} : { state: query.state })) {
        lines.push(COLUMNS.map((column) => cell(booking[column])).join(','));
      }
      return {
        headers: { 'Content-Type': 'text/csv; charset=utf-8' },
        body: lines.map((line) => `${line}\r\n`).join(''),
      };
    },
  },
);

/** RFC 4180 §2: quotes within are doubled. A spreadsheet takes a text that begins with one of these for a formula. */
function cell(value: string | number): string {
  const text = String(value).replace(/^(?=[=+\-@\t\r])/, "'");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
