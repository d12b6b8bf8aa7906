// What requests did to the database, as the proxy before it sees it: the truth that answers are held against.

import { LAYOUT_PARTITION } from '../../src/store/layout/layout-record';
import type { DatabaseReply, DatabaseRequest, Intercept } from './proxy';

/** One write of one record that took effect. */
export interface RecordWrite {
  /** Partition and sort key. */
  readonly key: string;
  readonly kind: 'put' | 'update' | 'delete';
  /** The version that it gave an item; undefined for what is no item, or keeps its version. */
  readonly version: number | undefined;
}

/** A request of the database that wrote: one record, or several in one transaction. */
export type Effect = readonly RecordWrite[];

type Key = Record<'pk' | 'sk', { S: string }>;
interface Action {
  Key?: Key;
  Item?: Key & { version?: { N: string } };
  UpdateExpression?: string;
  ExpressionAttributeNames?: Record<string, string>;
  ExpressionAttributeValues?: Record<string, { N?: string }>;
}

/**
 * An intercept that notes what takes effect, before another that disturbs it.
 * @param begin called when a request arrives; what it returns is called when it has taken effect
 */
export function noting(
  begin: () => (effect: Effect) => void,
  carriedOut: Set<string>,
  disturb: Intercept | undefined,
): Intercept {
  return async (request, forward) => {
    const note = begin();
    const forwardNoting: typeof forward = async () => {
      const reply = await forward();
      const effect = reply.status === 200 ? effectOf(request, reply) : [];
      // DynamoDB carries a transaction out once for its token, however often it arrives.
      const token = request.input['ClientRequestToken'] as string | undefined;
      if (effect.length > 0 && (token === undefined || !carriedOut.has(token))) {
        if (token !== undefined) {
          carriedOut.add(token);
        }
        note(effect);
      }
      return reply;
    };
    return disturb === undefined ? forwardNoting() : disturb(request, forwardNoting);
  };
}

function effectOf({ operation, input }: DatabaseRequest, { body }: DatabaseReply): Effect {
  switch (operation) {
    // What a process notes of the table's layout, when it first asks, is nothing that a request does.
    case 'PutItem':
      return (input['Item'] as Key).pk.S === LAYOUT_PARTITION ? [] : [write('put', input)];
    case 'UpdateItem':
      return [
        write(
          'update',
          input,
          (JSON.parse(body) as { Attributes?: { version?: { N: string } } }).Attributes?.version?.N,
        ),
      ];
    case 'DeleteItem':
      return [write('delete', input)];
    case 'TransactWriteItems':
      return (input['TransactItems'] as Record<string, Action>[]).flatMap(({ Put, Update, Delete }) => [
        ...(Put === undefined ? [] : [write('put', Put)]),
        ...(Update === undefined ? [] : [write('update', Update)]),
        ...(Delete === undefined ? [] : [write('delete', Delete)]),
      ]);
    default:
      return [];
  }
}

/** @param counted the version as the answer has it, where the database counted it up */
function write(kind: RecordWrite['kind'], action: Action, counted = action.Item?.version?.N): RecordWrite {
  const { pk, sk } = action.Key ?? action.Item!;
  return { kind, key: `${pk.S}/${sk.S}`, version: counted === undefined ? updatedVersion(action) : Number(counted) };
}

/** The version in an update such as `SET #4 = :4`. */
function updatedVersion({
  UpdateExpression = '',
  ExpressionAttributeNames = {},
  ExpressionAttributeValues = {},
}: Action): number | undefined {
  const [placeholder] = Object.entries(ExpressionAttributeNames).find(([, attribute]) => attribute === 'version') ?? [];
  const value =
    placeholder === undefined ? undefined : new RegExp(`${placeholder} = (:\\w+)`).exec(UpdateExpression)?.[1];
  return value === undefined ? undefined : Number(ExpressionAttributeValues[value]?.N);
}
