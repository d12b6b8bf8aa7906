// Unique groups declared on a table with data: refused until the migration has made them hold.

import { establishConstraints } from '../../src/store/migrate/establish-constraints';
import type { Send } from '../../src/store/client/send';
import { createClient } from '../../src/testing/client';
import { tableName, useTable } from '../../src/testing/table';
import { brokenRules } from '../setup/invariants';
import { killAtEachRequest } from '../setup/kill';
import { scanTable } from '../setup/scan';
import { days, declareUnique } from '../setup/unique-groups';
import { connect } from '#connect';

useTable();

const resources = declareUnique(true);
const ask = createClient({ resources });
const before = createClient({ resources: declareUnique(false) });

beforeAll(() =>
  jest.useFakeTimers({
    doNotFake: ['setTimeout', 'setInterval', 'setImmediate', 'nextTick', 'queueMicrotask', 'performance'],
  }),
);
afterAll(() => jest.useRealTimers());
/** Lets a process forget what it believes of the constraints. */
const later = (): void => void jest.setSystemTime(Date.now() + 60_000);
const establish = async (send: Send = connect()): ReturnType<typeof establishConstraints> =>
  establishConstraints(send, tableName(), resources, 0);

test('what relies on them is refused until the migration has run, which names what stands in the way, and can be killed', async () => {
  // Processes that do not know the keyword note that nobody keeps it any more.
  await before('PUT /favourites/a', { body: { user: 'late', tool: 'late' } });
  await before('PUT /favourites/b', { body: { user: 'late', tool: 'late' } });
  await before('PUT /bookings/a', { body: { tool: 'late', days: days(3, 50) } });
  await before('PUT /bookings/b', { body: { tool: 'late', days: days(3, 52) } });
  later();
  const refused = await ask('PATCH /bookings/a', { body: { days: days(1) } });
  expect([refused.status, refused.body.detail]).toEqual([
    503,
    'The attributes "days" and "tool" of bookings were declared "unique" together when there were items already, of which that does not hold yet, so this write cannot be kept true: whoever runs this API has to run "npm run rekey" once.',
  ]);
  expect((await ask('PATCH /bookings/a', { body: { note: 'n' } })).status).toBe(200);
  expect((await ask('POST /bookings', { body: { tool: 'x' } })).status).toBe(503);
  expect((await ask('POST /favourites', { body: { note: 'n' } })).status).toBe(201);
  const done = await establish();
  expect(done.map(({ constraint, obstacles }) => [constraint, obstacles])).toEqual([
    [
      'favourites: unique tool,user',
      [
        expect.stringMatching(
          /^favourites\/[ab] and favourites\/[ab] have the same "tool" and "user": change one of the two/,
        ),
      ],
    ],
    [
      'bookings: unique days[],tool',
      [expect.stringMatching(/^bookings\/[ab] and bookings\/[ab] have the same element of "days" and "tool": change/)],
    ],
    ['bookings: unique seats[]', []],
  ]);
  await before('DELETE /favourites/b');
  await before('PATCH /bookings/b', { body: { days: days(2, 53) } });
  await killAtEachRequest(establish);
  later();
  expect(await brokenRules(resources, await scanTable(tableName()))).toEqual([]);
  expect((await ask('PATCH /bookings/a', { body: { days: days(3, 51) } })).status).toBe(409);
  expect((await ask('PATCH /bookings/a', { body: { days: days(2, 51) } })).status).toBe(200);
  expect((await ask('POST /favourites', { body: { user: 'late', tool: 'late' } })).status).toBe(409);
});
