// A copy that is free again is kept for the member who has waited longest.
import { onChange } from 'dynashelf/lambda';
import { books } from '../resources/books';
import { holds } from '../resources/holds';
import { resources } from '../resources/index';

export const handler = onChange(books, {
  resources,
  description: 'Keeps a copy that is free again for the member who has waited longest.',
  reads: ['books'],
  writes: ['holds'],
  async updated({ before, after, transaction }) {
    if (after.available <= before.available) {
      return;
    }
    // As it is now: others may have taken copies since, or given more back.
    const book = await transaction.read(books, after.id);
    const waiting = await transaction.list(holds, { queue: after.id, state: 'waiting' });
    for (const { id } of waiting.slice(0, book?.available ?? 0)) {
      await transaction.update(holds, id, { state: 'called' });
    }
  },
});
