// The parameter `expand`: which references to follow.
import { didYouMean } from '../../definition/nearest';
import type { Resource } from '../../definition/resource';
import type { Referred, References } from '../../operations/expand';
import type { Faults } from '../../problem';
import type { Reading } from '../serve';

/**
 * The reference attributes that `expand` names, with what each refers to; undefined where it is absent.
 * @throws Problem `unauthenticated` or `forbidden` for one whose items the caller may not read
 */
export function readExpand(
  resource: Resource,
  { resources, access }: Pick<Reading, 'resources' | 'access'>,
  value: string | undefined,
  faults: Faults,
): References | undefined {
  if (value === undefined) {
    return undefined;
  }
  const known = new Map(
    [...resource.attributes].flatMap(([name, { words }]) =>
      words.references === undefined ? [] : [[name, resources.get(words.references)!]],
    ),
  );
  const named: Map<string, Referred> = new Map();
  const remedy =
    known.size === 0
      ? `The items of ${resource.name} refer to no others: leave it out.`
      : `Name one or more of: ${[...known.keys()].join(', ')}.`;
  for (const name of value.split(',').map((part) => part.trim())) {
    const referred = known.get(name);
    if (referred !== undefined) {
      named.set(name, { resource: referred, permission: access.require(referred, 'read') });
      continue;
    }
    faults.add(() => ({
      detail: resource.attributes.has(name)
        ? `"${name}" refers to no other item. ${remedy}`
        : name === ''
          ? `Must name attributes, separated by commas. ${remedy}`
          : `"${name}" is not an attribute of ${resource.name}.${didYouMean(name, known.keys(), faults)} ${remedy}`,
      parameter: 'expand',
    }));
  }
  return named;
}
