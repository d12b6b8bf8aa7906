// The problem types of the app's own, of all that is served, and what its own code adds to the answers of an operation.
import { actionsOf } from '../definition/action';
import { leadsToOnWrite } from '../definition/on-write';
import type { Resource } from '../definition/resource';
import { THROWABLE, type AnyOwnProblem } from '../definition/thrown';
import type { ProblemType } from '../problem';

/** Each type once, in the order in which the resource files name them. */
export function ownProblems(resources: ReadonlyMap<string, Resource>): AnyOwnProblem[] {
  return [
    ...new Set(
      [...resources.values()].flatMap((resource) => [
        ...resource.problems,
        ...Object.values(actionsOf(resource)).flatMap(({ problems }) => problems),
      ]),
    ),
  ];
}

/** Whether own code of a resource file can throw problems of the catalogue. */
export function hasOwnCode(resources: ReadonlyMap<string, Resource>): boolean {
  return [...resources.values()].some(
    (resource) => resource.onWrite !== undefined || Object.keys(actionsOf(resource)).length > 0,
  );
}

/**
 * What writes can be answered because of the `onWrite` of resource files: nothing where none is called.
 * @param resource whose items are written; any without it
 */
export function problemsOnWrite(
  resources: ReadonlyMap<string, Resource>,
  resource?: Resource,
): (ProblemType | AnyOwnProblem)[] {
  const all = [...resources.values()];
  const isCalled = (resource === undefined ? all : [resource]).some((one) => leadsToOnWrite(resources, one));
  // What it writes may lead to the call of another.
  return isCalled ? [...THROWABLE, ...new Set(all.flatMap(({ problems }) => problems))] : [];
}
