// What an action answers with: an item that it was given, or what its `response` declares.
import type { LoadedAction } from '../definition/action';
import type { Resource } from '../definition/resource';
import { gatherFaults, type FoundFaults } from '../problem';
import { findFaults } from '../values/check';
import { isObject, type Json, type JsonObject } from '../values/json';

/**
 * The answer of an action as JSON, held to its `response`: what is answered is described.
 * @throws Error where it is not as declared
 */
export function answerOf(
  { name }: Pick<Resource, 'name'>,
  action: string,
  response: NonNullable<LoadedAction['response']>,
  given: unknown,
): JsonObject {
  // As it is sent: without what is undefined, and a number that JSON does not have as null.
  const answer = JSON.parse(JSON.stringify(given ?? null)) as Json;
  const { count, named }: FoundFaults = isObject(answer)
    ? findFaults({ name: `the response of "${action}"`, attributes: response }, answer)
    : noObject();
  if (count > 0) {
    const faults = named.map((fault) => ('pointer' in fault ? `${fault.pointer}: ${fault.detail}` : fault.detail));
    throw new Error(
      `src/resources/${name}.ts: the action "${action}" answers with what its response does not declare: ${faults.join(' ')}`,
    );
  }
  return answer as JsonObject;
}

function noObject(): FoundFaults {
  const faults = gatherFaults();
  faults.add(() => ({ detail: 'Must be an object.', pointer: '#' }));
  return faults;
}
