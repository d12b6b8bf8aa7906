// docs/benchmarks.md: what was measured, how, and on what.

import { cpus, totalmem } from 'node:os';

import type { Results } from './results';
import { coldTable, frameworkTable, sizeTable, targetTable, warmTable } from './tables';

export interface Circumstances {
  readonly processes: number;
  readonly rounds: number;
  /** Calls of each operation before it is measured, and the milliseconds of CPU that end them sooner. */
  readonly warmUp: { readonly calls: number; readonly milliseconds: number };
  readonly versions: Readonly<Record<string, string>>;
  readonly engine: string;
  /** How many processes wanted to run, on average over the minute before and over the last one. */
  readonly load: readonly [before: number, after: number];
}

/** The tables with their headings, as the terminal shows them. */
export function writeTables(results: Results): string {
  return SECTIONS.map(([heading, write]) => `## ${heading}\n\n${write(results)}\n`).join('\n');
}

const SECTIONS: readonly (readonly [string, (results: Results) => string])[] = [
  ['Targets', targetTable],
  ['CPU of one request, without a network', (results) => warmTable(results, 'stub', 'cpu')],
  ['Wall of one request, without a network', (results) => warmTable(results, 'stub', 'wall')],
  ['CPU of one request, over DynamoDB Local', (results) => warmTable(results, 'database', 'cpu')],
  ['Wall of one request, over DynamoDB Local', (results) => warmTable(results, 'database', 'wall')],
  ['Whole requests, of those of a framework', frameworkTable],
  ['Cold: milliseconds to the first answer', coldTable],
  ['Sizes, kB', sizeTable],
];

/** The whole page. */
export function writePage(
  results: Results,
  { processes, rounds, warmUp, versions, engine, load }: Circumstances,
): string {
  const [processor] = cpus();
  return `# What a request costs, side by side

Written by \`npm run bench\` (\`bench/speed.ts\`) on ${new Date().toISOString().slice(0, 10)}; \`npm run bench -- --quick\` prints the same sooner and less exactly.
Node ${process.versions.node}, ${engine}, on this machine: ${cpus().length} × ${processor?.model ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GB.
${Object.entries(versions)
  .map(([name, version]) => `${name} ${version}`)
  .join(', ')}.
The load was ${load.map((one) => one.toFixed(1)).join(' before, and ')} at the end, this measurement's own included. Ratios can be compared between
machines, microseconds cannot. On a busy machine ratios differ from run to run by a quarter and more, and short calls suffer most.

- **The item** has 14 attributes, a list and a map among them, about 400 bytes as JSON. It has no index, and no other item depends on it.
- **Dynashelf** is the whole request, as it is deployed: from API Gateway's event to the answer, with checks of what is sent, ETag, conditions and
  cursor. *By the SDK* is the same over \`src/store/client/sdk.ts\`; *our store alone* has neither HTTP nor checks.
- **The others** are one call of their library, with nothing around it: no event, no checks but the library's own, no answer written.
  \`raw SDK\` is \`@aws-sdk/client-dynamodb\` as it comes, with attribute values written by hand; *tuned*, with a cached middleware, no log of inputs and a
  complete configuration. Express (behind serverless-http) and Hono are whole requests, over lib-dynamodb, and check nothing.
- **No answer is compressed**: the others never do it, so the requests do not ask for it. What it costs is in docs/decisions/compression.md.
- **Reads** are strongly consistent. A creation, a patch and a deletion have a condition on the item's existence. All operations are one request to
  DynamoDB. A PUT of ours is an UpdateItem that goes on counting versions, theirs a PutItem that writes the item anew.
- **All are bundled** by the options of \`serverless.yml\`, and each has a process and a table of its own. Before it is measured, each
  operation is tried: the answer has to be right, and the table is looked into. While it is measured, a failure ends the run.
- **Without a network** the answers of DynamoDB Local are recorded at the beginning and given again where all of them end, at \`request\` of \`node:http\`: signing,
  marshalling, retries, timers and parsing count, and only Node's own HTTP client and the socket do not.
- **Warm** is measured after ${warmUp.calls} calls of each operation, or ${warmUp.milliseconds} ms of CPU where that is less. V8 runs with \`--interrupt-budget=4000\`, to compile sooner, and \`--no-memory-reducer\`,
  to keep what it has compiled while a process waits for its turn: the same for all.
- **Numbers** are medians of ${rounds} rounds of all contenders in turn; cold, of ${processes} fresh processes each, two of
  one contender at a time, over DynamoDB Local, less what Node takes to start with nothing.

${writeTables(results)}
## What stands in the way

Ratios of writes vary more than those of reads, since the path of a write is the longest: it suffers most where V8 has not compiled all of it, or has thrown some away
while other processes had their turn: in three runs of one day a creation was 0.40, 0.34 and 0.46 of the raw SDK's CPU, a replacement 0.49, 0.47 and 0.51, and a list of 25 was 0.35, 0.36 and 0.33. Of the CPU of a creation a profile gives an eighth to collecting garbage, a tenth to the hashes and timers of the transport, and a
twentieth to the second reading of the body, which finds members that stand twice.
Over DynamoDB Local the engine decides the wall time, and our PUT, an UpdateItem, costs it more than their PutItem.
`;
}
