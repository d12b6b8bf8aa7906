// The problem types of the app's own, of all that is served, and what its own code adds to the answers of an operation.
import { actionsOf } from '../definition/action';
import type { DeclaredProblem, FunctionDeclaration } from '../definition/function';
import { leadsToOnWrite } from '../definition/on-write';
import { problemsOfAll } from '../definition/own-problems';
import type { Resource } from '../definition/resource';
import { THROWABLE, type AnyOwnProblem } from '../definition/thrown';
import type { ProblemType } from '../problem';
import { itemSchema } from '../values/json-schema';
import type { JsonSchema } from '../values/kind';

/** A problem type of the app's own: as a resource file has it, or as a function declares it. */
export type OwnProblem = AnyOwnProblem | DeclaredProblem;

/** Each type once: those that resource files name, in their order, then those that functions alone do. */
export function ownProblems(
  resources: ReadonlyMap<string, Resource>,
  functions: readonly FunctionDeclaration[],
): OwnProblem[] {
  return onceEach([...problemsOfAll(resources), ...functions.flatMap(({ problems = [] }) => problems)]);
}

/** Of several with one type the first. */
export function onceEach(problems: readonly OwnProblem[]): OwnProblem[] {
  return [...new Map(problems.toReversed().map((one) => [one.type, one])).values()].toReversed();
}

/** What its documents have beside what every problem has. */
export function furtherOf(problem: OwnProblem): JsonSchema {
  return 'attributes' in problem ? itemSchema(problem.attributes) : problem.schema;
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
