// What the description says of an attribute that counts other items, or sums a number of theirs.
import { aggregateOf, type SchemaNode } from '../values/node';

/** Of which items it is, in a sentence; none where the attribute is neither. */
export function aggregateRemark(node: SchemaNode): string[] {
  const aggregate = aggregateOf(node);
  if (aggregate === undefined) {
    return [];
  }
  const { collection, where, of } = aggregate;
  const what = of === undefined ? 'The number' : `The sum of "${of}"`;
  return [`${what} of ${where === undefined ? 'the' : 'some'} items of ${collection} that refer to it.`];
}
