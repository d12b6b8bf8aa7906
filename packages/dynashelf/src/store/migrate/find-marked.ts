// The items that deletions have marked, found by reading a collection whole: for the migration, which finishes what was
// broken off.
import type { Resource } from '../../definition/resource';
import { basePartitions } from '../layout/record';
import type { Send } from '../client/send';
import { CLEARING_ATTRIBUTE, DELETING_ATTRIBUTE, SORT_KEY } from '../layout/table';
import type { MarkKind } from '../write/deletion-mark';
import { readWhole, type Selection } from './whole';

/** A mark of one item. */
export interface FoundMark {
  readonly id: string;
  readonly kind: MarkKind;
  readonly mark: string;
}

/** Finds the marks of a collection's items, page by page. */
export async function* findMarked(send: Send, TableName: string, resource: Resource): AsyncGenerator<FoundMark> {
  const marked: Selection = {
    FilterExpression: 'attribute_exists(#d) OR attribute_exists(#c)',
    ProjectionExpression: '#s, #d, #c',
    ExpressionAttributeNames: { '#s': SORT_KEY, '#d': DELETING_ATTRIBUTE, '#c': CLEARING_ATTRIBUTE },
  };
  for await (const records of readWhole(send, TableName, basePartitions(resource), marked)) {
    for (const record of records) {
      const id = record[SORT_KEY]!.S!;
      yield* (record[DELETING_ATTRIBUTE]?.SS ?? []).map((mark) => ({ id, kind: 'delete' as const, mark }));
      yield* (record[CLEARING_ATTRIBUTE]?.SS ?? []).map((mark) => ({ id, kind: 'clear' as const, mark }));
    }
  }
}
