// What the description says of the writes of a collection: POST, PUT, PATCH and DELETE.
import { MOST_CREATED } from '../definition/limits';
import type { Resource } from '../definition/resource';
import type { AnyOwnProblem } from '../definition/thrown';
import type { ProblemType } from '../problem';
import { cascadesTo, uniqueRemark } from './attributes';
import { callersOf, isOfItems, isRefused } from './callers';
import { exampleWrite } from './examples';
import { PARTS, partOf, refer, schemaOf, type Part } from './names';
import { problemsOnWrite } from './own-problems';
import { fieldsOf } from './parameters';
import { OF_BODIES, problems, problemsOfBodiless } from './problem-responses';
import { also, ALTERNATIVES, bare, itemless, itemResponse, JSON_TYPE } from './responses';
import type { TrustedCredentials } from './trusted-credentials';

const parameter = (name: string): Part => refer('parameters', name);
const PRECONDITIONS = ['If-Match', 'If-None-Match', 'If-Unmodified-Since'].map(parameter);
/** RFC 7240 §4.2 */
const MADE_WITHOUT_BODY = 'With `Prefer: return=minimal` it has no body.';
const WRITTEN = ['Preference-Applied', 'Idempotent-Replayed'];

/** POST to the collection. */
export function create(resource: Resource, resources: ReadonlyMap<string, Resource>): Part {
  const write = schemaOf(resource, 'Input');
  return {
    operationId: `${resource.name}.create`,
    tags: [resource.name],
    summary: `Add to ${resource.name}`,
    description: `Makes one item, its id made by the server; or 1 to ${MOST_CREATED} out of an array, all or none: the answer then has them in \`items\`.${uniqueRemark(resource)}`,
    parameters: [fieldsOf(resource), parameter('prefer-write'), parameter('Idempotency-Key')],
    requestBody: also(body(write, exampleWrite(resource.attributes)), {
      type: 'array',
      items: write,
      minItems: 1,
      maxItems: MOST_CREATED,
    }),
    responses: {
      201: also(
        itemResponse(`Made. ${MADE_WITHOUT_BODY}`, resource, 'Location', ...WRITTEN),
        partOf(resource, 'Part'),
        partOf(resource, 'Created'),
      ),
      ...problems(['conflict', 'precondition-failed', ...OF_BODIES, ...problemsOnWrite(resources, resource)]),
    },
  };
}

/** PUT to an item. */
export function replace(
  resource: Resource,
  resources: ReadonlyMap<string, Resource>,
  trusted: TrustedCredentials | undefined,
): Part {
  const takes = (operation: string): boolean =>
    trusted === undefined || !isRefused(callersOf(trusted, resource, operation).securityRequirement);
  // Another's item is not there for the caller, and cannot be made either.
  const mayBeAnothers =
    trusted !== undefined && ['replace', 'create'].some((operation) => isOfItems(resource.access.get(operation) ?? []));
  return {
    operationId: `${resource.name}.replace`,
    tags: [resource.name],
    summary: `Replace or create an item of ${resource.name}`,
    description: `An attribute that is absent is removed, or takes its default again. With \`If-None-Match: *\` it creates and never replaces.${uniqueRemark(resource)}`,
    parameters: writeParameters(resource),
    requestBody: body(schemaOf(resource, 'Input'), exampleWrite(resource.attributes)),
    responses: {
      ...(takes('replace') && { 200: itemResponse('Replaced.', resource, 'Preference-Applied'), 204: itemless() }),
      ...(takes('create') && {
        201: itemResponse(`Created. ${MADE_WITHOUT_BODY}`, resource, 'Location', 'Preference-Applied'),
      }),
      ...problems(
        [...(mayBeAnothers ? ['not-found' as const] : []), ...problemsOfChange(resource, resources)],
        resource,
      ),
    },
  };
}

/** PATCH of an item. */
export function patch(resource: Resource, resources: ReadonlyMap<string, Resource>): Part {
  const merge = { schema: schemaOf(resource, 'Change') };
  // Beside another body, an array is one more that generators take for something else.
  const jsonPatch = {
    [ALTERNATIVES]: [refer(PARTS, 'JsonPatch')],
    example: [{ op: 'remove', path: `/${[...resource.attributes.keys()][0]}` }],
  };
  return {
    operationId: `${resource.name}.patch`,
    tags: [resource.name],
    summary: `Change an item of ${resource.name}`,
    description: `A merge patch (RFC 7396) or a JSON Patch (RFC 6902), an array of operations that are carried out in order. The result must be valid as a whole; otherwise nothing changes.${uniqueRemark(resource)}`,
    parameters: [...writeParameters(resource), parameter('Idempotency-Key')],
    requestBody: {
      required: true,
      content: { 'application/merge-patch+json': merge, 'application/json-patch+json': jsonPatch, [JSON_TYPE]: merge },
    },
    responses: {
      200: itemResponse('Changed.', resource, ...WRITTEN),
      204: itemless('Idempotent-Replayed'),
      ...problems(['not-found', ...problemsOfChange(resource, resources)], resource),
    },
  };
}

/** DELETE of an item. */
export function remove(resource: Resource, resources: ReadonlyMap<string, Resource>): Part {
  return {
    operationId: `${resource.name}.remove`,
    tags: [resource.name],
    summary: `Delete an item of ${resource.name}`,
    description: cascadesTo(resource, resources)
      ? 'What refers to the item goes with it, or loses its reference, as its resource file says, unless something that does not go refers to one of them (409: nothing has changed). More than one transaction holds is deleted step by step: until that is done the item has `deleting`, and where it breaks off (503) the same request goes on.'
      : 'An item that others refer to may refuse to go (409).',
    parameters: PRECONDITIONS,
    responses: {
      204: bare('Deleted.'),
      ...problemsOfBodiless(
        [
          'not-found',
          'conflict',
          'precondition-failed',
          ...required(resource),
          ...problemsOnWrite(resources, resource),
        ],
        resource,
      ),
    },
  };
}

function body(schema: Part, example: unknown): Part {
  return { required: true, content: { [JSON_TYPE]: { schema, ...(example !== undefined && { example }) } } };
}

function writeParameters(resource: Resource): Part[] {
  return [fieldsOf(resource), ...PRECONDITIONS, parameter('prefer-write')];
}

/** What refuses a body that an item is changed by. */
function problemsOfChange(
  resource: Resource,
  resources: ReadonlyMap<string, Resource>,
): (ProblemType | AnyOwnProblem)[] {
  return [
    'conflict',
    'precondition-failed',
    ...required(resource),
    ...OF_BODIES,
    ...problemsOnWrite(resources, resource),
  ];
}

function required({ preconditions: wanted }: Resource): ProblemType[] {
  return wanted === 'required' ? ['precondition-required'] : [];
}
