// Query parameters: each known, each once.
import { didYouMean } from '../../definition/nearest';
import { SYSTEM_ATTRIBUTES } from '../../definition/reserved';
import type { Resource } from '../../definition/resource';
import { Problem, type Faults } from '../../problem';
import type { Request } from '../request';

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
