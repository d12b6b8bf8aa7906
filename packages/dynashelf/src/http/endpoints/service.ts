// What the API says of itself: the service document and its health.
import { UNNAMED } from '../../description/info';
import { serviceDocument } from '../../description/service';
import { logError } from '../../log';
import { Problem } from '../../problem';
import { refuseParameters } from '../input/item';
import { JSON_TYPE, negotiate } from '../media-type';
import type { DocumentEndpoint } from './endpoint';
import { hasChannels } from './channels';
import { refuseStrangers } from '../strangers';

const HTML_TYPE = 'text/html';

/** https://datatracker.ietf.org/doc/html/draft-inadarei-api-health-check */
const HEALTH_TYPE = 'application/health+json';

/**
 * GET of `/`: the service document, as JSON or as a page.
 * @throws Problem `unauthenticated` for a stranger where the description is private, `not-acceptable`
 */
export const service: DocumentEndpoint = async (api, request) => {
  const { resources, config, info } = api;
  refuseStrangers(config, request);
  const type = negotiate(request, [JSON_TYPE, HTML_TYPE]);
  refuseParameters(request);
  const body = serviceDocument(
    resources,
    request.base,
    info ?? UNNAMED,
    !globalThis.bundleLacks?.changes && hasChannels(api),
  );
  // RFC 8288
  const headers = {
    'Cache-Control': 'no-cache',
    Link: body.links.map(({ rel, href }) => `<${href}>; rel="${rel}"`).join(', '),
  };
  return type === HTML_TYPE
    ? { status: 303, headers: { ...headers, Location: `${request.base}/docs` } }
    : { status: 200, headers: { 'Content-Type': type, ...headers }, body };
};

/** GET of `/health` (draft-inadarei-api-health-check): 200 where the database answers, else 503. */
export const health: DocumentEndpoint = async (_api, request, store) => {
  const type = negotiate(request, [HEALTH_TYPE, JSON_TYPE]);
  refuseParameters(request);
  const headers = { 'Content-Type': type, 'Cache-Control': 'no-cache' };
  try {
    await store.ping();
    return { status: 200, headers, body: { status: 'pass' } };
  } catch (error) {
    // Whatever the reason, a missing right among them: the table is out of reach.
    if (!(error instanceof Problem)) {
      logError({ message: (error as Error).message, requestId: request.id, path: '/health' });
    }
    return { status: 503, headers: { ...headers, 'Retry-After': '1' }, body: { status: 'fail' } };
  }
};
