// Which changes a webhook is told of: the types that it names, such as `things.updated`, `things.*`, or `*` for all.
import { pointer, type Fault } from '../../problem';
import { didYouMean } from '../../values/nearest';

/** The ends of types. */
export const KINDS = ['created', 'updated', 'deleted', 'expired'] as const;

/** The form of a type. */
export const TYPE_PATTERN = `^(\\*|[a-z][a-z0-9-]{0,62}\\.(\\*|${KINDS.join('|')}))$`;

/** Whether the types of a webhook include that of an event. */
export function wants(types: readonly string[], type: string): boolean {
  const [collection = ''] = type.split('.');
  return types.some((one) => one === '*' || one === type || one === `${collection}.*`);
}

/** Each type whose collection has no changes, by its place. @param collections those that have */
export function findUnknownTypes(types: readonly string[], collections: readonly string[]): Fault[] {
  return types.flatMap((type, index) => {
    const [collection = ''] = type.split('.');
    return type === '*' || collections.includes(collection)
      ? []
      : [
          {
            detail: `There are no changes of "${collection}": write a collection that has some (${collections.join(', ')}).${didYouMean(collection, collections)}`,
            pointer: pointer('types', index),
          },
        ];
  });
}
