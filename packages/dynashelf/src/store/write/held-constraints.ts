// Whether the constraints that a write relies on have held of all items so far. One that was declared on a table with
// data has not, before the migration has run: what it would have to keep is then refused, rather than kept in part.
import type { Resource } from '../../definition/resource';
import { Problem } from '../../problem';
import { isConditionFailure } from '../client/failure';
import {
  constrainedAttributes,
  constraintsInTheMaking,
  constraintsOf,
  heldConstraints,
  isTransactionality,
  isAggregation,
  layoutKey,
  noteNotHeld,
  readLayouts,
  reference,
  referredCollection,
  transactionality,
} from '../layout/layout-record';
import type { SlottedIndex } from '../layout/index-keys';
import { basePartitions } from '../layout/record';
import type { Send } from '../client/send';
import { PARTITION_KEY } from '../layout/table';
import { attributeChange, type Change } from './constraint';
import { referrersOf } from './references';

/** Milliseconds for which a process believes what the table says of its constraints. */
export const BELIEVED_FOR = 30_000;

/** Milliseconds after which a process asks again where a constraint does not hold yet. */
const ASKED_AGAIN_AFTER = 2_000;

/** What a process knows of the constraints of its table. */
export interface HeldConstraints {
  /**
   * Notes, before the first write of this process, which constraints nobody keeps any more, since its files do not
   * declare them: declared again later, they are not believed to hold of what was written without them.
   */
  noteFormer(send: Send): Promise<void>;
  /** @throws Problem `unavailable` where a constraint that some changes rely on does not hold of all items */
  requireFor(changes: readonly Change[], send: Send): Promise<void>;
  /** @throws Problem `unavailable` where references to the items of a resource are not all counted */
  requireForDeletion(resource: Resource, send: Send): Promise<void>;
  /** @throws Problem `unavailable` where the checksums of an index do not count all items yet */
  requireListable(resource: Resource, index: SlottedIndex, send: Send): Promise<void>;
}

/** Opens what a process knows; it asks the table when it has to. */
export function openHeldConstraints(TableName: string, resources: ReadonlyMap<string, Resource>): HeldConstraints {
  let held = new Map<string, ReadonlySet<string>>();
  let inTheMaking = new Map<string, ReadonlySet<string>>();
  let asked = -Infinity;
  let isWhole = false;
  let asking: Promise<void> | undefined;
  const constrained = [...resources.values()].filter((resource) => constraintsOf(resource).length > 0);

  async function ask(send: Send): Promise<void> {
    const layouts = await readLayouts(send, TableName);
    for (const [name, layout] of layouts) {
      // From now on nobody keeps it.
      await noteNotHeld(
        send,
        TableName,
        { name },
        [...heldConstraints(layout), ...constraintsInTheMaking(layout)].filter((constraint) =>
          isFormer(resources, name, constraint),
        ),
      );
    }
    const next = new Map<string, ReadonlySet<string>>();
    for (const resource of constrained.length === 0 ? [] : resources.values()) {
      next.set(
        resource.name,
        layouts.has(resource.name)
          ? heldConstraints(layouts.get(resource.name))
          : await recordEmpty(send, TableName, resource),
      );
    }
    held = next;
    inTheMaking = new Map([...layouts].map(([name, layout]) => [name, constraintsInTheMaking(layout)]));
    isWhole = constrained.every((resource) =>
      constraintsOf(resource).every((constraint) => held.get(resource.name)!.has(constraint)),
    );
    asked = Date.now();
  }

  const isBelieved = (): boolean => Date.now() - asked <= (isWhole ? BELIEVED_FOR : ASKED_AGAIN_AFTER);

  async function know(send: Send): Promise<void> {
    if (!isBelieved()) {
      asking ??= ask(send).finally(() => {
        asking = undefined;
      });
      await asking;
    }
  }

  async function requireHeld(resource: Resource, constraint: string, send: Send): Promise<void> {
    await know(send);
    if (held.get(resource.name)?.has(constraint) !== true) {
      throw new Problem(
        'unavailable',
        !globalThis.bundleLacks?.transactionalIndexes && isTransactionality(constraint)
          ? `${described(constraint, resource)} when there were items already, does not count all of them yet, so that no action can list by it: whoever runs this API has to run "npm run rekey" once.`
          : `${described(constraint, resource)} when there were items already, of which that does not hold yet, so this write cannot be kept true: whoever runs this API has to run "npm run rekey" once.`,
        { headers: { 'Retry-After': '60' } },
      );
    }
  }

  /**
   * Checksums are added to whether they hold or not, since the migration sets them; but not while it does.
   */
  async function requireSettled({ kind, resource }: Change, constraint: string, send: Send): Promise<void> {
    if (kind !== 'check') {
      await know(send);
      if (inTheMaking.get(resource.name)?.has(constraint) === true) {
        throw new Problem(
          'unavailable',
          `${described(constraint, resource)}, is being made to hold by "npm run rekey", and no item of ${resource.name} is written meanwhile: send the request again when that is done.`,
          { headers: { 'Retry-After': '60' } },
        );
      }
    }
  }

  return {
    noteFormer: async (send) => (asked === -Infinity ? know(send) : undefined),

    async requireFor(changes, send) {
      await this.noteFormer(send);
      if (isWhole && isBelieved()) {
        return;
      }
      if (changes.some(({ kind, resource }) => kind === 'create' && constraintsOf(resource).length > 0)) {
        // Also for items without the attribute: made before the collection is known to be empty, they would look like
        // items from before the constraint.
        await know(send);
      }
      for (const change of changes) {
        const { resource } = change;
        for (const constraint of constraintsOf(resource)) {
          if (!globalThis.bundleLacks?.transactionalIndexes && isTransactionality(constraint)) {
            await requireSettled(change, constraint, send);
          } else if (reliesOn(change, constraint)) {
            await requireHeld(resource, constraint, send);
          }
        }
        if (change.kind === 'delete') {
          await this.requireForDeletion(resource, send);
        }
      }
    },

    requireListable: (resource, index, send) => requireHeld(resource, transactionality(resource, index), send),

    async requireForDeletion(resource, send) {
      for (const referrer of referrersOf(resources, resource)) {
        await requireHeld(referrer.resource, reference(referrer.attribute, resource.name), send);
      }
    },
  };
}

/** What was declared, as the beginning of a sentence. */
function described(constraint: string, { name }: Resource): string {
  const attributes = constrainedAttributes(constraint).map((attribute) => `"${attribute}"`);
  const [keyword, , index] = constraint.split(' ');
  if (!globalThis.bundleLacks?.transactionalIndexes && isTransactionality(constraint)) {
    return `The index "${index}" of ${name}, which was declared "transactional"`;
  }
  return attributes.length === 1
    ? `The attribute ${attributes[0]} of ${name} was declared "${keyword}"`
    : `The attributes ${attributes.join(' and ')} of ${name} were declared "${keyword}" together`;
}

/** Moves in a tree are judged by what is above them, whether there are loops elsewhere or not. */
function reliesOn(change: Change, constraint: string): boolean {
  if (constraint.startsWith('acyclic ')) {
    return false;
  }
  return constrainedAttributes(constraint).some((attribute) => {
    const { before, after } = attributeChange(change, attribute);
    return isAggregation(constraint)
      ? // What goes counts nothing more, and a new item begins with 0: both are right in any case.
        change.kind !== 'delete' && Number(before?.N ?? 0) !== Number(after?.N ?? 0)
      : before !== undefined || after !== undefined;
  });
}

/**
 * Whether these files no longer keep a constraint. Of a collection that they do not serve, nothing is written, but what
 * it refers to can be deleted.
 */
function isFormer(resources: ReadonlyMap<string, Resource>, name: string, constraint: string): boolean {
  const resource = resources.get(name);
  return resource === undefined
    ? resources.has(referredCollection(constraint) ?? '')
    : !constraintsOf(resource).includes(constraint);
}

/** Records the layout of a collection that nothing was ever written to: all its constraints hold from the beginning. */
async function recordEmpty(send: Send, TableName: string, resource: Resource): Promise<ReadonlySet<string>> {
  for (const partition of basePartitions(resource)) {
    const { Count = 0 } = await send('Query', {
      TableName,
      ConsistentRead: true,
      Limit: 1,
      Select: 'COUNT',
      KeyConditionExpression: '#p = :p',
      ExpressionAttributeNames: { '#p': PARTITION_KEY },
      ExpressionAttributeValues: { ':p': { S: partition } },
    });
    if (Count > 0) {
      return new Set();
    }
  }
  const constraints = constraintsOf(resource);
  try {
    await send('PutItem', {
      TableName,
      Item: {
        ...layoutKey(resource),
        shards: { NS: [String(resource.shards)] },
        indexes: { S: 'unknown' },
        ...(constraints.length > 0 && { constraints: { SS: constraints } }),
      },
      ConditionExpression: `attribute_not_exists(${PARTITION_KEY})`,
    });
    return new Set(constraints);
  } catch (error) {
    if (!isConditionFailure(error)) {
      throw error;
    }
    // Another process was faster; the next look shows what it found.
    return heldConstraints((await readLayouts(send, TableName)).get(resource.name));
  }
}
