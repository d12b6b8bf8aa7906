// Whether the functions come up with the source as it is: some mistakes show only when it is loaded as they load it.

import { messageOf } from './failure';
import { proxyEvent } from './gateway-event';
import { findRoute, type Service } from './gateway-route';
import { InvocationError, type Invoke } from './invoke';
import type { Reloaded } from './reload';

/** Adds the mistake that shows when the source is loaded as functions are, such as that the environment is wrong. */
export async function tryOut(found: Reloaded, service: Service, invoke: Invoke): Promise<Reloaded> {
  const received = {
    method: 'GET',
    path: '/',
    lines: {},
    header: () => undefined,
    parameters: null,
    body: Buffer.alloc(0),
    address: '127.0.0.1',
  };
  const route = findRoute(service, received.method, received.path);
  if (found.mistakes.length > 0 || route === undefined) {
    return found;
  }
  try {
    await invoke(route.functionName, JSON.stringify(proxyEvent(received, route, 'start', false, undefined, undefined)));
    return found;
  } catch (error) {
    return {
      mistakes: [`The API does not start: ${error instanceof InvocationError ? error.reason : messageOf(error)}`],
      lines: [],
    };
  }
}
