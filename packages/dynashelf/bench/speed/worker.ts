// The process of one contender: checks it, and measures it when asked to. A process each, so that none has another's
// heap or compiled code.

import { checkAdapter, type Checked } from './check';
import { installSeam, replay } from './seam';
import { loadAdapter, type Call, type Adapter } from './adapter';
import type { Operation } from './item';

/** What a worker is told when it starts. */
export interface Assignment {
  readonly kind: 'data' | 'handler';
  readonly paths: readonly string[];
  readonly table: string;
}

/** How an answer comes: `stub` gives what was recorded. */
export type Way = 'stub' | 'database';

export type Order =
  | { readonly order: 'check' }
  /** So many calls, or for so many milliseconds of CPU where that is less: for the compiler to compile what it will. */
  | {
      readonly order: 'warm';
      readonly way: Way;
      readonly operation: Operation;
      readonly calls: number;
      readonly milliseconds: number;
    }
  | { readonly order: 'measure'; readonly way: Way; readonly operation: Operation; readonly calls: number };

/** Microseconds of one call. */
export interface Cost {
  readonly cpu: number;
  readonly wall: number;
}

export type Report = { readonly failure: string } | { readonly failure?: undefined; readonly cost: Cost };

const NONE: Cost = { cpu: 0, wall: 0 };

/** How many calls are made between two looks at the clock. */
const STEP = 10;

let checked: Checked;
let number = 0;

async function carryOut(adapter: Adapter, table: string, order: Order): Promise<Cost> {
  switch (order.order) {
    case 'check':
      checked = await checkAdapter(adapter, table);
      return NONE;
    case 'warm':
      return warmUp(adapter, order);
    case 'measure':
      return measure(adapter, order.way, order.operation, order.calls);
  }
}

/** What a call took at the end. */
async function warmUp(
  adapter: Adapter,
  { way, operation, calls, milliseconds }: Order & { order: 'warm' },
): Promise<Cost> {
  let cost = NONE;
  for (let [done, spent] = [0, 0]; done < calls && spent < milliseconds * 1000; done += STEP) {
    cost = await measure(adapter, way, operation, STEP);
    spent += cost.cpu * STEP;
  }
  return cost;
}

/** @throws Error where a call did not do its work */
async function measure(adapter: Adapter, way: Way, operation: Operation, count: number): Promise<Cost> {
  const calls: Call[] = [];
  for (let index = 0; index < count; index++) {
    // Over the database each deletion needs an item of its own.
    const id =
      way === 'database' && operation === 'delete'
        ? adapter.read(await adapter.prepare('create', '', number)())[0]!.id
        : checked.ids[operation];
    calls.push(adapter.prepare(operation, id, number++));
  }
  let last: unknown;
  const run = async (): Promise<Cost> => {
    const start = performance.now();
    const before = process.cpuUsage();
    for (const call of calls) {
      last = await call();
    }
    const { user, system } = process.cpuUsage(before);
    return { cpu: (user + system) / count, wall: ((performance.now() - start) * 1000) / count };
  };
  const cost = way === 'stub' ? await replay(checked.answers[operation], run) : await run();
  const items = adapter.read(last);
  const expected =
    operation === 'delete' ? 0 : operation.startsWith('list') ? Number(operation.slice('list '.length)) : 1;
  if (items.length !== expected) {
    throw new Error(`${operation} answered with ${items.length} items.`);
  }
  return cost;
}

function main(): void {
  const { kind, paths, table } = JSON.parse(process.argv[2]!) as Assignment;
  installSeam();
  const adapter = loadAdapter(kind, paths, table);
  process.on('message', (order: Order) => {
    carryOut(adapter, table, order)
      .then(
        (cost): Report => ({ cost }),
        (error: unknown): Report => ({
          failure: error instanceof Error ? (error.stack ?? error.message) : String(error),
        }),
      )
      .then(
        (report) => process.send!(report),
        () => process.exit(1),
      );
  });
  process.on('disconnect', () => process.exit());
  process.send!({ cost: NONE } satisfies Report);
}

main();
