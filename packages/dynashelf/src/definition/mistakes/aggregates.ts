// The mistakes in what a resource file says of counts and sums that only the other collection's file shows.
import { didYouMean } from '../../values/nearest';
import { aggregateOf, isWhole } from '../../values/node';
import type { Resource } from '../resource';

/** Each mistake as a sentence with its file and remedy. */
export function* checkAggregates(resource: Resource, resources: ReadonlyMap<string, Resource>): Generator<string> {
  for (const [name, node] of resource.attributes) {
    const aggregate = aggregateOf(node);
    const other = aggregate && resources.get(aggregate.collection);
    const at = `src/resources/${resource.name}.ts: attribute "${name}"`;
    if (aggregate === undefined) {
      continue;
    }
    if (other?.attributes.get(aggregate.attribute)?.keywords.references !== resource.name) {
      yield `${at} ${aggregate.of === undefined ? 'counts' : 'sums'} items of "${aggregate.collection}" by "${aggregate.attribute}", which is no attribute that references ${resource.name}: correct one of the two, or add references: '${resource.name}' there`;
    } else if (aggregate.of !== undefined) {
      yield* checkSummed(at, node.keywords.integer === true, aggregate.of, other);
    }
  }
}

/** What is added up has to be a number that the item's own writes say. */
function* checkSummed(at: string, isInteger: boolean, of: string, other: Resource): Generator<string> {
  const node = other.attributes.get(of);
  const sums = `${at} sums "${of}" of ${other.name}`;
  if (node === undefined) {
    yield `${sums}, which does not declare it: correct the name.${didYouMean(of, other.attributes.keys())}`;
    return;
  }
  if (node.kind !== 'number') {
    yield `${sums}, which is no Number: name one, or change its type`;
    return;
  }
  if (node.keywords.get !== undefined) {
    yield `${sums}, which has "get", so what is seen is not what would be summed: remove one of the two`;
  }
  const isKept = [...other.attributes.values()].some((one) => aggregateOf(one) !== undefined);
  if (aggregateOf(node) !== undefined || (isKept && Object.hasOwn(other.computed, of))) {
    yield `${sums}, which changes with items of further collections and not with its own writes alone: sum an attribute that ${other.name} writes`;
  }
  if (isInteger && !isWhole(node)) {
    yield `${sums}, which may have a fraction, and is an integer itself: remove that, or add integer: true there`;
  }
}
