// What the API says of itself: the service document and its health.
import { serviceDocument } from '../description/service';
import { Problem } from '../problem';
import { refuseParameters } from './input';
import { JSON_TYPE, negotiate } from './media-type';
import type { Endpoint } from './serve';

/** https://datatracker.ietf.org/doc/html/draft-inadarei-api-health-check */
const HEALTH_TYPE = 'application/health+json';

export const service: Endpoint = async ({ resources }, _route, request) => {
  const type = negotiate(request);
  refuseParameters(request);
  return { status: 200, headers: { 'Content-Type': type, 'Cache-Control': 'no-cache' }, body: serviceDocument(resources, request.base) };
};

export const health: Endpoint = async (_api, _route, request, store) => {
  const type = negotiate(request, [HEALTH_TYPE, JSON_TYPE]);
  refuseParameters(request);
  const headers = { 'Content-Type': type, 'Cache-Control': 'no-cache' };
  try {
    await store.ping();
    return { status: 200, headers, body: { status: 'pass' } };
  } catch (error) {
    // Whatever the reason, a missing right among them: the table is out of reach.
    if (!(error instanceof Problem)) {
      console.error(JSON.stringify({ level: 'error', message: (error as Error).message, requestId: request.id, path: '/health' }));
    }
    return { status: 503, headers: { ...headers, 'Retry-After': '1' }, body: { status: 'fail' } };
  }
};
