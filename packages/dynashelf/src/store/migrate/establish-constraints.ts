// Makes constraints hold that were declared on a table with data: the records of unique values, the numbers of
// references, counts and sums, the checksums of partitions. While it runs, requests that rely on them are refused
// (write/held-constraints.ts), so that what it reads stays so.
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Resource } from '../../definition/resource';
import { uniqueGroups } from '../../definition/unique-groups';
import type { Send } from '../client/send';
import { transactionalIndexes } from '../layout/index-keys';
import {
  acyclicity,
  constraintsOf,
  heldConstraints,
  isTransactionality,
  readLayouts,
  referencesTo,
  transactionality,
  uniqueness,
} from '../layout/layout-record';
import { noteHeld, takeOver, type Run } from './constraint-run';
import { countReferences, pairsToCount } from './count-references';
import { fillAggregates, missingAggregates } from './establish-aggregates';
import { findLoops } from './find-loops';
import { makeUnique } from './make-unique';
import type { Findings } from './obstacles';
import { setChecksums } from './set-checksums';

/** What was done for one constraint. */
export interface Established extends Findings {
  /**
   * The collection, and what is declared of it: `name: unique attribute`. It does not hold where something is in the
   * way.
   */
  readonly constraint: string;
}

/**
 * Makes every constraint hold that does not yet. It can be stopped and run again at any moment.
 * @param wait milliseconds until every process knows that constraints are being made, and is done with what it began
 * before
 */
export async function establishConstraints(
  send: Send,
  TableName: string,
  resources: ReadonlyMap<string, Resource>,
  wait: number,
): Promise<Established[]> {
  const layouts = await readLayouts(send, TableName);
  const missing = [...resources.values()].flatMap((resource) => {
    const held = heldConstraints(layouts.get(resource.name));
    return constraintsOf(resource)
      .filter((constraint) => !held.has(constraint))
      .map((constraint) => ({ resource, constraint }));
  });
  if (missing.length === 0) {
    return [];
  }
  const pairs = pairsToCount(resources, missing);
  // All references of one collection to another are counted in one number.
  const taken = [
    ...missing,
    ...pairs.flatMap(({ resource, collection }) =>
      referencesTo(resource, collection).map((constraint) => ({ resource, constraint })),
    ),
  ];
  // Of two runs the later one goes on: the earlier one looks before it writes, and is done with that when the pause is
  // over.
  const run: Run = { send, TableName, token: randomUUID() };
  for (const resource of new Set(taken.map((one) => one.resource))) {
    const constraints = taken.filter((one) => one.resource === resource).map(({ constraint }) => constraint);
    await takeOver(run, resource, [...new Set(constraints)]);
  }
  await pause(wait);
  const done: Established[] = [];
  for (const { resource, constraint } of missing.filter((one) => one.constraint.startsWith('unique '))) {
    const group = uniqueGroups(resource).find((one) => uniqueness(one) === constraint)!;
    done.push(await settle(run, resource, [constraint], await makeUnique(run, resource, group)));
  }
  for (const { resource, collection } of pairs) {
    done.push(
      await settle(
        run,
        resource,
        referencesTo(resource, collection),
        await countReferences(run, resource, resources.get(collection)!),
      ),
    );
  }
  for (const { resource, constraint } of missing) {
    const attribute = resource.trees.find((name) => acyclicity(name) === constraint);
    if (attribute !== undefined) {
      done.push(await settle(run, resource, [constraint], await findLoops(run, resource, attribute)));
    }
  }
  for (const aggregates of missingAggregates(resources, missing)) {
    const { resource, constraints } = aggregates;
    done.push(await settle(run, resource, constraints, await fillAggregates(run, resources, aggregates)));
  }
  for (const { resource, constraint } of missing.filter((one) => isTransactionality(one.constraint))) {
    const index = transactionalIndexes(resource).find((one) => transactionality(resource, one) === constraint)!;
    done.push(await settle(run, resource, [constraint], await setChecksums(run, resource, index)));
  }
  return done;
}

/** Notes that some constraints hold, unless something stands in their way. */
async function settle(run: Run, resource: Resource, constraints: string[], findings: Findings): Promise<Established> {
  if (findings.obstacles.length === 0) {
    await noteHeld(run, resource, constraints);
  }
  return { constraint: `${resource.name}: ${constraints.join(', ')}`, ...findings };
}
