// The paths of one collection: its list, its items, and its relations; action-paths.ts has those of its actions.
import { MOST_CREATED, MOST_FILTERS, MOST_VALUES_IN_ALL } from '../definition/limits';
import type { Resource } from '../definition/resource';
import type { ProblemType } from '../problem';
import { actionPaths } from './action-paths';
import { cascadesTo, uniqueRemark } from './attributes';
import { callersOf, isOfItems, isRefused, type Callers } from './callers';
import { exampleWrite } from './examples';
import { createAudience, guarded, listAudience, patchAudience, putAudience, relatedAudience } from './guarded';
import { PARTS, partOf, refer, schemaOf, type Part } from './names';
import { expandOf, fieldsOf, listParameters } from './parameters';
import { problemsOnWrite } from './own-problems';
import { OF_BODIES, problems, problemsOfBodiless } from './problem-responses';
import { also, ALTERNATIVES, bare, itemless, itemResponse, JSON_TYPE, pageResponse } from './responses';
import type { TrustedCredentials } from './trusted-credentials';

const parameter = (name: string): Part => refer('parameters', name);
const PRECONDITIONS = ['If-Match', 'If-None-Match', 'If-Unmodified-Since'].map(parameter);
/** RFC 7240 §4.2 */
const MADE_WITHOUT_BODY = 'With `Prefer: return=minimal` it has no body.';
const WRITTEN = ['Preference-Applied', 'Idempotent-Replayed'];

/** Every path of a collection with its operations. */
export function collectionPaths(
  resource: Resource,
  resources: ReadonlyMap<string, Resource>,
  trusted: TrustedCredentials | undefined,
): Part {
  const { name, relations } = resource;
  const may = (operation: Part, audience: (trusted: TrustedCredentials) => Callers): Part =>
    guarded(trusted, operation, audience);
  const of =
    (operation: string) =>
    (known: TrustedCredentials): Callers =>
      callersOf(known, resource, operation);
  return {
    [`/${name}`]: {
      get: may(list(resource), (known) => listAudience(known, resource)),
      post: may(create(resource, resources), (known) => createAudience(known, resource)),
    },
    [`/${name}/{id}`]: {
      parameters: [parameter('id')],
      get: may(read(resource), of('read')),
      put: may(replace(resource, resources, trusted), (known) => putAudience(known, resource)),
      patch: may(patch(resource, resources), (known) => patchAudience(known, resource)),
      delete: may(remove(resource, resources), of('delete')),
    },
    ...Object.fromEntries(
      Object.entries(relations).map(([relation, { collection }]) => [
        `/${name}/{id}/${relation}`,
        {
          parameters: [parameter('id')],
          get: may(related(resource, relation, resources.get(collection)!), (known) =>
            relatedAudience(known, resource, resources.get(collection)!),
          ),
        },
      ]),
    ),
    ...actionPaths(resource, resources, trusted),
  };
}

function list(resource: Resource): Part {
  return listed(
    resource,
    resource,
    `${resource.name}.list`,
    `List ${resource.name}`,
    `${resource.description} A page of them: all that every filter holds of, at most ${MOST_FILTERS} filters with ${MOST_VALUES_IN_ALL} values. Without \`sort\` and filters of indexes, strongly consistent.`,
    [],
  );
}

function related(resource: Resource, relation: string, other: Resource): Part {
  return listed(
    resource,
    other,
    `${resource.name}.related.${relation}`,
    `List ${relation} of an item of ${resource.name}`,
    `The ${other.name} that refer to this item of ${resource.name}; eventually consistent.`,
    ['not-found'],
  );
}

function listed(
  { name }: Resource,
  of: Resource,
  operationId: string,
  summary: string,
  description: string,
  own: ProblemType[],
): Part {
  return {
    operationId,
    tags: [name],
    summary,
    description,
    parameters: [...listParameters(of), parameter('If-Match'), parameter('If-None-Match'), parameter('prefer-list')],
    responses: {
      200: pageResponse(of),
      304: bare('The page is as the client has it.', 'ETag'),
      ...problems([...own, 'precondition-failed']),
    },
  };
}

function create(resource: Resource, resources: ReadonlyMap<string, Resource>): Part {
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

function read(resource: Resource): Part {
  return {
    operationId: `${resource.name}.read`,
    tags: [resource.name],
    summary: `Get an item of ${resource.name}`,
    description: 'Strongly consistent. With `fields` or `expand` there is no `ETag`.',
    parameters: [
      fieldsOf(resource),
      ...expandOf(resource),
      ...['If-Match', 'If-None-Match', 'If-Modified-Since', 'If-Unmodified-Since'].map(parameter),
    ],
    responses: {
      200: itemResponse('The item.', resource),
      304: bare('The item is as the client has it.', 'ETag', 'Last-Modified'),
      ...problems(['not-found', 'precondition-failed'], resource),
    },
  };
}

function replace(
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
        [
          ...(mayBeAnothers ? ['not-found' as const] : []),
          'conflict',
          'precondition-failed',
          ...required(resource),
          ...OF_BODIES,
          ...problemsOnWrite(resources, resource),
        ],
        resource,
      ),
    },
  };
}

function patch(resource: Resource, resources: ReadonlyMap<string, Resource>): Part {
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
      ...problems(
        [
          'not-found',
          'conflict',
          'precondition-failed',
          ...required(resource),
          ...OF_BODIES,
          ...problemsOnWrite(resources, resource),
        ],
        resource,
      ),
    },
  };
}

function remove(resource: Resource, resources: ReadonlyMap<string, Resource>): Part {
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

function body(schema: Part, example: unknown, isRequired = true): Part {
  return { required: isRequired, content: { [JSON_TYPE]: { schema, ...(example !== undefined && { example }) } } };
}

function writeParameters(resource: Resource): Part[] {
  return [fieldsOf(resource), ...PRECONDITIONS, parameter('prefer-write')];
}

function required({ preconditions: wanted }: Resource): ProblemType[] {
  return wanted === 'required' ? ['precondition-required'] : [];
}
