// Problems as answers: described once for each type of the catalogue and of the app's own, and listed for an operation.
import type { FunctionDeclaration } from '../definition/function';
import type { Resource } from '../definition/resource';
import { describeProblem, PROBLEM_TYPES, type ProblemType } from '../problem';
import { EXAMPLE_ID } from '../values/id';
import { exampleItem, exampleWrite } from './examples';
import { headersOf } from './headers';
import { pascal } from './type-names';
import { refer, type Part } from './names';
import { furtherOf, hasOwnCode, ownProblems, type OwnProblem } from './own-problems';
import { problemName } from './problem-schemas';
import { problemSentence } from './problems';
import type { TrustedCredentials } from './trusted-credentials';

const PROBLEM_TYPE = 'application/problem+json';

/** A problem type of the catalogue, or of the app's own. */
type AnyProblem = ProblemType | OwnProblem;

/** What any operation can be answered. */
const ALWAYS: readonly ProblemType[] = ['malformed-request', 'not-acceptable', 'throttled', 'internal', 'unavailable'];

/** What an operation on data can be answered besides, where credentials are asked for. */
const REFUSALS: readonly ProblemType[] = ['unauthenticated', 'forbidden'];

/** What a body brings with it. */
export const OF_BODIES: readonly ProblemType[] = ['too-large', 'unsupported-media-type', 'invalid'];

/** Headers that belong to a problem. */
const OWN_HEADERS: Partial<Record<string, readonly string[]>> = {
  unauthenticated: ['WWW-Authenticate'],
  'method-not-allowed': ['Allow'],
  conflict: ['Retry-After'],
  'precondition-failed': ['ETag'],
  'unsupported-media-type': ['Accept', 'Accept-Post', 'Accept-Patch'],
  throttled: ['Retry-After'],
  unavailable: ['Retry-After'],
} satisfies Partial<Record<ProblemType, readonly string[]>>;

/** The responses section of the components: every problem type, and for each collection the one that has its item. */
export function responseComponents(
  resources: ReadonlyMap<string, Resource>,
  trusted: TrustedCredentials | undefined,
  functions: readonly FunctionDeclaration[] = [],
): Part {
  return {
    ...Object.fromEntries(
      [...problemTypes(resources, trusted, functions), ...ownProblems(resources, functions)].map((kind) => [
        componentName(kind),
        problemResponse([kind]),
      ]),
    ),
    ...Object.fromEntries(
      [...resources.values()].map((resource) => [
        componentName('precondition-failed', resource),
        problemResponse(['precondition-failed'], resource),
      ]),
    ),
  };
}

/**
 * The types of the catalogue that the API answers with. Where nobody is asked for credentials, none but the app's own
 * code refuses a caller.
 */
export function problemTypes(
  resources: ReadonlyMap<string, Resource>,
  trusted: TrustedCredentials | undefined,
  functions: readonly FunctionDeclaration[] = [],
): ProblemType[] {
  const hasFeed = [...resources.values()].some(({ changes }) => changes !== undefined);
  return PROBLEM_TYPES.filter(
    (type) =>
      (type !== 'gone' || hasFeed) &&
      (trusted !== undefined ||
        !REFUSALS.includes(type) ||
        (type === 'forbidden' && (functions.length > 0 || hasOwnCode(resources)))),
  );
}

/** By status: the problems of every operation and those of this one; `failed` has the item in its 412. */
export function problems(own: readonly AnyProblem[], failed?: Resource): Part {
  const byStatus: Record<number, AnyProblem[]> = {};
  for (const kind of new Set([...ALWAYS, ...own])) {
    (byStatus[shownOf(kind).status] ??= []).push(kind);
  }
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, kinds]) => [
      status,
      kinds.length === 1 ? refer('responses', componentName(kinds[0]!, failed)) : problemResponse(kinds, failed),
    ]),
  );
}

/** The same of an operation whose success has no body: `Accept` excludes nothing of it. */
export function problemsOfBodiless(own: readonly AnyProblem[], failed?: Resource): Part {
  const { [describeProblem('not-acceptable').status]: _, ...rest } = problems(own, failed);
  return rest;
}

/** By status: the problems of whom an operation is not for. */
export function refusals(): Part {
  return Object.fromEntries(REFUSALS.map((type) => [describeProblem(type).status, refer('responses', type)]));
}

/** An answer with a problem of one of some types that have the same status. */
function problemResponse(kinds: readonly AnyProblem[], failed?: Resource): Part {
  const [schema, ...others] = kinds.map((kind) =>
    refer('schemas', problemName(shownOf(kind).type, failedOf(kind, failed))),
  );
  const [first] = kinds as [AnyProblem];
  return {
    description: kinds.map((kind) => `\`${shownOf(kind).type}\`: ${sentenceOf(kind)}`).join('\n\n'),
    headers: headersOf(...new Set(kinds.flatMap((kind) => OWN_HEADERS[shownOf(kind).type] ?? []))),
    content: {
      [PROBLEM_TYPE]: {
        schema: others.length === 0 ? schema : { anyOf: [schema, ...others] },
        ...exampleOf(first, failedOf(first, failed)),
      },
    },
  };
}

function exampleOf(kind: AnyProblem, failed: Resource | undefined): Part {
  const { type, title, status } = shownOf(kind);
  const current = failed && exampleItem(failed);
  // Of what functions alone name no attributes are known here, but their schema.
  if (typeof kind !== 'string' && !('attributes' in kind) && (furtherOf(kind).required ?? []).length > 0) {
    return {};
  }
  const example = {
    type: `/docs#${type}`,
    title,
    status,
    detail: 'A sentence that says what to do.',
    instance: EXAMPLE_ID,
    ...(typeof kind !== 'string' && 'attributes' in kind && exampleWrite(kind.attributes)),
    ...(current !== undefined && { current }),
  };
  return { example };
}

function shownOf(kind: AnyProblem): { readonly type: string; readonly status: number; readonly title: string } {
  return typeof kind === 'string' ? { type: kind, ...describeProblem(kind) } : kind;
}

function sentenceOf(kind: AnyProblem): string {
  return typeof kind === 'string' ? problemSentence(kind) : kind.description;
}

/** The collection whose item a problem has. */
function failedOf(kind: AnyProblem, failed: Resource | undefined): Resource | undefined {
  return kind === 'precondition-failed' ? failed : undefined;
}

function componentName(kind: AnyProblem, failed?: Resource): string {
  const resource = failedOf(kind, failed);
  return resource === undefined ? shownOf(kind).type : `${pascal(resource.name)}.${shownOf(kind).type}`;
}
