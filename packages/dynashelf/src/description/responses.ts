// Answers: problems, described once for each type, and what the operations on a collection give back.
import type { Json } from '../values/json';
import type { Resource } from '../definition/resource';
import { describeProblem, PROBLEM_TYPES, type ProblemType } from '../problem';
import { EXAMPLE_ID } from '../values/id';
import { exampleItem } from './examples';
import { headersOf } from './headers';
import { partOf, pascal, refer, schemaOf, type Part } from './names';
import { problemName } from './problem-schemas';
import { problemSentence } from './problems';
import type { TrustedCredentials } from './trusted-credentials';

export const JSON_TYPE = 'application/json';
const PROBLEM_TYPE = 'application/problem+json';

/** What any operation can be answered. */
const ALWAYS: readonly ProblemType[] = ['malformed-request', 'not-acceptable', 'throttled', 'internal', 'unavailable'];

/** What an operation on data can be answered besides, where credentials are asked for. */
const REFUSALS: readonly ProblemType[] = ['unauthenticated', 'forbidden'];

/** What a body brings with it. */
export const OF_BODIES: readonly ProblemType[] = ['too-large', 'unsupported-media-type', 'invalid'];

/** Headers that belong to a problem. */
const OWN_HEADERS: Partial<Record<ProblemType, readonly string[]>> = {
  unauthenticated: ['WWW-Authenticate'],
  'method-not-allowed': ['Allow'],
  conflict: ['Retry-After'],
  'precondition-failed': ['ETag'],
  'unsupported-media-type': ['Accept', 'Accept-Post', 'Accept-Patch'],
  throttled: ['Retry-After'],
  unavailable: ['Retry-After'],
};

/** The responses section of the components: every problem type, and for each collection the one that has its item. */
export function responseComponents(
  resources: ReadonlyMap<string, Resource>,
  trusted: TrustedCredentials | undefined,
): Part {
  return {
    ...Object.fromEntries(problemTypes(trusted).map((type) => [type, problemResponse(type)])),
    ...Object.fromEntries(
      [...resources.values()].map((resource) => [
        failedName(resource),
        problemResponse('precondition-failed', resource),
      ]),
    ),
  };
}

/** The types of problem that the API answers with. */
export function problemTypes(trusted: TrustedCredentials | undefined): ProblemType[] {
  return PROBLEM_TYPES.filter((type) => trusted !== undefined || !REFUSALS.includes(type));
}

/** By status: the problems of every operation and those of this one; `failed` has the item in its 412. */
export function problems(own: readonly ProblemType[], failed?: Resource): Part {
  return Object.fromEntries(
    [...ALWAYS, ...own].map((type) => [
      describeProblem(type).status,
      refer('responses', type === 'precondition-failed' && failed !== undefined ? failedName(failed) : type),
    ]),
  );
}

/** The same of an operation whose success has no body: `Accept` excludes nothing of it. */
export function problemsOfBodiless(own: readonly ProblemType[], failed?: Resource): Part {
  const { [describeProblem('not-acceptable').status]: _, ...rest } = problems(own, failed);
  return rest;
}

/** By status: the problems of whom an operation is not for. */
export function refusals(): Part {
  return Object.fromEntries(REFUSALS.map((type) => [describeProblem(type).status, refer('responses', type)]));
}

/** An answer with one item; to `fields` a part of it, which is no alternative to most generators but another type. */
export function itemResponse(description: string, resource: Resource, ...headers: string[]): Part {
  return also(
    response(description, schemaOf(resource, 'Item'), ['ETag', 'Last-Modified', ...headers], exampleItem(resource)),
    partOf(resource, 'Part'),
  );
}

/**
 * A body, or an answer, with further schemas that it can have where a request asks for them. They stand beside the
 * schema, in an extension: of alternatives that are arrays, or one a part of another, generators make code that does
 * not work.
 */
export function also({ content, ...part }: Part, ...alternatives: readonly Part[]): Part {
  return {
    ...part,
    content: Object.fromEntries(
      Object.entries(content as Record<string, Part>).map(([type, media]) => [
        type,
        { ...media, [ALTERNATIVES]: alternatives },
      ]),
    ),
  };
}

/** The extension that holds further schemas of a body. */
export const ALTERNATIVES = 'x-alternatives';

/** An answer without a body to a write that is answered with an item otherwise (RFC 7240 §4.2). */
export function itemless(...headers: string[]): Part {
  return bare(
    'Done, without a body, as `Prefer: return=minimal` asks.',
    'ETag',
    'Last-Modified',
    'Preference-Applied',
    ...headers,
  );
}

/** An answer with one page. */
export function pageResponse(resource: Resource): Part {
  const item = exampleItem(resource);
  const example = item && { items: [item], next: `/${resource.name}?cursor=opaque` };
  return also(
    response(
      `A page of ${resource.name}.`,
      schemaOf(resource, 'Page'),
      ['ETag', 'Link', 'Preference-Applied'],
      example,
    ),
    partOf(resource, 'PartPage'),
  );
}

/**
 * A response with a body.
 * @param headers the names of the headers that it has, of `headers.ts`
 * @param types the media types of its body
 */
export function response(
  description: string,
  schema: Part,
  headers: readonly string[],
  example?: Json,
  types: readonly string[] = [JSON_TYPE],
): Part {
  const content = { schema, ...(example !== undefined && { example }) };
  return {
    description,
    headers: headersOf(...headers),
    content: Object.fromEntries(types.map((type) => [type, content])),
  };
}

/** An answer without a body. */
export function bare(description: string, ...headers: string[]): Part {
  return { description, headers: headersOf(...headers) };
}

function problemResponse(type: ProblemType, resource?: Resource): Part {
  const { status, title } = describeProblem(type);
  const current = resource && exampleItem(resource);
  return {
    description: `\`${type}\`: ${problemSentence(type)}`,
    headers: headersOf(...(OWN_HEADERS[type] ?? [])),
    content: {
      [PROBLEM_TYPE]: {
        schema: refer('schemas', problemName(type, resource)),
        example: {
          type: `/docs#${type}`,
          title,
          status,
          detail: 'A sentence that says what to do.',
          instance: EXAMPLE_ID,
          ...(current !== undefined && { current }),
        },
      },
    },
  };
}

function failedName({ name }: Resource): string {
  return `${pascal(name)}.precondition-failed`;
}
