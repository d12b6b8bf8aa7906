// Query parameters: each known, each once; and the two that items and lists share, `fields` and `expand`.
import type { Permission } from '../../definition/access';
import { didYouMean } from '../../values/nearest';
import { SYSTEM_ATTRIBUTES } from '../../definition/reserved';
import type { Resource } from '../../definition/resource';
import type { Referred, References } from '../../operations/expand';
import { Problem, type Faults } from '../../problem';
import type { Request } from '../request';
import type { InputContext } from './input';

/** Reads the query parameters by name, noting what is unknown or stands twice. */
export function readParameters(
  request: Pick<Request, 'parameters'>,
  known: readonly string[],
  faults: Faults,
): Map<string, string> {
  const read = new Map<string, string>();
  for (const [name, value] of request.parameters) {
    if (!known.includes(name)) {
      faults.add(() => ({
        detail: `"${name}" is not a parameter of this request: remove it.${known.length === 0 ? ' No parameter is taken here.' : didYouMean(name, known, faults)}`,
        parameter: name,
      }));
    } else if (read.has(name)) {
      faults.add(() => ({ detail: `"${name}" stands twice: send it once.`, parameter: name }));
    }
    read.set(name, value);
  }
  return read;
}

/** The attributes that `fields` names; undefined where it is absent. */
export function readFields(
  resource: Resource,
  value: string | undefined,
  faults: Faults,
): ReadonlySet<string> | undefined {
  if (value === undefined) {
    return undefined;
  }
  const known = new Set([...resource.attributes.keys(), ...SYSTEM_ATTRIBUTES]);
  const fields = value.split(',').map((name) => name.trim());
  for (const name of fields.filter((field) => !known.has(field))) {
    faults.add(() => ({
      detail:
        name === ''
          ? 'Must name attributes, separated by commas.'
          : `"${name}" is not an attribute of ${resource.name}.${didYouMean(name, known, faults)}`,
      parameter: 'fields',
    }));
  }
  return new Set(['id', ...fields]);
}

/**
 * The reference attributes that `expand` names, with what each refers to; undefined where it is absent.
 * @param permission of the items that have them
 * @throws Problem `unauthenticated` or `forbidden` for one whose items the caller may not read
 */
export function readExpand(
  resource: Resource,
  permission: Pick<Permission, 'partlyHidden'>,
  { resources, access }: Pick<InputContext, 'resources' | 'access'>,
  value: string | undefined,
  faults: Faults,
): References | undefined {
  if (value === undefined) {
    return undefined;
  }
  const known = new Map(
    [...resource.attributes].flatMap(([name, { keywords }]) =>
      keywords.references === undefined ? [] : [[name, resources.get(keywords.references)!]],
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
      named.set(name, {
        resource: referred,
        permission: access.require(referred, 'read'),
        shownIn: permission.partlyHidden.get(name) ?? 'all',
      });
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

/** All parameters, each sent once. */
export function readOnce(request: Pick<Request, 'parameters'>, faults: Faults): Map<string, string> {
  const read = new Map<string, string>();
  for (const [name, value] of request.parameters) {
    if (read.has(name)) {
      faults.add(() => ({ detail: `"${name}" stands twice: send it once.`, parameter: name }));
    }
    read.set(name, value);
  }
  return read;
}

/** @throws Problem `malformed-request` with all faults, if there are any */
export function refuseFaulty(faults: Faults): void {
  if (faults.count > 0) {
    throw new Problem(
      'malformed-request',
      'The request has parameters that cannot be served: correct what "errors" names.',
      { errors: faults },
    );
  }
}
