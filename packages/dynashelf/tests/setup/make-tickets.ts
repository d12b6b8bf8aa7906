// A process that is made to be killed: it makes tickets one after the other, each with a key, and says which were
// acknowledged.
// node --import tsx tests/setup/make-tickets.ts <first> <last>

import { writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

import { createClient } from '../../src/testing/client';
import type { Answer } from '../../src/testing/ask';
import { ticketResources } from './tickets';

async function makeTickets(first: number, last: number): Promise<void> {
  const ask = createClient({ resources: ticketResources });
  for (let number = first; number <= last; number++) {
    const { status, text } = await untilSettled(() =>
      ask('POST /tickets', {
        body: { code: `code-${number}`, event: 'e' },
        headers: { 'Idempotency-Key': `ticket-${number}` },
      }),
    );
    // At once, so that nothing said waits in this process when it is killed.
    writeSync(1, status === 201 ? `${number}\n` : `ticket ${number} was answered ${status}: ${text}\n`);
    if (status !== 201) {
      return;
    }
  }
}

/** Sends again, as the answers of a busy machine say. */
async function untilSettled(send: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    const answer = await send();
    if (answer.headers['retry-after'] === undefined) {
      return answer;
    }
    await pause(100);
  }
}

void makeTickets(Number(process.argv[2]), Number(process.argv[3]));
