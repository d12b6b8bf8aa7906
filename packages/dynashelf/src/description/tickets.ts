// What the description says of tickets for sockets.
import type { Resource } from '../definition/resource';
import { callersOf, either, isRefused, type Callers } from './callers';
import { guarded } from './guarded';
import { refer, type Part } from './names';
import { problems } from './problem-responses';
import { response } from './responses';
import type { TrustedCredentials } from './trusted-credentials';

/** The path of tickets, for whoever may list what changes; none where no changes are told on sockets. */
export function ticketPaths(resources: ReadonlyMap<string, Resource>, trusted: TrustedCredentials | undefined): Part {
  const changing = changingOf(resources);
  return changing.length === 0
    ? {}
    : { '/tickets': { post: guarded(trusted, TICKETS, (known) => ticketAudience(known, changing)) } };
}

/** The schema of a ticket, where there are any. */
export function ticketSchemas(resources: ReadonlyMap<string, Resource>): Part {
  return changingOf(resources).length === 0
    ? {}
    : {
        Ticket: {
          type: 'object',
          properties: {
            url: { type: 'string', format: 'uri', maxLength: 2000, description: 'Where to connect the socket.' },
            expires: { type: 'string', format: 'date-time', description: 'Until when, once.' },
          },
          required: ['url', 'expires'],
          additionalProperties: false,
        },
      };
}

function changingOf(resources: ReadonlyMap<string, Resource>): Resource[] {
  return globalThis.bundleLacks?.sockets ? [] : [...resources.values()].filter(({ changes }) => changes !== undefined);
}

function ticketAudience(trusted: TrustedCredentials, changing: readonly Resource[]): Callers {
  const securityRequirement = either(...changing.map((resource) => callersOf(trusted, resource, 'list')));
  const names = changing.map(({ name }) => name).join(', ');
  return {
    phrase: isRefused(securityRequirement)
      ? `refused to everyone, as listing ${names} is`
      : `for callers who may list one of ${names}`,
    securityRequirement,
  };
}

const TICKETS: Part = {
  operationId: 'tickets.create',
  tags: ['Service'],
  summary: 'A ticket for a socket',
  description:
    'A WebSocket (RFC 6455) is connected by its URL, once, within a minute. It has the rights of this request, as long as its token is good. `Idempotency-Key` means nothing here.',
  responses: {
    ...problems(['not-found', 'not-acceptable']),
    201: response('The ticket.', refer('schemas', 'Ticket'), [], {
      url: 'wss://live.example.com?ticket=opaque',
      expires: '2026-01-31T12:01:00.000Z',
    }),
  },
};
