// Problems of the app's own types, held to what the file says that throws them: what clients are told is described.
import type { AnyOwnProblem } from '../definition/thrown';
import { Problem } from '../problem';
import { findFaults } from '../values/check';
import type { JsonObject } from '../values/json';

/**
 * Runs the app's own code.
 * @param file the file of it
 * @param said what runs, such as `action "give"`
 * @param declared the types of the app's own that it names
 * @throws Error where it throws one that it does not name, or with attributes that are not as its definition says
 */
export async function runOwnCode<T>(
  file: string,
  said: string,
  declared: readonly AnyOwnProblem[],
  run: () => Promise<T>,
): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof Problem && typeof error.kind !== 'string') {
      const kind = declared.find((one) => one === error.kind);
      if (kind === undefined) {
        throw new Error(
          `${file}: the ${said} throws the problem "${error.type}" and does not name it: add it to its problems`,
          { cause: error },
        );
      }
      requireDeclared(file, kind, (error.more.extension ?? {}) as JsonObject);
    }
    throw error;
  }
}

function requireDeclared(file: string, { type, attributes }: AnyOwnProblem, given: JsonObject): void {
  const { count, named } = findFaults({ name: `the problem "${type}"`, attributes }, given);
  if (count > 0) {
    const faults = named.map((fault) => ('pointer' in fault ? `${fault.pointer}: ${fault.detail}` : fault.detail));
    throw new Error(
      `${file}: the problem "${type}" is thrown with attributes that are not as it declares them: ${faults.join(' ')}`,
    );
  }
}
