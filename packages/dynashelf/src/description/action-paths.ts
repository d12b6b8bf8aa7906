// The paths of a collection's actions: of items, and of the collection as a whole.
import type { LoadedAction } from '../definition/action';
import type { Resource } from '../definition/resource';
import { itemSchema } from '../values/json-schema';
import { exampleWrite } from './examples';
import { actAudience, guarded } from './guarded';
import { refer, schemaOf, type Part } from './names';
import { problemsOnWrite } from './own-problems';
import { OF_BODIES, problems } from './problem-responses';
import { bare, itemless, JSON_TYPE, response } from './responses';
import { bodySchema } from './schemas';
import type { TrustedCredentials } from './trusted-credentials';

const parameter = (name: string): Part => refer('parameters', name);

/** The paths of a collection's actions with their operations. */
export function actionPaths(
  resource: Resource,
  resources: ReadonlyMap<string, Resource>,
  trusted: TrustedCredentials | undefined,
): Part {
  const methods = (name: string, action: LoadedAction, isOfItem: boolean): Part => {
    const described = action.safe ? view : act;
    return {
      [action.safe ? 'get' : 'post']: guarded(
        trusted,
        described(resource, name, action, resources, isOfItem),
        (known) => actAudience(known, resource, name, action, resources),
      ),
    };
  };
  return {
    ...Object.fromEntries(
      Object.entries(resource.actions).map(([name, action]) => [
        `/${resource.name}/{id}/${name}`,
        { parameters: [parameter('id')], ...methods(name, action, true) },
      ]),
    ),
    ...Object.fromEntries(
      Object.entries(resource.collectionActions).map(([name, action]) => [
        `/${resource.name}/${name}`,
        methods(name, action, false),
      ]),
    ),
  };
}

function act(
  resource: Resource,
  name: string,
  action: LoadedAction,
  resources: ReadonlyMap<string, Resource>,
  isOfItem: boolean,
): Part {
  const isOptional = [...action.body.values()].every(
    ({ keywords }) => keywords.required !== true || keywords.default !== undefined,
  );
  const example = exampleWrite(action.body);
  return {
    operationId: `${resource.name}.act.${name}`,
    tags: [resource.name],
    summary: `${name} (${resource.name})`,
    description: action.description,
    parameters: [
      ...(isOfItem ? ['If-Match', 'If-None-Match', 'If-Unmodified-Since'] : []),
      ...(action.response === undefined ? ['prefer-write'] : []),
      'Idempotency-Key',
    ].map(parameter),
    requestBody: {
      required: !isOptional,
      content: { [JSON_TYPE]: { schema: bodySchema(action.body), ...(example !== undefined && { example }) } },
    },
    responses: {
      ...answers(action, resources),
      ...problems(
        [
          'forbidden',
          'not-found',
          'conflict',
          'precondition-failed',
          ...OF_BODIES,
          ...action.problems,
          ...problemsOnWrite(resources),
        ],
        isOfItem ? resource : undefined,
      ),
    },
  };
}

/** Of an action that only reads. */
function view(
  resource: Resource,
  name: string,
  { description, query, response: declared, problems: own }: LoadedAction,
  resources: ReadonlyMap<string, Resource>,
): Part {
  const { properties = {}, required = [] } = bodySchema(query);
  return {
    operationId: `${resource.name}.act.${name}`,
    tags: [resource.name],
    summary: `${name} (${resource.name})`,
    description,
    parameters: [
      ...Object.entries(properties).map(([parameterName, { description: said, ...schema }]) => ({
        name: parameterName,
        in: 'query',
        ...(required.includes(parameterName) && { required: true }),
        ...(said !== undefined && { description: said }),
        // Several values are one text, with commas between them.
        ...(schema.type === 'array' && { style: 'form', explode: false }),
        schema,
      })),
      ...['If-Match', 'If-None-Match'].map(parameter),
    ],
    responses: {
      200: response(
        'The answer.',
        declared === undefined ? anyItem(resources) : itemSchema(declared),
        ['ETag'],
        declared && exampleWrite(declared),
      ),
      304: bare('The answer is as the client has it.', 'ETag'),
      ...problems(['forbidden', 'not-found', 'conflict', 'precondition-failed', 'too-large', 'invalid', ...own]),
    },
  };
}

/** A resource file does not say whose item an action answers with. */
function anyItem(resources: ReadonlyMap<string, Resource>): Part {
  return { anyOf: [...resources.values()].map((other) => schemaOf(other, 'Item')) };
}

/** What an action answers where it is done. */
function answers({ response: declared }: LoadedAction, resources: ReadonlyMap<string, Resource>): Part {
  if (declared !== undefined) {
    return {
      200: response('Done: the answer.', itemSchema(declared), ['Idempotent-Replayed'], exampleWrite(declared)),
    };
  }
  const item = anyItem(resources);
  const headers = ['ETag', 'Last-Modified', 'Preference-Applied', 'Idempotent-Replayed'];
  return {
    200: response('Done: the item that the action answers with.', item, headers),
    204: itemless('Idempotent-Replayed'),
    // RFC 7240 §4.2
    201: response('Done: the item that the action made. With `Prefer: return=minimal` it has no body.', item, [
      ...headers,
      'Location',
    ]),
  };
}
