// Random histories of concurrent clients, several side by side, each on a table of its own.
// HISTORIES and SEED choose how many and which; `npm run test:long` runs many.

import { connect } from '#connect';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';

import type { Resource } from '../../src/definition/resource';
import { recreateTable } from '../../src/local/table';
import { tableDefinition } from '../../src/serverless/table';
import { establishConstraints } from '../../src/store/migrate/establish-constraints';
import type { ClientOptions } from '../../src/testing/client';
import { tableName } from '../../src/testing/table';
import { openParticipants, type Participants } from './participants';
import { IS_LONG } from './runs';

/** Clients of one history, and requests of each. */
const CLIENTS = 4;
export const REQUESTS = 8;

export interface Histories {
  readonly resources: ReadonlyMap<string, Resource>;
  /** Functions of the app's own that clients call. */
  readonly functions?: NonNullable<ClientOptions['functions']>;
  /** How many `npm run test:long` runs. */
  readonly nightly: number;
  /** How many run side by side at most. */
  readonly mostLanes: number;
  readonly optionsOf?: (lane: number) => Pick<ClientOptions, 'transactionSize'>;
  /** Runs one history on a fresh table; what is wrong after it, in sentences. */
  readonly run: (participants: Participants, table: string, seed: number) => Promise<string[]>;
}

/**
 * Declares the test that nothing is wrong after any of the histories, and nothing was logged as an error but what their
 * faults cause.
 */
export function testHistories(
  fact: string,
  { resources, functions = {}, nightly, mostLanes, optionsOf = () => ({}), run }: Histories,
): void {
  const count = Number(process.env.HISTORIES ?? (IS_LONG ? nightly : 4));
  const first = Number(process.env.SEED ?? Date.now() % 1_000_000_000);
  const definition = tableDefinition();
  const database = new DynamoDBClient({});
  const send = connect();
  const errors: string[] = [];
  const lanes: { readonly table: string; readonly participants: Participants }[] = [];
  let logged: jest.SpyInstance;

  beforeAll(async () => {
    for (let lane = 0; lane < Math.min(mostLanes, count); lane++) {
      const table = `${tableName()}-${lane}`;
      await recreateTable(database, table, definition);
      lanes.push({
        table,
        participants: await openParticipants(CLIENTS, table, resources, { functions, ...optionsOf(lane) }),
      });
    }
    logged = jest.spyOn(console, 'error').mockImplementation((line: string) => {
      if (!line.includes('cannot be reached')) {
        errors.push(line);
      }
    });
  });

  afterAll(async () => {
    logged.mockRestore();
    await Promise.all(lanes.map(async ({ participants }) => participants.stop()));
    database.destroy();
  });

  test(
    `of ${count} histories from seed ${first} on, ${fact}`,
    async () => {
      const failures: string[] = [];
      const statuses = new Map<number, number>();
      let next = 0;
      await Promise.all(
        lanes.map(async ({ table, participants }) => {
          while (next < count && failures.length < 5) {
            const seed = first + next++;
            await recreateTable(database, table, definition);
            // Else the first requests, and later ones of the same clients, would ask and note which constraints hold of
            // it.
            await establishConstraints(send, table, resources, 0);
            const broken = await run(participants, table, seed);
            participants.history.forEach(({ answer }) =>
              statuses.set(answer!.status, (statuses.get(answer!.status) ?? 0) + 1),
            );
            failures.push(...(broken.length === 0 ? [] : [`SEED=${seed} HISTORIES=1: ${broken.join('\n  ')}`]));
          }
        }),
      );
      if (count > 6) {
        console.log(
          `${next} histories, answers: ${[...statuses]
            .sort()
            .map(([status, times]) => `${status}: ${times}`)
            .join(', ')}`,
        );
      }
      expect(failures.join('\n')).toBe('');
      expect(errors).toEqual([]);
    },
    300_000 + count * 10_000,
  );
}
