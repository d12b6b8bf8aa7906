// A process that is made to be killed: it makes tickets one after the other, each with a key, and says which were
// acknowledged.
// node --import tsx tests/setup/make-tickets.ts <first> <last>

import { writeSync } from 'node:fs';

import { createClient } from '../../src/testing/client';
import { ticketResources } from './tickets';

async function makeTickets(first: number, last: number): Promise<void> {
  const ask = createClient({ resources: ticketResources });
  for (let number = first; number <= last; number++) {
    const { status, text } = await ask('POST /tickets', {
      body: { code: `code-${number}`, event: 'e' },
      headers: { 'Idempotency-Key': `ticket-${number}` },
    });
    // At once, so that nothing said waits in this process when it is killed.
    writeSync(1, status === 201 ? `${number}\n` : `ticket ${number} was answered ${status}: ${text}\n`);
    if (status !== 201) {
      return;
    }
  }
}

void makeTickets(Number(process.argv[2]), Number(process.argv[3]));
