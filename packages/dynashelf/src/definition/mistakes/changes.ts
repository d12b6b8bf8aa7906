// The mistakes in what a resource file says of changes.
import { didYouMean } from '../../values/nearest';
import type { Resource, ResourceDefinition } from '../resource';

const KEYWORDS = ['days', 'partitions'];

const BOUNDS = { days: 3_650, partitions: 16 } as const;

/** Each mistake as a sentence with its remedy. */
export function* checkChanges(declared: ResourceDefinition<never>['changes'] | false): Generator<string> {
  if (declared === undefined || declared === true) {
    return;
  }
  if (declared === false) {
    yield 'changes is false: leave it out where there is to be no feed of changes';
    return;
  }
  if (typeof declared !== 'object' || declared === null || Array.isArray(declared)) {
    yield `changes is ${JSON.stringify(declared)}: write true, or { days: 30, partitions: 1 }`;
    return;
  }
  for (const keyword of Object.keys(declared).filter((one) => !KEYWORDS.includes(one))) {
    yield `changes has the unknown keyword "${keyword}".${didYouMean(keyword, KEYWORDS)}`;
  }
  for (const [name, most] of Object.entries(BOUNDS)) {
    const value: unknown = declared[name as keyof typeof BOUNDS];
    if (value !== undefined && !(Number.isInteger(value) && (value as number) >= 1 && (value as number) <= most)) {
      yield `changes has ${JSON.stringify(value)} for ${name}: write a whole number from 1 to ${most}`;
    }
  }
}

/** Paths that are served where any resource declares changes. */
const EVENT_PATHS = ['changes', 'tickets', 'asyncapi.json'];

/** The first segments of paths that are served beside the collections, for what these declare. */
export function eventPaths(resources: ReadonlyMap<string, Resource>): readonly string[] {
  return [...resources.values()].some(({ changes }) => changes !== undefined) ? EVENT_PATHS : [];
}

/** Each collection whose path others declare away, as a sentence with its remedy. */
export function checkEventPaths(resources: ReadonlyMap<string, Resource>): string[] {
  return eventPaths(resources)
    .filter((path) => resources.has(path))
    .map(
      (path) =>
        `src/resources/${path}.ts: the name "${path}" is reserved, /${path} being served where a resource declares changes: choose another`,
    );
}
