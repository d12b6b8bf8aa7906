// The paths that every API has: the root, the description and its page, and health.
import { guarded } from './guarded';
import { headersOf } from './headers';
import { refer, type Part } from './names';
import { problems } from './problem-responses';
import { bare, JSON_TYPE, response } from './responses';
import { everyKind, type TrustedCredentials } from './trusted-credentials';

/** The paths that do not depend on what is served. They are for everyone, or of a private description health alone. */
export function servicePaths(trusted: TrustedCredentials | undefined, hasChanges = false): Part {
  const open = { ...(trusted !== undefined && { security: [] }) };
  const isClosed = (path: string): boolean => trusted?.isPrivate === true && path !== '/health';
  return Object.fromEntries(
    Object.entries({ ...everyonesPaths(), ...(!globalThis.bundleLacks?.changes && hasChanges && eventsPath()) }).map(
      ([path, { get }]) => [
        path,
        {
          get: isClosed(path)
            ? guarded(trusted, get, (known) => ({
                phrase: 'for every caller with good credentials',
                securityRequirement: everyKind(known),
              }))
            : { ...get, ...open },
        },
      ],
    ),
  );
}

/** What is told of changes, where there are any. */
function eventsPath(): Record<string, { readonly get: Part }> {
  const found = response(
    'The description.',
    {
      type: 'object',
      required: ['asyncapi', 'info', 'channels'],
      properties: {
        asyncapi: { type: 'string', pattern: '^3\\.' },
        info: { type: 'object' },
        channels: { type: 'object' },
      },
    },
    ['ETag'],
  );
  const operation = cached(
    'service.events',
    'What is told of changes',
    'AsyncAPI 3: sockets, webhooks, topic and bus, as far as there are any.',
    found,
  );
  return {
    '/asyncapi.json': {
      get: { ...operation, responses: { ...problems(['not-found']), ...(operation['responses'] as Part) } },
    },
  };
}

function everyonesPaths(): Record<string, { readonly get: Part }> {
  return {
    '/': {
      get: operation(
        'service.read',
        'Service',
        'What is served',
        'The collections, and where the description is. A browser, which prefers HTML, is led to the docs.',
        {
          200: response('The service document.', refer('schemas', 'ServiceDocument'), ['Link']),
          303: bare('To the docs.', 'Location', 'Link'),
        },
      ),
    },
    '/openapi.json': {
      get: cached(
        'service.description',
        'This description',
        'OpenAPI 3.1, generated from the resources.',
        response(
          'The description.',
          {
            type: 'object',
            required: ['openapi', 'info', 'paths'],
            properties: {
              openapi: { type: 'string', pattern: '^3\\.1\\.' },
              info: { type: 'object' },
              paths: { type: 'object' },
            },
          },
          ['ETag'],
        ),
      ),
    },
    '/docs': {
      get: cached(
        'service.docs',
        'The docs',
        'The description for people, with a section for every problem type.',
        text('The page.', 'text/html', 'ETag'),
      ),
    },
    '/docs/rapidoc.js': {
      get: cached(
        'service.renderer',
        'The script of the docs',
        'What the docs page needs: no other host is asked.',
        text('The script.', 'text/javascript', 'ETag'),
      ),
    },
    '/health': {
      get: operation(
        'service.health',
        'Service',
        'Whether the table can be reached',
        'See draft-inadarei-api-health-check.',
        {
          200: response('It can.', health('pass'), [], { status: 'pass' }, HEALTH_TYPES),
          503: response('It cannot.', health('fail'), ['Retry-After'], { status: 'fail' }, HEALTH_TYPES),
        },
        503,
      ),
    },
  };
}

/** The schemas of these paths. */
export function serviceSchemas(): Part {
  const reference = { type: 'string', format: 'uri-reference', maxLength: 2000 };
  return {
    ServiceDocument: {
      type: 'object',
      description: 'What is served.',
      properties: {
        name: { type: 'string' },
        version: { type: 'string' },
        collections: {
          type: 'array',
          items: {
            type: 'object',
            properties: { name: { type: 'string' }, href: reference, description: { type: 'string' } },
            required: ['name', 'href', 'description'],
            additionalProperties: false,
          },
        },
        links: {
          type: 'array',
          description: 'Where the description is (RFC 8631).',
          items: {
            type: 'object',
            properties: {
              rel: { type: 'string', enum: ['service-desc', 'service-doc'] },
              href: reference,
              type: { type: 'string' },
            },
            required: ['rel', 'href', 'type'],
            additionalProperties: false,
          },
        },
      },
      required: ['name', 'version', 'collections', 'links'],
      additionalProperties: false,
    },
  };
}

const HEALTH_TYPES = ['application/health+json', JSON_TYPE];
function operation(
  operationId: string,
  tag: string,
  summary: string,
  description: string,
  responses: Part,
  own?: number,
): Part {
  const { [own ?? '']: _, ...refused } = problems([]);
  return { operationId, tags: [tag], summary, description, responses: { ...refused, ...responses } };
}

function cached(operationId: string, summary: string, description: string, found: Part): Part {
  const responses = { 200: found, 304: bare('The client has it as it is.', 'ETag') };
  return {
    ...operation(operationId, 'Service', summary, description, responses),
    parameters: [refer('parameters', 'If-None-Match')],
  };
}

function text(description: string, type: string, ...headers: string[]): Part {
  return { description, headers: headersOf(...headers), content: { [type]: { schema: { type: 'string' } } } };
}

function health(status: string): Part {
  return {
    type: 'object',
    properties: { status: { type: 'string', const: status } },
    required: ['status'],
    additionalProperties: false,
  };
}
