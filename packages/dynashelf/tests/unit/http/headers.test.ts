// The headers of every answer: which origins read it, what changes it, and what it cost.

import { EXPOSED_HEADERS } from '../../../src/http/cors';
import { commonHeaders } from '../../../src/http/headers';
import { serverTiming, startTiming, type Timing } from '../../../src/http/timing';

const CLOSED = { corsOrigins: [], access: 'rules', apiKeys: false, deployed: false } as const;

type Config = Parameters<typeof commonHeaders>[0];

function headers(config: Partial<Config>, origin?: string, vary?: string[]) {
  const request = { id: 'r', header: (name: string) => (name === 'origin' ? origin : undefined) };
  return commonHeaders({ ...(CLOSED as unknown as Config), ...config }, request, 't;dur=1', vary);
}

const SAFE = {
  'X-Request-Id': 'r',
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  'Server-Timing': 't;dur=1',
};

test('without an origin that is allowed, no script of another reads an answer', () => {
  const Vary = 'Accept, Accept-Encoding, Origin, Authorization';
  expect(headers({})).toStrictEqual({ ...SAFE, Vary });
  expect(headers({ corsOrigins: ['https://a.example'] })).toStrictEqual({ ...SAFE, Vary });
  expect(headers({ corsOrigins: ['https://a.example'] }, 'https://b.example')).toStrictEqual({ ...SAFE, Vary });
});

test.each([
  [
    ['https://a.example', 'https://b.example'],
    'https://b.example',
    'https://b.example',
    'Accept, Accept-Encoding, Origin, Authorization',
  ],
  [['*'], 'https://b.example', '*', 'Accept, Accept-Encoding, Authorization'],
  [['*'], undefined, '*', 'Accept, Accept-Encoding, Authorization'],
])('of the origins %j, %s is answered %s', (corsOrigins, origin, allowed, vary) => {
  expect(headers({ corsOrigins }, origin)).toStrictEqual({
    ...SAFE,
    Vary: vary,
    'Access-Control-Allow-Origin': allowed,
    'Access-Control-Expose-Headers': EXPOSED_HEADERS.join(', '),
  });
});

test('what changes an answer is named: credentials, and what the answer adds', () => {
  expect(headers({ apiKeys: true }).Vary).toBe('Accept, Accept-Encoding, Origin, Authorization, X-Api-Key');
  expect(headers({ access: 'open', apiKeys: true }).Vary).toBe('Accept, Accept-Encoding, Origin');
  expect(headers({}, undefined, ['Prefer']).Vary).toBe('Accept, Accept-Encoding, Origin, Authorization, Prefer');
});

test('a deployed API is of HTTPS alone', () => {
  expect(headers({ deployed: true })['Strict-Transport-Security']).toBe('max-age=31536000');
});

function timing(...stations: [string, number][]): Timing {
  return { ...startTiming(), stations, total: () => 9.87 };
}

test.each([
  [{ reads: 1, readUnits: 0.5, writes: 0, writeUnits: 0 }, '1 read, 0.5 RCU'],
  [{ reads: 0, readUnits: 0, writes: 1, writeUnits: 2 }, '1 write, 2 WCU'],
  [{ reads: 2, readUnits: 1, writes: 2, writeUnits: 4 }, '2 reads, 1 RCU, 2 writes, 4 WCU'],
])('of the cost %j is said: %s', (cost, said) => {
  expect(serverTiming(timing(['route', 0.04], ['plan', 1.26]), { milliseconds: 3.21, ...cost })).toBe(
    `route;dur=0.0, plan;dur=1.3, total;dur=9.9, store;dur=3.2;desc="${said}"`,
  );
});

test.each([
  ['not to be said', undefined],
  ['none', { milliseconds: 0, reads: 0, readUnits: 0, writes: 0, writeUnits: 0 }],
])('where the cost is %s, the stations are said', (_cost, cost) => {
  expect(serverTiming(timing(['route', 1]), cost)).toBe('route;dur=1.0, total;dur=9.9');
});
