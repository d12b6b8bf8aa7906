// Of several runs of the migration that makes constraints hold, the last one goes on. An earlier one would write what
// it read before others did.
import type { Resource } from '../../definition/resource';
import { isConditionFailure } from '../client/failure';
import { IN_THE_MAKING, isTransactionality, layoutKey } from '../layout/layout-record';
import type { Send } from '../client/send';
import type { AttributeMap } from '../layout/value';

/**
 * The attribute of a layout record that names the run which makes the resource's constraints, or was the last to do so.
 */
const RUN_ATTRIBUTE = 'establishedBy';

/** One run of the migration. */
export interface Run {
  readonly send: Send;
  readonly TableName: string;
  /** Names the run, in the layout record of each resource whose constraints it makes. */
  readonly token: string;
}

/**
 * From now on other runs that have begun before write nothing more, and constraints of a resource do not hold: not even
 * those that such a run has noted to hold since this one looked. Processes that learn of it refuse what would change
 * while they are made.
 */
export async function takeOver(
  { send, TableName, token }: Run,
  resource: Resource,
  constraints: readonly string[],
): Promise<void> {
  const inTheMaking = constraints.filter(isTransactionality);
  await send('UpdateItem', {
    TableName,
    Key: layoutKey(resource),
    UpdateExpression: `SET #e = :t DELETE #c :c${inTheMaking.length > 0 ? ' ADD #m :m' : ''}`,
    ExpressionAttributeNames: {
      '#e': RUN_ATTRIBUTE,
      '#c': 'constraints',
      ...(inTheMaking.length > 0 && { '#m': IN_THE_MAKING }),
    },
    ExpressionAttributeValues: {
      ':t': { S: token },
      ':c': { SS: [...constraints] },
      ...(inTheMaking.length > 0 && { ':m': { SS: inTheMaking } }),
    },
  });
}

/**
 * As `takeOver`, but nothing is made to hold yet: whoever takes over afterwards does that, and writes that do not
 * rely on the constraints go on.
 */
export async function takeBackFor(
  { send, TableName, token }: Run,
  resource: Resource,
  constraints: readonly string[],
): Promise<void> {
  await send('UpdateItem', {
    TableName,
    Key: layoutKey(resource),
    UpdateExpression: 'SET #e = :t DELETE #c :c, #m :c',
    ExpressionAttributeNames: { '#e': RUN_ATTRIBUTE, '#c': 'constraints', '#m': IN_THE_MAKING },
    ExpressionAttributeValues: { ':t': { S: token }, ':c': { SS: [...constraints] } },
  });
}

/** Whether no other run has begun since, by the layout record of a resource. */
export function isOwn({ token }: Run, layout: AttributeMap | undefined): boolean {
  return layout?.[RUN_ATTRIBUTE]?.S === token;
}

/** @throws Error where another run has begun since */
export async function requireOwn(run: Run, resource: Resource): Promise<void> {
  const { send, TableName } = run;
  const { Item } = await send('GetItem', { TableName, Key: layoutKey(resource), ConsistentRead: true });
  if (!isOwn(run, Item)) {
    throw takenOver(resource);
  }
}

function takenOver({ name }: Resource): Error {
  return new Error(
    `Another run of this migration has begun meanwhile, and makes the constraints of ${name}: when it is done, run this once more.`,
  );
}

/**
 * Notes constraints that hold of all items of a resource.
 * @throws Error where another run has begun since
 */
export async function noteHeld(
  { send, TableName, token }: Run,
  resource: Resource,
  constraints: readonly string[],
): Promise<void> {
  try {
    await send('UpdateItem', {
      TableName,
      Key: layoutKey(resource),
      UpdateExpression: 'ADD #c :c DELETE #m :c',
      ConditionExpression: '#e = :t',
      ExpressionAttributeNames: { '#c': 'constraints', '#m': IN_THE_MAKING, '#e': RUN_ATTRIBUTE },
      ExpressionAttributeValues: { ':c': { SS: [...constraints] }, ':t': { S: token } },
    });
  } catch (error) {
    throw isConditionFailure(error) ? takenOver(resource) : error;
  }
}
