// The functions of an app's own that are called by a route: their paths, and who may call them.
import type { AccessRule } from '../definition/access';
import { isUnguarded, type DeclaredRule, type FunctionDeclaration } from '../definition/function';
import type { Resource } from '../definition/resource';
import type { JsonSchema } from '../values/kind';
import { callersBy } from './callers';
import { guarded } from './guarded';
import type { Part } from './names';
import { onceEach, ownProblems } from './own-problems';
import { OF_BODIES, problems } from './problem-responses';
import { ANY_TYPE, bare, JSON_TYPE, response } from './responses';
import type { TrustedCredentials } from './trusted-credentials';

/** The section of the description that they are in. */
export const FUNCTIONS_TAG = 'Functions';

/** Marks an answer that may have further headers. */
export const FURTHER_HEADERS = 'x-further-headers';

/** Every path of theirs with its operations. */
export function functionPaths(
  declarations: readonly FunctionDeclaration[],
  resources: ReadonlyMap<string, Resource>,
  trusted: TrustedCredentials | undefined,
): Part {
  const paths = new Map<string, Part>();
  for (const declaration of declarations) {
    const { route } = declaration;
    if (route !== undefined) {
      paths.set(route.path, {
        ...paths.get(route.path),
        [route.method.toLowerCase()]: operation(declaration, resources, trusted),
      });
    }
  }
  return Object.fromEntries(paths);
}

/** The rules of a function as those of a resource, of which no function says what it answers. */
export function rulesOf(rules: readonly DeclaredRule[]): AccessRule[] {
  return rules.map((rule): AccessRule =>
    rule === 'function'
      ? () => false
      : typeof rule === 'object' && 'all' in rule
        ? { all: rule.all.map(rulesOf) }
        : rule,
  );
}

function operation(
  declaration: FunctionDeclaration,
  resources: ReadonlyMap<string, Resource>,
  trusted: TrustedCredentials | undefined,
): Part {
  const { name, description, body, params, query, answer } = declaration;
  const parameters = [...parametersOf(params, 'path'), ...parametersOf(query, 'query')];
  const described = {
    operationId: `functions.${name}`,
    tags: [FUNCTIONS_TAG],
    summary: name,
    description,
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && { requestBody: requestOf(body) }),
    responses: {
      '2XX': { ...answerOf(answer), [FURTHER_HEADERS]: true },
      '3XX': { ...bare('Elsewhere, as the function says.', 'Location'), [FURTHER_HEADERS]: true },
      ...problems([
        'forbidden',
        'not-found',
        'conflict',
        'precondition-failed',
        ...OF_BODIES,
        ...onceEach([
          // Those that actions which it carries out may throw.
          ...(declaration.writes.length > 0 ? ownProblems(resources, []) : []),
          ...(declaration.problems ?? []),
        ]),
      ]),
    },
  };
  if (isUnguarded(declaration)) {
    return trusted === undefined
      ? described
      : {
          ...described,
          description: `${description} For everyone: neither a token nor a key is asked for.`,
          security: [],
        };
  }
  return guarded(trusted, described, (known) => callersBy(known, rulesOf(declaration.access), declaration.isPublic));
}

function parametersOf({ properties = {}, required = [] }: JsonSchema = {}, place: 'path' | 'query'): Part[] {
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    ...(description !== undefined && { description }),
    schema,
  }));
}

function requestOf(body: 'raw' | JsonSchema): Part {
  return body === 'raw'
    ? { required: false, content: { [ANY_TYPE]: { schema: { type: 'string', format: 'binary' } } } }
    : { required: (body.required ?? []).length > 0, content: { [JSON_TYPE]: { schema: body } } };
}

function answerOf(answer: JsonSchema | undefined): Part {
  const said = 'What the function answers.';
  return answer === undefined ? response(said, {}, [], undefined, [ANY_TYPE]) : response(said, answer, []);
}
