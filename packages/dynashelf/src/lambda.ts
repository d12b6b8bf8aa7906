// The Lambda functions of an app, each of the parts that it needs and no others. Besides the resources, all has its
// default: the configuration is read from the environment, and DynamoDB is reached as the build says.
import { connect } from '#connect';
import { readConfig, requireCursorKeys, type Config } from './config';
import { declaredFunctions } from './definition/declared-functions';
import { DELIVERY_ASKED } from './events/webhooks/redelivery';
import { openSocketGateway } from './events/socket-gateway';
import { deliverer, ringerOf, type Deliverer } from './functions/deliver';
import { dispatchWebhooks } from './functions/dispatch-webhooks';
import { connectLambda } from './functions/invoke';
import { openPublications } from './functions/publish-topic';
import { fanOutAfterAppend } from './functions/socket-fan-out';
import { readSocketSettings } from './events/socket-settings';
import { socketHandler, type SocketHandler } from './functions/socket';
import type { SocketParts } from './functions/socket-call';
import { publisher, readHandlers, type AfterAppend, type Publisher, type Publishing } from './functions/publish';
import { authorizer, type Authorizer, type ProtectedApi } from './http/endpoints/authorizer';
import { changesEndpoint } from './http/endpoints/changes';
import { readEndpoints, viewEndpoint, writeEndpoints } from './http/endpoints/data';
import { documents } from './http/endpoints/documents';
import type { Api } from './http/endpoints/endpoint';
import { health, service } from './http/endpoints/service';
import { ticket } from './http/endpoints/tickets';
import { serve, type Handler } from './http/serve';
import { openReader } from './store/reader';
import { storeOpener } from './store/store';

export { defineFunction } from './functions/define';
export { onChange } from './functions/on-change';

/** What a function serves; what is not given is as the environment says. */
export type Served = Pick<Api, 'resources'> & Partial<Api>;

/** Makes the defaults of what is not given, once, when a function starts. */
function withDefaults(served: Served): Api {
  return { ...served, config: served.config ?? readConfig(process.env), send: served.send ?? connect() };
}

/** GET under a collection, and of changes. */
export function readFunction(served: Served): Handler {
  const api = withDefaults(served);
  requireCursorKeys(api.config);
  return serve(api, openReader, {
    ...readEndpoints(),
    ...(!globalThis.bundleLacks?.safeActions && { view: viewEndpoint() }),
    ...(!globalThis.bundleLacks?.changes && { changes: changesEndpoint() }),
  });
}

/** Everything that writes. */
export function writeFunction(served: Served): Handler {
  const api = withDefaults(served);
  return serve(api, storeOpener(api.config.tableName, api.resources), {
    ...writeEndpoints(),
    ...(!globalThis.bundleLacks?.sockets && { ticket }),
  });
}

/** What the API says of itself, and 404 and 405 for every path. */
export function describeFunction(served: Served): Handler {
  const publishedTo = { topic: process.env['TOPIC_ARN'], bus: process.env['EVENT_BUS'] };
  return serve({ functions: declaredFunctions, publishedTo, ...withDefaults(served) }, openReader, {
    service,
    health,
    ...documents(),
  });
}

/**
 * What was committed reaches whoever is to know: called by the table's stream and by a schedule.
 * @param served the resources, of an app in which some declare changes
 */
export function publishFunction({ resources }: Partial<Pick<Served, 'resources'>> = {}): Publisher {
  if (resources === undefined) {
    return publisher();
  }
  const webhooks = globalThis.bundleLacks?.webhooks ? NOTHING_MORE : webhookDispatch(resources);
  const publications = globalThis.bundleLacks?.publications ? NOTHING_MORE : publicationsOf(resources);
  return publisher({
    resources,
    consumers: [...webhooks.consumers, ...publications.consumers],
    afterAppend: [
      ...(globalThis.bundleLacks?.sockets ? [] : socketFanOut(resources)),
      ...webhooks.afterAppend,
      ...publications.afterAppend,
    ],
  });
}

const NOTHING_MORE: Pick<Publishing, 'consumers' | 'afterAppend'> = { consumers: [], afterAppend: [] };

/** What makes deliveries, where webhooks are declared. */
function webhookDispatch(resources: Served['resources']): typeof NOTHING_MORE {
  if (resources.get('webhooks')?.shownAtCreation === undefined) {
    return NOTHING_MORE;
  }
  const { tableName } = readConfig(process.env);
  // It takes the messages by which deliveries are asked for, too.
  const ring = ringerOf(connectLambda(), readHandlers(process.env).get(DELIVERY_ASKED.name) ?? '');
  return dispatchWebhooks({ send: connect(), tableName, resources }, ring);
}

/** What publishes to a topic and a bus, where the deployment has any. */
function publicationsOf(resources: Served['resources']): typeof NOTHING_MORE {
  return openPublications({ resources, tableName: readConfig(process.env).tableName, send: connect() });
}

/** What is in the queues of webhooks is sent: called by `publish`, by a schedule, and by what was asked for. */
export function deliverFunction(served: Pick<Served, 'resources'>): Deliverer {
  return deliverer(served);
}

/** The fan-out to sockets, where this deployment has any. */
function socketFanOut(resources: Served['resources']): AfterAppend[] {
  if (!process.env['SOCKET_CONNECTIONS']) {
    return [];
  }
  const config = readConfig(process.env);
  requireCursorKeys(config);
  const { tableName, cursorKeys } = config;
  const gateway = openSocketGateway(readSocketSettings(process.env).endpoint);
  return [fanOutAfterAppend({ resources, tableName, cursorKeys, gateway, send: connect() })];
}

/** What clients do on their sockets, told by API Gateway. */
export function socketFunction(
  served: Pick<SocketParts, 'resources'> & Partial<SocketParts> & { readonly config?: Config },
): SocketHandler {
  const { config = readConfig(process.env), settings = readSocketSettings(process.env) } = served;
  requireCursorKeys(config);
  const { send = connect(), gateway = openSocketGateway(settings.endpoint) } = served;
  return socketHandler({ ...served, config, settings, send, gateway });
}

/** Who sends a request: asked by API Gateway before it calls a function on data. */
export function authorizeFunction({
  resources,
  config = readConfig(process.env),
  functions = declaredFunctions,
}: Pick<ProtectedApi, 'resources'> & Partial<ProtectedApi>): Authorizer {
  return authorizer({ resources, config, functions });
}
