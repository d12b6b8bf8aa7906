// A database of items as large as they can be: it answers as DynamoDB does, with 1 MB of them to a Query, 16 MB to a
// BatchGetItem.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { constraintsOf, LAYOUT_PARTITION } from '../../src/store/layout/layout-record';
import { worstResources } from './resources';

/** What fills the items: the attribute `any` as DynamoDB writes it, and the bytes that it counts. */
const FILLINGS = {
  /** Ordinary text. */
  text: () => list(1, 400_000, '{"S":"', 'x'.repeat(400_000 - 400), '"}'),
  /** The smallest values that there are. */
  empties: () => list(400_000, 1, '{"S":""}'),
  numbers: () => list(130_000, 3, '{"N":"7"}'),
  nulls: () => list(198_000, 2, '{"NULL":true}'),
  objects: () => list(99_000, 4, '{"M":{}}'),
  /** 1e125 takes two bytes there, and 126 digits on the wire. */
  powers: () => list(130_000, 3, '{"N":"1', '0'.repeat(125), '"}'),
  /** Each of them is seven bytes in what Lambda sends. */
  controls: () => list(1, 390_000, '{"S":"', '\\u0001'.repeat(390_000), '"}'),
  /** An ordinary item. */
  small: () => list(3, 10, '{"S":"small"}'),
} as const;

export type Filling = keyof typeof FILLINGS;

export const FILLING_NAMES = Object.keys(FILLINGS) as Filling[];

interface Filled {
  readonly text: Buffer;
  readonly bytes: number;
}

function list(count: number, bytes: number, ...parts: string[]): Filled {
  const part = parts.join('');
  return {
    text: Buffer.from(`"any":{"L":[${Array.from({ length: count }, () => part).join(',')}]}}`),
    bytes: Math.min(count * bytes, 409_000) + 200,
  };
}

/** What says that every constraint holds of all items. */
const layouts = JSON.stringify({
  Items: [...worstResources.values()].map((resource) => ({
    pk: { S: LAYOUT_PARTITION },
    sk: { S: resource.name },
    constraints: { SS: constraintsOf(resource) },
  })),
});

/** A part of an answer. */
type Part = string | Buffer;

type Key = Record<string, { readonly S: string }>;

interface Input {
  readonly TableName?: string;
  readonly Key?: Key;
  readonly Limit?: number;
  readonly Select?: string;
  readonly ProjectionExpression?: string;
  readonly FilterExpression?: string;
  readonly ExclusiveStartKey?: Key;
  readonly ExpressionAttributeValues?: Record<string, { readonly S: string }>;
  readonly RequestItems?: Record<string, { readonly Keys: Key[] }>;
  readonly TransactItems?: unknown[];
}

/** How many items a partition holds. */
const ITEMS = 200;

export interface FatDatabase {
  readonly endpoint: string;
  /** Bytes of items that were read since this was asked last. */
  takeBytes(): number;
  /** Sets what its items are filled with, and the milliseconds that each answer takes. */
  fill(filling: Filling, delay?: number): void;
  stop(): Promise<void>;
}

export async function startFatDatabase(): Promise<FatDatabase> {
  const made = new Map<Filling, Filled>();
  let filled: Filled = FILLINGS.small();
  let bytes = 0;
  let delay = 0;

  // In parts: a text of sixteen megabytes of such items would be longer than any may be.
  const record = (pk: string, sk: string): Part[] => [
    `{"pk":{"S":"${pk}"},"sk":{"S":"${sk}"},"version":{"N":"3"},"createdAt":{"S":"2026-01-01T00:00:00.000Z"},"updatedAt":{"S":"2026-01-02T00:00:00.000Z"},"#writers":{"S":"token"},"title":{"S":"t"},"first":{"S":"first-${sk}"},"second":{"S":"second-${sk}"},`,
    filled.text,
  ];

  const records = (keys: readonly (readonly [pk: string, sk: string])[]): Part[] =>
    keys.flatMap(([pk, sk], index) => [...(index > 0 ? [','] : []), ...record(pk, sk)]);

  function units(count: number): string {
    bytes += count * filled.bytes;
    return `"CapacityUnits":${Math.max(1, Math.ceil(filled.bytes / 4096) * count)}`;
  }

  function query({
    Limit = Infinity,
    ExclusiveStartKey,
    ExpressionAttributeValues,
    Select,
    FilterExpression,
    ProjectionExpression,
  }: Input): Part[] {
    const pk = Object.values(ExpressionAttributeValues!)[0]!.S;
    if (pk === LAYOUT_PARTITION) {
      return [layouts];
    }
    const from = ExclusiveStartKey === undefined ? ITEMS : Number(ExclusiveStartKey['sk']!.S.slice(1));
    const count = Math.min(Limit, from, Math.max(1, Math.floor(1_048_576 / filled.bytes)));
    const keys = Array.from({ length: count }, (_, index) => `i${String(from - index - 1).padStart(4, '0')}`);
    const shown = FilterExpression === undefined ? keys : [];
    const items =
      Select === 'COUNT'
        ? []
        : ProjectionExpression === undefined
          ? records(shown.map((sk) => [pk, sk]))
          : [shown.map((sk) => `{"sk":{"S":"${sk}"}}`).join(',')];
    const last = from - count > 0 ? `"LastEvaluatedKey":{"pk":{"S":"${pk}"},"sk":{"S":"${keys.at(-1)}"}},` : '';
    return [
      '{"Items":[',
      ...items,
      `],"Count":${shown.length},"ScannedCount":${count},${last}"ConsumedCapacity":{${units(count)}}}`,
    ];
  }

  function batch(table: string, keys: Key[]): Part[] {
    const count = Math.min(keys.length, Math.max(1, Math.floor((16 * 1_048_576) / filled.bytes)));
    const items = records(keys.slice(0, count).map(({ pk, sk }) => [pk!.S, sk!.S]));
    const left = count < keys.length ? `"${table}":{"Keys":${JSON.stringify(keys.slice(count))}}` : '';
    return [
      `{"Responses":{"${table}":[`,
      ...items,
      `]},"UnprocessedKeys":{${left}},"ConsumedCapacity":[{${units(count)}}]}`,
    ];
  }

  function answer(operation: string, input: Input): Part[] {
    switch (operation) {
      case 'GetItem':
        return ['{"Item":', ...record(input.Key!['pk']!.S, input.Key!['sk']!.S), `,"ConsumedCapacity":{${units(1)}}}`];
      case 'Query':
        return query(input);
      case 'BatchGetItem': {
        const [[table, { Keys }]] = Object.entries(input.RequestItems!) as [[string, { Keys: Key[] }]];
        return batch(table, Keys);
      }
      case 'UpdateItem':
        return [
          '{"Attributes":',
          ...record(input.Key!['pk']!.S, input.Key!['sk']!.S),
          `,"ConsumedCapacity":{${units(1)}}}`,
        ];
      default:
        return ['{}'];
    }
  }

  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .on('end', () => {
        const operation = String(incoming.headers['x-amz-target']).replace(/^.*\./, '');
        const parts = answer(operation, JSON.parse(Buffer.concat(chunks).toString('utf8')) as Input).map((part) =>
          typeof part === 'string' ? Buffer.from(part) : part,
        );
        setTimeout(() => {
          outgoing.writeHead(200, {
            'content-type': 'application/x-amz-json-1.0',
            'content-length': String(parts.reduce((sum, { length }) => sum + length, 0)),
          });
          parts.forEach((part) => outgoing.write(part));
          outgoing.end();
        }, delay);
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    takeBytes() {
      const taken = bytes;
      bytes = 0;
      return taken;
    },
    fill(filling, milliseconds = 0) {
      const known = made.get(filling) ?? FILLINGS[filling]();
      made.set(filling, known);
      filled = known;
      delay = milliseconds;
      bytes = 0;
    },
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
