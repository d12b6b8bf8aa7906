// The problem types of the app's own that its files name.
import { actionsOf } from './action';
import type { Resource } from './resource';
import type { AnyOwnProblem } from './thrown';

/** What a resource file names, of its actions and of `onWrite`. */
export function problemsOf(resource: Resource): AnyOwnProblem[] {
  return [...resource.problems, ...Object.values(actionsOf(resource)).flatMap(({ problems }) => problems)];
}

/** Each type that resource files name once, in their order. */
export function problemsOfAll(resources: ReadonlyMap<string, Resource>): AnyOwnProblem[] {
  return [...new Set([...resources.values()].flatMap(problemsOf))];
}

/** Whether a value is what `defineProblem` made. */
export function isOwnProblem(value: unknown): value is AnyOwnProblem {
  return typeof value === 'function' && 'status' in value && 'attributes' in value;
}
