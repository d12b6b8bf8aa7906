// The paths of one collection, and what is read there: its list, its items, and its relations. writes.ts has the
// writes, action-paths.ts the actions.
import { MOST_FILTERS, MOST_VALUES_IN_ALL } from '../definition/limits';
import type { Resource } from '../definition/resource';
import type { ProblemType } from '../problem';
import { actionPaths } from './action-paths';
import { callersOf, type Callers } from './callers';
import { createAudience, guarded, listAudience, patchAudience, putAudience, relatedAudience } from './guarded';
import { refer, type Part } from './names';
import { expandOf, fieldsOf, listParameters } from './parameters';
import { problems } from './problem-responses';
import { bare, itemResponse, pageResponse } from './responses';
import type { TrustedCredentials } from './trusted-credentials';
import { create, patch, remove, replace } from './writes';

const parameter = (name: string): Part => refer('parameters', name);

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
