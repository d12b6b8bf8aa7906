// Functions of an app's own in an emulated AWS: one by a route, one by a schedule, and one that takes messages.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { addFunction } from '../../src/local/add-function';
import type { Send } from '../../src/local/deployed-stack';

const FUNCTIONS: Readonly<Record<string, string>> = {
  yearly: `route: 'GET /reports/{year}', access: 'public', description: 'Counts books of a year.', params: { year: { type: Number, integer: true } }, reads: ['books'],
  async run({ params: { year }, api }) { let books = 0; for await (const _ of api.books.list({ pages: year })) books++; return { body: { year, books } }; }`,
  tell: `route: 'POST /tells', access: 'public', description: 'Sends a message.', body: { year: { type: Number, required: true } }, writes: ['books'],
  async run({ body, api }) { await api.transaction([{ send: told, body }]); return { status: 202 }; }`,
  hear: `message: told, description: 'Makes a book of the year.', writes: ['books'],
  async run({ body, key, api }) { await api.books.replace(key, { title: 'Told', author: 'hear', pages: body.year }); }`,
  tidy: `schedule: 'cron(0 3 L * ? *)', description: 'Makes a book of the month.', writes: ['books'],
  async run({ now, api }) { await api.books.replace('tidied', { title: now.toISOString(), author: 'tidy', pages: 1999 }); }`,
};

/** Adds them to an app. */
export function giveFunctions(directory: string): void {
  writeFileSync(
    join(directory, 'src/messages.ts'),
    "import { defineMessage } from 'dynashelf';\nexport const told = defineMessage({ name: 'told', description: 'A year was told.', body: { year: { type: Number, required: true } } });\n",
  );
  for (const [name, keywords] of Object.entries(FUNCTIONS)) {
    addFunction(directory, name);
    writeFileSync(
      join(directory, `src/functions/${name}.ts`),
      `import { defineFunction } from 'dynashelf/lambda';\nimport { told } from '../messages';\nimport { resources } from '../resources/index';\nexport const handler = defineFunction({ resources }, { ${keywords} });\n`,
    );
  }
  addFunction(directory, 'publish');
}

/**
 * Calls them where they are deployed.
 * @param base the API's root
 */
export async function callFunctions(base: string, lambda: Send, events: Send): Promise<void> {
  const books = async (year: number): Promise<number> => {
    const reply = await fetch(`${base}/reports/${year}`);
    assert.equal(reply.status, 200, await reply.clone().text());
    return ((await reply.json()) as { books: number }).books;
  };
  assert.equal(await books(1999), 0);
  const wrong = await fetch(`${base}/reports/never`);
  assert.deepEqual([wrong.status, wrong.headers.get('content-type')], [400, 'application/problem+json']);
  assert.equal((await fetch(`${base}/reports/1999`, { method: 'PUT' })).status, 405);
  console.log('ok: a function is called by its route, whose variable it is given');

  const { Rules } = (await events('ListRules', {})) as { Rules: { ScheduleExpression?: string }[] };
  assert.ok(Rules.some(({ ScheduleExpression }) => ScheduleExpression === 'cron(0 3 L * ? *)'));
  await invoke(lambda, 'tidy', { source: 'aws.events', time: '2030-01-31T03:00:00Z' });
  assert.equal(await books(1999), 1);
  console.log('ok: a function has its schedule, and is called as by it');

  const reply = await fetch(`${base}/tells`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: '{"year":2001}',
  });
  assert.equal(reply.status, 202, await reply.text());
  let by = 'the stream';
  for (let tries = 0; tries < 50 && (await books(2001)) === 0; tries++) {
    await sleep(200);
  }
  if ((await books(2001)) === 0) {
    by = 'its schedule, as the emulated stream calls nobody';
    await invoke(lambda, 'publish', { source: 'aws.events', time: new Date().toISOString() });
  }
  assert.equal(await books(2001), 1);
  console.log(`ok: a message that is sent is delivered, once, by ${by}`);
}

/** Calls a function as a schedule does. */
async function invoke(lambda: Send, name: string, event: object): Promise<void> {
  const answer = (await lambda('Invoke', {
    FunctionName: `dynashelf-dev-${name}`,
    Payload: Buffer.from(JSON.stringify(event)),
  })) as { FunctionError?: string; Payload?: Uint8Array };
  assert.equal(answer.FunctionError, undefined, Buffer.from(answer.Payload ?? []).toString());
}
