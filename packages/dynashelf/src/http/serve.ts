// The way of a request, from event to answer: the list of its stations, and the only try/catch.
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { readCaller } from '../authentication/caller';
import { openAccess, type Access } from '../authorization/permission';
import type { Config } from '../config';
import type { Resource } from '../definition/resource';
import type { Info } from '../description/info';
import { logError } from '../log';
import type { Operation, Result } from '../operations/result';
import { Problem } from '../problem';
import { sealCursor } from '../store/query/cursor';
import type { Reader, StoreOptions } from '../store/reader';
import type { Send } from '../store/client/send';
import { isCostShown } from './cost-shown';
import { soundEvent } from './event';
import { refuseExcess } from './input/limits';
import { commonHeaders, serverTiming } from './headers';
import { readIdempotency } from './idempotency';
import type { Input } from './input/item';
import { writeOptions } from './options';
import { readRequest, type Request } from './request';
import { toGateway, writeProblem, writeResult, type Reply } from './response';
import { findRoute, type Route, type RoutedOperation } from './route';
import { refuseUnsendable } from './sendable';
import { isClosed } from './strangers';

/** What is served, and of what. */
export interface Api {
  readonly resources: ReadonlyMap<string, Resource>;
  readonly config: Config;
  readonly send: Send;
  /** What the app is called, for the functions that say it. */
  readonly info?: Info | undefined;
  /** How many actions a transaction holds; DynamoDB's own limit without it. */
  readonly transactionSize?: number;
}

/** Notes that a station is passed. */
type Timing = (station: string) => void;

/** What answers one kind of route. */
export type Endpoint<S extends Reader = Reader> = (
  api: Api,
  route: Route,
  request: Request,
  store: S,
  done: Timing,
) => Promise<Reply>;

/** The endpoints that one function serves. */
export type Endpoints<S extends Reader> = Readonly<Partial<Record<RoutedOperation, Endpoint<S>>>>;

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
  return async (event, context) => {
    const request = readRequest(soundEvent(event), context?.getRemainingTimeInMillis?.());
    const store = open({
      send: api.send,
      tableName: api.config.tableName,
      readLimit: api.config.readLimit,
      resources: api.resources,
      deadline: request.deadline,
      ...(api.transactionSize !== undefined && { transactionSize: api.transactionSize }),
    });
    const { stations, done, total } = stopwatch();
    const reply = await answer(api, endpoints, request, store, done).catch((error: unknown) =>
      writeProblem(request, asProblem(request, error)),
    );
    const { reads, writes } = store.cost;
    // An error would tell by its units how large the item is that is not there for the caller.
    const isShown = api.config.access === 'open' || (reply.status < 400 && reply.isCostHidden !== true);
    const timing = serverTiming(
      [...stations, ['total', total()]],
      isShown && reads + writes > 0 ? store.cost : undefined,
    );
    return toGateway(request, {
      ...reply,
      headers: { ...commonHeaders(api.config, request, timing, reply.vary), ...reply.headers },
    });
  };
}

/** What the input of a request is read by. */
export interface Reading {
  readonly resources: ReadonlyMap<string, Resource>;
  readonly cursorKeys: Config['cursorKeys'];
  readonly access: Access;
}

/** How the input of a request is read; first of all it asks what the caller may do. */
export type ReadInput<R, I> = (route: R, request: Request, reading: Reading) => Input<I> | Promise<Input<I>>;

/** An endpoint on resources: how its input is read, and what is then done. */
export function endpoint<R extends Extract<Route, { resource: Resource }>, I, S extends Reader>(
  readInput: ReadInput<R, I>,
  operation: Operation<I, S>,
): Endpoint<S> {
  return async ({ config, resources }, route, request, store, done) => {
    const { resource } = route as R;
    const access = openAccess(readCaller(config, request.credentials));
    const { input, presentation } = await readInput(route as R, request, {
      resources,
      cursorKeys: config.cursorKeys,
      access,
    });
    done('input');
    const write = (result: Result): Reply =>
      writeResult(request, resource, result, presentation, (position) =>
        sealCursor(config.cursorKeys, presentation.cursorBinding!, position),
      );
    const result = await operation(
      resource,
      input,
      store,
      readIdempotency(request, access.caller, (outcome) => JSON.stringify(write(outcome))),
      (outcome) => refuseUnsendable(write(outcome)),
    );
    done('operation');
    const reply = write(result);
    return isCostShown(resources, request, presentation, result) ? reply : { ...reply, isCostHidden: true };
  };
}

async function answer<S extends Reader>(
  api: Api,
  endpoints: Endpoints<S>,
  request: Request,
  store: S,
  done: Timing,
): Promise<Reply> {
  refuseExcess(request);
  const route = findRoute(api.resources, request, isClosed(api.config));
  done('route');
  if (route.operation === 'options') {
    return writeOptions(route.allow);
  }
  const found = endpoints[route.operation];
  if (found === undefined) {
    throw new Error(
      `serverless.yml sends ${request.method} /${request.segments.join('/')} to a function that does not serve "${route.operation}".`,
    );
  }
  return found(api, route, request, store, done);
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
