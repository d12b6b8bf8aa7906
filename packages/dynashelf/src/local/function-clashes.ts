// What functions of an app's own cannot say beside each other.

import type { FunctionDeclaration } from '../definition/function';
import { clashOf } from '../definition/route-path';

/** Each mistake that several functions make together, as a sentence with the file to change. */
export function functionClashes(declarations: readonly FunctionDeclaration[]): string[] {
  return [...sameCalls(declarations), ...clashingRoutes(declarations), ...sameProblems(declarations)];
}

/** Two functions that are called by the same. */
function sameCalls(declarations: readonly FunctionDeclaration[]): string[] {
  const byCall = new Map<string, string>();
  return declarations.flatMap(({ name, route, message }) => {
    const call =
      route !== undefined
        ? `the route "${route.method} ${route.path}"`
        : message === undefined
          ? undefined
          : `the message "${message}"`;
    const other = call && byCall.get(call);
    if (call !== undefined && other === undefined) {
      byCall.set(call, name);
    }
    return other === undefined
      ? []
      : [`src/functions/${name}.ts: ${call} is that of src/functions/${other}.ts, too: give one of them another`];
  });
}

/** Routes of which API Gateway would find one alone. */
function clashingRoutes(declarations: readonly FunctionDeclaration[]): string[] {
  const paths = declarations.flatMap(({ name, route }) => (route === undefined ? [] : [{ name, path: route.path }]));
  return paths.flatMap(({ name, path }, index) =>
    paths.slice(0, index).flatMap((other) => {
      const clash = clashOf(path, other.path);
      return clash === undefined
        ? []
        : [`src/functions/${name}.ts: the routes ${path} and ${other.path} (src/functions/${other.name}.ts) ${clash}`];
    }),
  );
}

/** Two problem types of one name that say different things. */
function sameProblems(declarations: readonly FunctionDeclaration[]): string[] {
  const known = new Map<string, string>();
  return declarations.flatMap(({ name, problems = [] }) =>
    problems.flatMap((problem) => {
      const text = JSON.stringify(problem);
      const first = known.get(problem.type) ?? text;
      known.set(problem.type, first);
      return first === text
        ? []
        : [
            `src/functions/${name}.ts: the problem "${problem.type}" is defined twice: give one of them another type, or define it once and import it`,
          ];
    }),
  );
}
