// Tickets for sockets: whoever may list what changes gets one, with the rights that its request has.
import { readCaller, readTokenEnd } from '../../authentication/caller';
import { accessOf } from '../../authorization/permission';
import { Problem } from '../../problem';
import type { Store } from '../../store/store';
import { openTickets } from '../../store/tickets';
import { refuseParameters } from '../input/item';
import { JSON_TYPE, negotiate } from '../media-type';
import type { DocumentEndpoint } from './endpoint';

/**
 * POST of `/tickets`.
 * @throws Problem `unauthenticated` or `forbidden` for who may list nothing of which changes are told,
 * `malformed-request` for parameters or a body, `not-found` where there are no sockets
 */
export const ticket: DocumentEndpoint<Store> = async ({ resources, config, send }, request) => {
  const caller = readCaller(config, request.credentials);
  const access = accessOf(caller);
  const changing = [...resources.values()].filter(({ changes }) => changes !== undefined);
  if (changing.every((resource) => access.permission(resource, 'list').grant === 'none')) {
    access.require(changing[0]!, 'list');
  }
  negotiate(request);
  refuseParameters(request);
  if (request.body !== undefined) {
    throw new Problem('malformed-request', 'A ticket is asked for without a body: leave it out.', {
      errors: [{ detail: 'Is not taken.', pointer: '#' }],
    });
  }
  if (config.socketUrl === undefined) {
    throw new Problem('not-found', 'There are no sockets here: GET / lists what is served.');
  }
  const tickets = openTickets(send, config.tableName, request.deadline);
  const ends = readTokenEnd(config, request.credentials);
  const { ticket: text, expires } = await tickets.issue({ caller, ends, base: request.base });
  return {
    status: 201,
    headers: { 'Content-Type': JSON_TYPE, 'Cache-Control': 'no-store' },
    body: { url: `${config.socketUrl}?ticket=${text}`, expires: new Date(expires).toISOString() },
    // It went by a way of its own, which is not counted.
    isCostHidden: true,
  };
};
