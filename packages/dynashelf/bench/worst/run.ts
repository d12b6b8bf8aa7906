// Runs worst requests, each in a process of its own with the heap that it may have, against a database of fat items.

import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { build } from 'esbuild';

import type { Case } from './cases';
import type { Measured, Order } from './child';
import { startFatDatabase } from './database';

/** What came of a case: what it took, or how its process ended; and the bytes of items that it read. */
export type Outcome = (Measured | { readonly died: string }) & { readonly read: number };

export interface Runner {
  run(one: Case): Promise<Outcome>;
  stop(): Promise<void>;
}

/** Megabytes of heap beyond which a process dies: 256 above the 20 that it has before the request. */
export const HEAP = 276;

export async function startRunner(): Promise<Runner> {
  const directory = mkdtempSync(join(tmpdir(), 'dynashelf-worst-'));
  const outfile = join(directory, 'child.js');
  // As a deployment has it: the transport without the SDK.
  await build({
    entryPoints: [join(__dirname, 'child.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    mainFields: ['module', 'main'],
    conditions: ['module', 'wire'],
    minify: true,
    logLevel: 'error',
  });
  const database = await startFatDatabase();
  return {
    async run(one) {
      database.fill(one.filling ?? 'small', one.delay);
      const env = {
        TABLE_NAME: 'table',
        CURSOR_KEY: 'a key for this and nothing else',
        ACCESS: 'open',
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'id',
        AWS_SECRET_ACCESS_KEY: 'secret',
        AWS_ENDPOINT_URL_DYNAMODB: database.endpoint,
      };
      const child = fork(outfile, {
        env,
        execArgv: [`--max-old-space-size=${HEAP}`],
        silent: true,
        serialization: 'advanced',
      });
      const outcome = await new Promise<Measured | { died: string }>((resolve) => {
        child.on('message', (message) =>
          message === 'ready' ? child.send(orderOf(one)) : resolve(message as Measured),
        );
        // `exit` can come before the last message; `close` comes behind it.
        child.on('close', (code, signal) => resolve({ died: signal ?? `code ${code}` }));
      });
      child.kill();
      return { ...outcome, read: database.takeBytes() };
    },
    async stop() {
      await database.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** What a request may take: seconds of CPU, and bytes that Lambda sends. */
const MOST_CPU = 10;
const MOST_SENT = 6 * 1024 * 1024;

/** What is wrong with an outcome; undefined where nothing is. */
export function faultOf({ name, status, remaining = 20_000 }: Case, outcome: Outcome): string | undefined {
  const fault =
    'died' in outcome
      ? `died: ${outcome.died}`
      : outcome.status !== status
        ? `was answered ${outcome.status}, not ${status}: ${outcome.text}`
        : outcome.cpu > MOST_CPU
          ? `took ${outcome.cpu} s of CPU`
          : outcome.sent > MOST_SENT
            ? `was answered with ${outcome.sent} bytes`
            : outcome.seconds * 1000 > remaining
              ? `took ${outcome.seconds} s`
              : undefined;
  return fault === undefined ? undefined : `${name}: ${fault}`;
}

/** The event that API Gateway makes of a case. */
function orderOf({ line, headers = {}, body, remaining = 20_000 }: Case): Order {
  const [httpMethod = '', target = ''] = line.split(' ');
  const [path = '', query = ''] = target.split('?');
  const parameters = [...new URLSearchParams(query)];
  return {
    remaining,
    event: {
      httpMethod,
      path,
      resource: path,
      isBase64Encoded: false,
      body: body === undefined ? null : body(),
      multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
      multiValueQueryStringParameters:
        query === ''
          ? null
          : Object.fromEntries(
              parameters.map(([name]) => [
                name,
                parameters.filter(([other]) => other === name).map(([, value]) => value),
              ]),
            ),
      requestContext: { requestId: 'worst', path } as never,
    },
  };
}
