// A process that is made to be killed: it books one tool, one range after the other, by an action that lists what is
// booked; each with a key. It says which were acknowledged.
// node --import tsx tests/setup/make-rentals.ts <first> <last>

import { writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

import { createClient } from '../../src/testing/client';
import { declareRentals } from './rentals';

async function book(first: number, last: number): Promise<void> {
  const ask = createClient({ resources: declareRentals(true) });
  for (let number = first; number <= last;) {
    const { status, text, headers } = await ask('POST /tools/t/book', {
      body: { from: number, to: number + 1 },
      headers: { 'Idempotency-Key': `rental-${number}` },
    });
    if (headers['retry-after'] !== undefined) {
      await pause(100);
      continue;
    }
    // At once, so that nothing said waits in this process when it is killed.
    writeSync(1, status === 201 ? `${number}\n` : `rental ${number} was answered ${status}: ${text}\n`);
    if (status !== 201) {
      return;
    }
    number++;
  }
}

void book(Number(process.argv[2]), Number(process.argv[3]));
