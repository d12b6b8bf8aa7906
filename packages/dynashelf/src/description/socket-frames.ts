// What goes over a socket, each a JSON object with its `action`.
import type { Resource } from '../definition/resource';
import { changeSchemaName } from './change-schemas';
import type { Part } from './names';

/** A message of the protocol. */
export interface Frame {
  readonly name: string;
  readonly summary: string;
  /** Its JSON Schema. */
  readonly payload: Part;
}

const SUBSCRIPTION = { type: 'string', description: 'The name of a subscription, as `subscribed` gave it.' };
const SINCE = { type: 'string', description: 'A place in the feed, to go on from.' };
const REF = { type: 'string', description: 'Comes back in the answer.' };
const PROBLEM = {
  type: 'object',
  description: 'RFC 9457.',
  properties: {
    type: { type: 'string', format: 'uri-reference' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
  },
  required: ['type', 'title', 'status', 'detail'],
};

/** What clients send. */
export function requests(followed: readonly Resource[]): Frame[] {
  return [
    frame('subscribe', 'Follows a collection, one item of it, or what a filter lets through.', ['collection'], {
      collection: { type: 'string', enum: followed.map(({ name }) => name) },
      id: { type: 'string', description: 'One item alone.' },
      filter: {
        type: 'object',
        description: 'Filters as the list of the collection takes them, such as `pages[gte]`.',
        additionalProperties: { type: 'string' },
      },
      since: { ...SINCE, description: 'Where to begin; without it, with what is committed from now on.' },
      ref: REF,
    }),
    frame('unsubscribe', 'Ends a subscription.', ['subscription'], { subscription: SUBSCRIPTION }),
    frame('ping', 'Asks whether the connection still is there.', [], {}),
  ];
}

/** What clients are told. */
export function answers(followed: readonly Resource[]): Frame[] {
  return [
    frame('subscribed', 'The subscription, and its place.', ['subscription', 'collection', 'since'], {
      subscription: SUBSCRIPTION,
      collection: { type: 'string' },
      since: SINCE,
      ref: REF,
    }),
    frame('change', 'A change, and the place behind it.', ['subscription', 'change', 'since'], {
      subscription: SUBSCRIPTION,
      change: { oneOf: followed.map((resource) => ({ $ref: `#/components/schemas/${changeSchemaName(resource)}` })) },
      since: SINCE,
    }),
    frame(
      'place',
      'How far a subscription has come, where nothing of what it missed is for it.',
      ['subscription', 'since'],
      {
        subscription: SUBSCRIPTION,
        since: SINCE,
      },
    ),
    frame('unsubscribed', 'The subscription has ended.', ['subscription'], { subscription: SUBSCRIPTION }),
    frame('pong', 'The answer to a ping.', [], {}),
    frame('problem', 'What is wrong with a request.', ['problem'], { ref: REF, problem: PROBLEM }),
    frame('expired', 'The credentials have ended, and the connection is about to be closed.', [], {}),
  ];
}

function frame(action: string, summary: string, required: readonly string[], properties: Part): Frame {
  return {
    name: action,
    summary,
    payload: {
      type: 'object',
      properties: { action: { type: 'string', const: action }, ...properties },
      required: ['action', ...required],
    },
  };
}
