// The problem types of the app's own, of all that is served.
import { actionsOf } from '../definition/action';
import type { Resource } from '../definition/resource';
import type { AnyOwnProblem } from '../definition/thrown';

/** Each type once, in the order in which the resource files name them. */
export function ownProblems(resources: ReadonlyMap<string, Resource>): AnyOwnProblem[] {
  return [
    ...new Set(
      [...resources.values()].flatMap((resource) =>
        Object.values(actionsOf(resource)).flatMap(({ problems }) => problems),
      ),
    ),
  ];
}

/** Whether own code of a resource file can throw problems of the catalogue. */
export function hasOwnCode(resources: ReadonlyMap<string, Resource>): boolean {
  return [...resources.values()].some((resource) => Object.keys(actionsOf(resource)).length > 0);
}
