// `dynashelf redeliver`: what was put aside, messages and changes, listed and sent again.

import { execFile } from 'node:child_process';

import { connect } from '#connect';

import { MOST_ATTEMPTS } from '../../src/functions/delivery';
import { defineFunction } from '../../src/lambda';
import { openConsumers } from '../../src/store/consumers';
import { createClient } from '../../src/testing/client';
import { useClock } from '../../src/testing/clock';
import { deliverMessages } from '../../src/testing/functions';
import { tableName, useTable } from '../../src/testing/table';
import { commandWords, LIBRARY } from '../setup/places';
import { toolshed as resources, bookingAccepted } from '../setup/toolshed';

useTable();
const clock = useClock();
const ask = createClient({ resources });

/** What the command says, and how it ends. */
async function redeliverOf(table: string, ...words: string[]): Promise<{ code: number; out: string; error: string }> {
  // Where the table of AWS would be, is that of the tests.
  const { DYNAMODB_ENDPOINT: _none, ...environment } = process.env;
  const env = { ...environment, TABLE_NAME: table };
  return new Promise((resolve) =>
    execFile(process.execPath, [...commandWords('redeliver'), ...words], { cwd: LIBRARY, env }, (error, out, said) =>
      resolve({ code: Number(error?.code ?? 0), out, error: said }),
    ),
  );
}

const redeliver = async (...words: string[]): ReturnType<typeof redeliverOf> => redeliverOf(tableName(), ...words);

let isFailing = true;
const taken: string[] = [];
const functions = {
  accepted: defineFunction(
    { resources },
    {
      message: bookingAccepted,
      description: 'Takes it, if it can.',
      run({ body }) {
        if (isFailing) {
          throw new Error('no');
        }
        taken.push(body.booking);
      },
    },
  ),
};

/** A change that a consumer has put aside, as it does in the end. @returns its name */
async function changeAside(): Promise<string> {
  const consumers = openConsumers(connect(), tableName(), Date.now() + 60_000);
  const name = { name: 'told', collection: 'tools' };
  const found = await consumers.begin(name, 1);
  const lease = (await consumers.claim(found, Date.now()))!;
  await consumers.putAside(
    lease,
    { to: 2, isLast: true },
    {
      consumer: name,
      sequence: 1,
      item: 'drill',
      attempts: 8,
      reason: 'the mail server is down',
      at: '2026-11-27T00:00:00.000Z',
    },
  );
  return 'told/tools/000000000000001';
}

test('a table that there is not is said so', async () => {
  expect(await redeliverOf('nowhere')).toMatchObject({
    code: 1,
    error: expect.stringMatching(/^There is no table "nowhere"/) as string,
  });
});

test('an empty table has nothing', async () => {
  expect(await redeliver()).toMatchObject({ code: 0, out: 'Nothing was put aside.\n' });
  expect(await redeliver('--all')).toMatchObject({ code: 0, out: 'Nothing was put aside.\n' });
});

test('what was put aside is listed with what failed and why, and sent again by its name, or all of it', async () => {
  jest.spyOn(console, 'error').mockImplementation(() => undefined);
  const tool = (await ask('POST /tools', { body: { name: 'Drill', owner: 'ada' } })).body.id as string;
  const booking = (await ask('POST /bookings', { body: { tool, renter: 'ben' } })).body.id as string;
  await ask(`POST /bookings/${booking}/accept`);
  for (let attempt = 0; attempt <= MOST_ATTEMPTS; attempt++) {
    await deliverMessages(functions);
    clock.advance({ hours: 1 });
  }
  const change = await changeAside();
  const listed = await redeliver();
  expect(listed.out).toContain(`booking-accepted, put aside`);
  expect(listed.out).toContain(`after ${MOST_ATTEMPTS} attempts: its function failed ${MOST_ATTEMPTS} times`);
  expect(listed.out).toContain(
    `${change}: item drill, put aside 2026-11-27T00:00:00.000Z after 8 attempts: the mail server is down`,
  );
  expect(await redeliver('told/tools/000000000000002')).toMatchObject({
    code: 1,
    error: expect.stringMatching(/^Nothing of the name .* Did you mean "told\/tools\/000000000000001"\?/) as string,
  });
  expect((await redeliver('--all', change)).error).toContain('Either all, or those that are named.');
  expect(await redeliver(change)).toMatchObject({ code: 0, out: `${change} is sent again.\n` });
  const consumers = openConsumers(connect(), tableName(), Date.now() + 60_000);
  expect(await consumers.find({ name: 'told', collection: 'tools' })).toMatchObject({ place: 2, again: [1] });
  expect((await redeliver('--all')).out).toMatch(/^[0-9a-f-]{36} is sent again\.\n$/);
  isFailing = false;
  expect(await deliverMessages(functions)).toMatchObject({ delivered: 1 });
  expect(taken).toEqual([booking]);
  expect(await redeliver()).toMatchObject({ out: 'Nothing was put aside.\n' });
  jest.restoreAllMocks();
});
