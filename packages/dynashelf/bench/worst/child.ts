// One worst request in a process of its own, over the deployed transport: what it is answered, and what it takes.

import type { APIGatewayProxyEvent } from 'aws-lambda';

import { readConfig } from '../../src/config';
import { readFunction, writeFunction } from '../../src/lambda';
import { connect } from '#connect';
import { worstResources } from './resources';

/** A request: its function, its event, and the milliseconds that Lambda gives. */
export interface Order {
  readonly event: Partial<APIGatewayProxyEvent>;
  readonly remaining: number;
}

/** What came of it. Megabytes are above what the process had before; `sent` is what Lambda would send. */
export interface Measured {
  readonly status: number;
  readonly seconds: number;
  readonly cpu: number;
  readonly megabytes: number;
  readonly sent: number;
  readonly text: string;
}

const api = {
  resources: worstResources,
  config: { ...readConfig(process.env), access: 'open' as const },
  send: connect(),
};
const functions = { read: readFunction(api), write: writeFunction(api) };

async function measure({ event, remaining }: Order): Promise<Measured> {
  const name = event.httpMethod === 'GET' ? 'read' : 'write';
  const before = { cpu: process.cpuUsage(), memory: process.memoryUsage().rss, time: performance.now() };
  const { statusCode, body, headers } = await functions[name](event as APIGatewayProxyEvent, {
    getRemainingTimeInMillis: () => remaining,
  });
  const { user, system } = process.cpuUsage(before.cpu);
  return {
    status: statusCode,
    seconds: (performance.now() - before.time) / 1000,
    cpu: (user + system) / 1e6,
    megabytes: (process.resourceUsage().maxRSS * 1024 - before.memory) / 1e6,
    sent: Buffer.byteLength(JSON.stringify({ statusCode, headers, body })),
    text: body.slice(0, 300),
  };
}

process.once(
  'message',
  (order: Order) => void measure(order).then((measured) => process.send!(measured, () => process.exit())),
);
process.on('disconnect', () => process.exit());
process.send!('ready');
