// What is logged when something goes wrong: enough to find it, and no secret and no content of the request.

import { defineResource, listResources } from '../../src/definition/define-resource';
import { createClient } from '../../src/testing/client';
import { deployed } from '../setup/deployed';
import { useTable } from '../../src/testing/table';

useTable();

const TOKEN = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJlLW9mLWFkYQ';

const things = defineResource({
  name: 'things',
  description: 'Things that break.',
  schema: {
    text: String,
    shown: {
      type: String,
      get: (value: string) => {
        throw new TypeError(`Bearer ${TOKEN} and password=hunter2 broke ${value}`);
      },
    },
  },
});

const ask = createClient({ resources: listResources(things) });

/** What is written to the console while something runs. */
async function logged(run: () => Promise<unknown>): Promise<string[]> {
  const written: string[] = [];
  const spies = (['log', 'info', 'warn', 'error', 'debug'] as const).map((method) =>
    jest
      .spyOn(console, method)
      .mockImplementation((...args: unknown[]) => void written.push(args.map(String).join(' '))),
  );
  try {
    await run();
  } finally {
    spies.forEach((spy) => spy.mockRestore());
  }
  return written;
}

const HEADERS = {
  Authorization: `Bearer ${TOKEN}`,
  'X-Api-Key': 'k3y-of-a-client',
  Cookie: 'sid=c00kie',
  'Idempotency-Key': 'idem-1',
};

test('a bug is logged with its stack and the request id, without what is secret in its message, and the answer shows nothing of it', async () => {
  let answer = await ask('GET /things');
  const lines = await logged(async () => {
    answer = await ask('POST /things?fields=shown', {
      body: { text: 'private-content', shown: 'x' },
      headers: HEADERS,
    });
  });
  expect(answer.status).toBe(500);
  expect(lines).toHaveLength(1);
  const entry = JSON.parse(lines[0]!) as Record<string, string>;
  expect(entry).toMatchObject({
    level: 'error',
    requestId: answer.headers['x-request-id'],
    method: 'POST',
    path: '/things',
  });
  expect(entry['message']).toBe('Bearer [redacted] and password=[redacted] broke x');
  expect(entry['stack']).toMatch(/\n {4}at /);
  for (const secret of [TOKEN, 'k3y-of-a-client', 'c00kie', 'hunter2', 'private-content', 'idem-1']) {
    expect(lines[0]).not.toContain(secret);
    expect(answer.text).not.toContain(secret);
  }
  expect(answer.text).not.toMatch(/TypeError|at |stack|broke/);
  expect(Object.keys(answer.body).sort()).toEqual(['detail', 'instance', 'status', 'title', 'type']);
});

test('a request that is answered, or refused for what it says, logs nothing', async () => {
  expect(
    await logged(async () => {
      await ask('POST /things', { body: { text: 'a' }, headers: { ...HEADERS, 'Idempotency-Key': 'idem-2' } });
      await ask('POST /things', { body: { txt: 'a' }, headers: HEADERS });
      await ask('POST /things', { body: '{', headers: HEADERS });
      await ask('GET /things?cursor=abc', { headers: HEADERS });
      await ask('GET /nothing', { headers: HEADERS });
    }),
  ).toEqual([]);
});

test('a database that cannot be reached is logged without the request', async () => {
  const out = createClient({
    resources: listResources(things),
    send: () => Promise.reject(Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' })),
  });
  const lines = await logged(() => out('POST /things', { body: { text: 'private-content' }, headers: HEADERS }));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('ECONNREFUSED');
  expect(lines[0]).not.toMatch(/private-content|Bearer|k3y/);
});

test('the access log of API Gateway names no header, no query, no body and no credential', () => {
  const { format, executionLogging, fullExecutionData } = (
    deployed().provider['logs'] as {
      restApi: { format: string; executionLogging: boolean; fullExecutionData: boolean };
    }
  ).restApi;
  expect([executionLogging, fullExecutionData]).toEqual([false, false]);
  const variables = [...format.matchAll(/\$context\.([\w.]+)/g)].map(([, name]) => name);
  expect(variables.length).toBeGreaterThan(5);
  expect(
    variables.filter((name) =>
      /authorizer\.(?!principalId)|apiKey$|apiKeyValue|identity\.(user|accessKey|caller|cognito)|header|query|body|message|claims|token/i.test(
        name!,
      ),
    ),
  ).toEqual([]);
  expect(format).not.toMatch(/\$(input|stageVariables|util)/);
});
