// A process killed at random moments of a stream of keyed creates, and started again: each item is made once, whole, or
// not at all.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

import { createClient } from '../../src/testing/client';
import { brokenRules } from '../setup/invariants';
import { scanTable } from '../setup/scan';
import { seeded } from '../setup/seeded';
import { tableName, useTable } from '../../src/testing/table';
import { declareRentals } from '../setup/rentals';
import { ticketResources } from '../setup/tickets';

useTable();

const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000_000);
const KILLS = 4;
const MOST = 100_000;

/** Milliseconds within which a process is killed, from its first acknowledged request on. */
const LIFETIME = 120;

/** Makes items from a number on, by a script, until it is killed; the last one that was acknowledged. */
async function makeUntilKilled(script: string, first: number, lifetime: number): Promise<number> {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', join(__dirname, '..', 'setup', script), String(first), String(MOST)],
    { env: { ...process.env }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let last = first - 1;
  for await (const line of createInterface(child.stdout)) {
    if (Number(line) !== last + 1) {
      child.kill('SIGKILL');
      throw new Error(line);
    }
    if (last === first - 1) {
      void pause(lifetime).then(() => child.kill('SIGKILL'));
    }
    last++;
  }
  if (last < first) {
    throw new Error('The process ended by itself.');
  }
  return last;
}

test(`after ${KILLS} kills every ticket exists once, with its guard, its count and its kept outcome (seed ${SEED})`, async () => {
  const random = seeded(SEED);
  const ask = createClient({ resources: ticketResources });
  await ask('PUT /events/e', { body: { title: 'E' } });
  let last = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    // The new process begins with the request of which the old one heard nothing, and sends it with the same key.
    last = await makeUntilKilled('make-tickets.ts', last + 1, random.below(LIFETIME));
  }
  const answer = await ask('POST /tickets', {
    body: { code: `code-${last + 1}`, event: 'e' },
    headers: { 'Idempotency-Key': `ticket-${last + 1}` },
  });
  expect(answer.status).toBe(201);
  const records = await scanTable(tableName());
  const codes = records
    .filter(({ pk }) => pk?.S === 'tickets')
    .map(({ code }) => Number(code?.S?.replace('code-', '')));
  expect(codes.sort((a, b) => a - b)).toEqual(Array.from({ length: last + 1 }, (_, index) => index + 1));
  expect(records.filter(({ pk }) => pk?.S?.startsWith('#idempotency#'))).toHaveLength(last + 1);
  expect(await brokenRules(ticketResources, records)).toEqual([]);
});

test(`after ${KILLS} kills every booking that an action listed before exists once, and the checksums are right (seed ${SEED})`, async () => {
  const random = seeded(SEED);
  const resources = declareRentals(true);
  const ask = createClient({ resources });
  await ask('PUT /tools/t', { body: {} });
  let last = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    last = await makeUntilKilled('make-rentals.ts', last + 1, random.below(LIFETIME));
  }
  const { status } = await ask('POST /tools/t/book', {
    body: { from: last + 1, to: last + 2 },
    headers: { 'Idempotency-Key': `rental-${last + 1}` },
  });
  expect(status).toBe(201);
  const records = await scanTable(tableName());
  const booked = records.filter(({ pk }) => pk?.S === 'bookings').map(({ from }) => Number(from?.N));
  expect(booked.sort((a, b) => a - b)).toEqual(Array.from({ length: last + 1 }, (_, index) => index + 1));
  expect(await brokenRules(new Map([...resources, ...ticketResources]), records)).toEqual([]);
});
