// The way of a request: request, route, caller, input, plan, result, reply, in this order, and the only try/catch.
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { readCaller } from '../authentication/caller';
import { accessOf, sightOf } from '../authorization/permission';
import type { Resource } from '../definition/resource';
import { logError } from '../log';
import { Problem } from '../problem';
import type { Reader, StoreOptions } from '../store/reader';
import type { Api, Endpoint, Endpoints } from './endpoints/endpoint';
import { commonHeaders } from './headers';
import type { InputContext } from './input/input';
import { refuseExcess, refuseUnsendable } from './limits';
import { writeOptions } from './options';
import { readRequest, type Request } from './request';
import { toGateway, writeProblem, writeResult, type Reply } from './response';
import { findRoute, type Route } from './route';
import { isClosed } from './strangers';
import { isCostShown, serverTiming, startTiming, type Timing } from './timing';

/** A Lambda function behind API Gateway. */
export type Handler = (
  event: APIGatewayProxyEvent,
  context?: Pick<Context, 'getRemainingTimeInMillis'>,
) => Promise<APIGatewayProxyResult>;

/** Makes the Lambda function that answers with some endpoints over a store; 404 and 405 it finds for every path. */
export function serve<S extends Reader>(
  api: Api,
  open: (options: StoreOptions) => S,
  endpoints: Endpoints<S>,
): Handler {
  const { config, resources, transactionSize } = api;
  const isPrivate = isClosed(config);

  /** The stations of a request. @throws Problem, where one of them refuses it */
  async function answer(request: Request, store: S, timing: Timing): Promise<Reply> {
    refuseExcess(request);
    const route = findRoute(resources, request, isPrivate, api.functions);
    timing.end('route');
    if (route.operation === 'options') {
      return writeOptions(route.allow);
    }
    const endpoint = endpoints[route.operation];
    if (endpoint === undefined) {
      throw new Error(
        `serverless.yml sends ${request.method} /${request.segments.join('/')} to a function that does not serve "${route.operation}".`,
      );
    }
    if (typeof endpoint === 'function') {
      return endpoint(api, request, store, timing);
    }
    const caller = readCaller(config, request.credentials);
    const access = accessOf(caller);
    timing.end('caller');
    return carryOut(endpoint, route, request, { resources, cursorKeys: config.cursorKeys, access }, store, timing);
  }

  return async (event, context) => {
    const timing = startTiming();
    const request = readRequest(event, context?.getRemainingTimeInMillis?.());
    const store = open({
      send: api.send,
      tableName: config.tableName,
      readLimit: config.readLimit,
      resources,
      deadline: request.deadline,
      caller: () => readCaller(config, request.credentials),
      maySee: sightOf(() => accessOf(readCaller(config, request.credentials))),
      ...(transactionSize !== undefined && { transactionSize }),
    });
    const reply = await answer(request, store, timing).catch((error: unknown) =>
      writeProblem(request, asProblem(request, error)),
    );
    // An error would tell by its units how large the item is that is not there for the caller.
    const isShown = config.access === 'open' || (reply.status < 400 && reply.isCostHidden !== true);
    const common = commonHeaders(config, request, serverTiming(timing, isShown ? store.cost : undefined), reply.vary);
    return toGateway(request, { ...reply, headers: { ...common, ...reply.headers } });
  };
}

/**
 * The stations of a request on data from its input on.
 * @throws Problem, where one of them refuses it
 */
export async function carryOut<S>(
  endpoint: Endpoint<S>,
  route: Route,
  request: Request,
  context: InputContext,
  store: S,
  timing: Timing,
): Promise<Reply> {
  // The parts of a transaction have a resource each.
  const { resource } = route as { readonly resource: Resource };

  const { input, responseOptions } = await endpoint.readInput(route, request, context);
  timing.end('input');

  const plan = endpoint.plan?.(resource, input);
  if (plan !== undefined) {
    timing.end('plan');
  }

  let { result, commit } = await endpoint.operation(resource, input, store, plan);
  let reply = writeResult(request, result, responseOptions);
  // A transaction is committed when its reply is known, as an idempotency key has that recorded with the writes.
  // Where others have changed what it read, it comes to another result.
  while (commit !== undefined) {
    refuseUnsendable(reply);
    const next = await commit(reply);
    if (next === undefined) {
      break;
    }
    ({ result, commit } = next);
    reply = writeResult(request, result, responseOptions);
  }
  timing.end('operation');
  return isCostShown(context.resources, request, responseOptions, result) ? reply : { ...reply, isCostHidden: true };
}

function asProblem(request: Request, error: unknown): Problem {
  if (error instanceof Problem) {
    return error;
  }
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  logError({ message, requestId: request.id, method: request.method, path: `/${request.segments.join('/')}`, stack });
  return new Problem(
    'internal',
    'Something is wrong on the server, and it has been logged: report the request id if it stays.',
  );
}
