// What the description says of the feed: its path, and the schema of an event.
import { LONGEST_WAIT, MOST_FEEDS } from '../definition/limits';
import type { Resource } from '../definition/resource';
import type { JsonObject } from '../values/json';
import { EXAMPLE_ID, ID_PATTERN, LONGEST_ID } from '../values/id';
import { callersOf, either, isRefused } from './callers';
import { exampleItem } from './examples';
import { guarded } from './guarded';
import { refer, type Part } from './names';
import { problems } from './problem-responses';
import { bare, response } from './responses';
import type { TrustedCredentials } from './trusted-credentials';

/** The tag of what is told of changes, where there is anything. */
export const CHANGES_TAG = { name: 'Changes', description: 'What was written, once and in order.' };

/** The collections whose changes are kept. */
export function changingOf(resources: ReadonlyMap<string, Resource>): Resource[] {
  return [...resources.values()].filter(({ changes }) => changes !== undefined);
}

/** The path of the feed, for whoever may list one of its collections; none where nothing is kept. */
export function changesPaths(resources: ReadonlyMap<string, Resource>, trusted: TrustedCredentials | undefined): Part {
  const changing = changingOf(resources);
  return changing.length === 0
    ? {}
    : {
        '/changes': {
          get: guarded(trusted, read(changing), (known) => {
            const securityRequirement = either(...changing.map((resource) => callersOf(known, resource, 'list')));
            return {
              phrase: isRefused(securityRequirement)
                ? 'refused to everyone, as every list of these collections is'
                : 'for callers who may list each of the collections; they see what the lists would show them',
              securityRequirement,
            };
          }),
        },
      };
}

/** The schemas of what is told of changes. */
export function changesSchemas(resources: ReadonlyMap<string, Resource>): Part {
  const changing = changingOf(resources);
  const text = (description: string, more: Part = {}): Part => ({ type: 'string', description, ...more });
  return changing.length === 0
    ? {}
    : {
        ChangeEvent: {
          type: 'object',
          description: 'A change (CloudEvents 1.0, JSON).',
          properties: {
            specversion: { type: 'string', const: '1.0' },
            id: text('Unique: the item and its version. However often a change is told, it has the same.', {
              maxLength: 300,
            }),
            source: text('The path of the item.', { format: 'uri-reference', maxLength: 300 }),
            type: text(
              'The collection and what became of the item: `created`, `updated`, `deleted`, `expired` where its time was over, or `unreadable` where nobody can say: read it anew. What leaves the sight of the caller is deleted for it, what comes into it created.',
              {
                pattern: `^(${changing.map(({ name }) => name).join('|')})[.](created|updated|deleted|expired|unreadable)$`,
              },
            ),
            subject: text('The id of the item.', { pattern: ID_PATTERN, minLength: 1, maxLength: LONGEST_ID }),
            time: text('When it was written: RFC 3339, UTC.', { format: 'date-time', maxLength: 24 }),
            sequence: text('The place in the order of the collection; grows with each change.', {
              pattern: '^[0-9]{15}$',
            }),
            datacontenttype: { type: 'string', const: 'application/json' },
            data: {
              type: 'object',
              additionalProperties: true,
              description:
                'The item as the change left it, as GET of its path shows it to the caller; absent where it is gone.',
            },
          },
          required: ['specversion', 'id', 'source', 'type', 'time', 'sequence'],
          additionalProperties: false,
        },
        ChangesPage: {
          type: 'object',
          description: 'Changes in their order.',
          properties: {
            changes: { type: 'array', items: refer('schemas', 'ChangeEvent') },
            next: text('Where to ask for what comes after: relative to the request’s URL.', {
              format: 'uri-reference',
              maxLength: 8_000,
            }),
          },
          required: ['changes', 'next'],
          additionalProperties: false,
        },
      };
}

function read(changing: readonly Resource[]): Part {
  const [{ name }] = changing as [Resource, ...Resource[]];
  const query = (parameter: string, description: string, schema: Part, more: Part = {}): Part => ({
    name: parameter,
    in: 'query',
    description,
    ...more,
    schema,
  });
  return {
    operationId: 'changes.read',
    tags: [CHANGES_TAG.name],
    summary: 'What was written, from a place on',
    description: `Every committed write once, in one order for each collection. Without \`since\`, from the oldest change that is kept (${changing.map((resource) => `${resource.name}: ${resource.changes!.days} days`).join(', ')}). To copy a collection: take \`since=now\`, then the list, then the changes from there on.`,
    parameters: [
      query(
        'collection',
        'Whose changes.',
        {
          type: 'array',
          items: { type: 'string', enum: changing.map((resource) => resource.name) },
          minItems: 1,
          maxItems: MOST_FEEDS,
        },
        { required: true, style: 'form', explode: false },
      ),
      query('since', 'Where to begin: `now`, behind the newest, or a place, as `next` has it.', { type: 'string' }),
      refer('parameters', 'limit'),
      query('wait', 'For how many seconds an answer without changes is held back, until there are some.', {
        type: 'integer',
        format: 'int32',
        minimum: 0,
        maximum: LONGEST_WAIT,
        default: 0,
      }),
      refer('parameters', 'If-Match'),
      refer('parameters', 'If-None-Match'),
    ],
    responses: {
      200: response('The changes, and where to go on.', refer('schemas', 'ChangesPage'), ['ETag', 'Link'], {
        changes: [exampleEvent(changing[0]!)],
        next: `/changes?collection=${name}&since=opaque`,
      }),
      304: bare('There is nothing but what the client has.', 'ETag'),
      ...problems(['precondition-failed', 'gone']),
    },
  };
}

function exampleEvent(resource: Resource): JsonObject {
  const { name } = resource;
  const data = exampleItem(resource);
  return {
    specversion: '1.0',
    id: `${name}/${EXAMPLE_ID}/1`,
    source: `/${name}/${EXAMPLE_ID}`,
    type: `${name}.created`,
    subject: EXAMPLE_ID,
    time: '2026-03-31T12:00:00.000Z',
    sequence: '000000000000042',
    ...(data !== undefined && { datacontenttype: 'application/json', data }),
  };
}
