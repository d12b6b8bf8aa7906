// Every night: ends bookings that nobody has answered, or paid, in time, so that others can have the tool.
import { Problem } from 'dynashelf';
import { defineFunction } from 'dynashelf/lambda';
import { PATIENCE } from '../resources/bookings';
import { resources } from '../resources/index';

export const handler = defineFunction(
  { resources },
  {
    schedule: 'cron(0 3 * * ? *)',
    description: 'Ends the bookings that nobody has answered, or paid, in time.',
    writes: ['bookings'],
    async run({ api, now }) {
      for (const [state, patience] of Object.entries(PATIENCE)) {
        const updatedAt = { lt: new Date(now.getTime() - patience).toISOString() };
        for await (const { id } of api.bookings.list({ state, updatedAt })) {
          await api.bookings.act(id, 'expire').catch(ignoreConflict);
        }
      }
    },
  },
);

/** Somebody has answered, or paid, since the list was read: then it is not overdue. */
function ignoreConflict(error: unknown): void {
  if (!(error instanceof Problem) || error.type !== 'conflict') {
    throw error;
  }
}
