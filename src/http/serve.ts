// The way of a request, from event to answer: the list of its stations, and the only try/catch.
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import type { Config } from '../config';
import type { Resource } from '../definition/resource';
import type { Operation } from '../operations/result';
import { Problem } from '../problem';
import { sealCursor } from '../store/cursor';
import type { Send } from '../store/send';
import { openStore, type Store } from '../store/store';
import { commonHeaders, serverTiming } from './headers';
import type { Input } from './input';
import { writeOptions } from './options';
import { readRequest, type Request } from './request';
import { toGateway, writeProblem, writeResult, type Reply } from './response';
import { findRoute, type Route, type RoutedOperation } from './route';

/** What is served, and of what. */
export interface Api {
  readonly resources: ReadonlyMap<string, Resource>;
  readonly config: Config;
  readonly send: Send;
}

/** Notes that a station is passed. */
type Timing = (station: string) => void;

/** What answers one kind of route. */
export type Endpoint = (api: Api, route: Route, request: Request, store: Store, done: Timing) => Promise<Reply>;

/** The endpoints that one function serves. */
export type Endpoints = Readonly<Partial<Record<RoutedOperation, Endpoint>>>;

export type Handler = (event: APIGatewayProxyEvent, context?: Pick<Context, 'getRemainingTimeInMillis'>) => Promise<APIGatewayProxyResult>;

/** Makes the Lambda function that answers with some endpoints; 404 and 405 it finds for every path. */
export function serve(api: Api, endpoints: Endpoints): Handler {
  return async (event, context) => {
    const request = readRequest(event, context?.getRemainingTimeInMillis?.());
    const store = openStore({ send: api.send, tableName: api.config.tableName });
    const { stations, done, total } = stopwatch();
    const reply = await answer(api, endpoints, request, store, done).catch((error: unknown) => writeProblem(request, asProblem(request, error)));
    const { reads, writes } = store.cost;
    const timing = serverTiming([...stations, ['total', total()]], reads + writes > 0 ? store.cost : undefined);
    return toGateway(request, { ...reply, headers: { ...commonHeaders(api.config, request, timing), ...reply.headers } });
  };
}

/** An endpoint on resources: how its input is read, and what is then done. */
export function endpoint<R extends Extract<Route, { resource: Resource }>, I>(
  readInput: (route: R, request: Request, cursorKey: string) => Input<I> | Promise<Input<I>>,
  operation: Operation<I>,
): Endpoint {
  return async ({ config }, route, request, store, done) => {
    const { resource } = route as R;
    const { input, presentation } = await readInput(route as R, request, config.cursorKey);
    done('input');
    const result = await operation(resource, input, store);
    done('operation');
    return writeResult(request, resource, result, presentation, (position) => sealCursor(config.cursorKey, resource.name, position));
  };
}

async function answer(api: Api, endpoints: Endpoints, request: Request, store: Store, done: Timing): Promise<Reply> {
  const route = findRoute(api.resources, request);
  done('route');
  if (route.operation === 'options') {
    return writeOptions(route.allow);
  }
  const found = endpoints[route.operation];
  if (found === undefined) {
    throw new Error(`serverless.yml sends ${request.method} /${request.segments.join('/')} to a function that does not serve "${route.operation}".`);
  }
  return found(api, route, request, store, done);
}

function asProblem(request: Request, error: unknown): Problem {
  if (error instanceof Problem) {
    return error;
  }
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  console.error(JSON.stringify({ level: 'error', message, requestId: request.id, method: request.method, path: `/${request.segments.join('/')}`, stack }));
  return new Problem('internal', 'Something is wrong on the server, and it has been logged: report the request id if it stays.');
}

function stopwatch(): { stations: [string, number][]; done: Timing; total: () => number } {
  const stations: [string, number][] = [];
  const start = performance.now();
  let last = start;
  return {
    stations,
    done(station) {
      const now = performance.now();
      stations.push([station, now - last]);
      last = now;
    },
    total: () => performance.now() - start,
  };
}
