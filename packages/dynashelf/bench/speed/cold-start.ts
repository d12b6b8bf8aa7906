// A fresh process that loads a function and answers one event, as Lambda's first request has it; without a function,
// what Node alone takes.

import { createRequire } from 'node:module';

import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';

/** Milliseconds since the process began. */
export interface Start {
  readonly cpu: number;
  readonly wall: number;
}

async function main(): Promise<void> {
  const [path, event] = process.argv.slice(2) as [string?, string?];
  if (path !== undefined) {
    const { handler } = createRequire(path)(path) as {
      handler: (event: APIGatewayProxyEvent, context: object) => Promise<APIGatewayProxyResult>;
    };
    const { statusCode, body } = await handler(JSON.parse(event!) as APIGatewayProxyEvent, {
      getRemainingTimeInMillis: () => 29_000,
    });
    if (statusCode >= 300) {
      throw new Error(`The answer is ${statusCode}: ${body}`);
    }
  }
  const { user, system } = process.cpuUsage();
  process.stdout.write(JSON.stringify({ cpu: (user + system) / 1000, wall: performance.now() } satisfies Start), () =>
    process.exit(),
  );
}

void main();
