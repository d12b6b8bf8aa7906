// The Lambda function of a function's file: called by a route as any part of the API is, else with an event.
import { randomUUID } from 'node:crypto';
import { connect } from '#connect';
import { isOpenToAll } from '../authorization/call';
import { readConfig } from '../config';
import { problemsOfAll } from '../definition/own-problems';
import { filledIn } from '../definition/route-path';
import { declarationOf, type FunctionDeclaration, type LoadedFunction } from '../definition/function';
import { callEndpoint, type Call, type FunctionAnswer } from '../http/endpoints/call';
import type { Api } from '../http/endpoints/endpoint';
import { readBody } from '../http/input/call';
import type { Parsed } from '../http/input/json';
import { isGatewayEvent } from '../http/request';
import { serve } from '../http/serve';
import { logError, redact } from '../log';
import { gatherFaults, Problem } from '../problem';
import { runOwnCode } from '../transaction/thrown-problem';
import { SYSTEM } from '../values/caller';
import { storeOpener } from '../store/store';
import type { Caller } from '../values/caller';
import type { Json, JsonObject } from '../values/json';
import { DEFINED, type Context, type Defined, type FunctionHandler } from './defined';
import type { MessageEvent } from './delivery';
import { openClient } from './open-client';

/** Milliseconds that stay for the end of a call that no gateway waits for. */
const MARGIN = 500;

/** Milliseconds that a call has where nobody says how many: Lambda's most. */
const LONGEST = 900_000;

/** What others have to know of a function that serverless.yml has by a name. */
export function declare(name: string, { loaded }: Defined): FunctionDeclaration {
  return declarationOf(name, loaded, isOpenToAll(loaded));
}

/** Makes the Lambda function. What is not given is as the environment says, once it is called. */
export function functionHandler(served: Defined['served'], loaded: LoadedFunction): FunctionHandler {
  let opened: FunctionHandlerParts | undefined;
  const handler = async (event: unknown, context?: Context): Promise<unknown> => {
    opened ??= openParts({ served, loaded });
    return loaded.route === undefined ? opened.run(event, context) : opened.answer(event, context);
  };
  return Object.assign(handler, { [DEFINED]: { served, loaded } });
}

/** What a test calls a function with, as it is: no route, no rules. */
export interface DirectCall {
  /** As the function declares it: attributes, which are checked; or bytes. */
  readonly body?: unknown;
  /** The variables of its path, as JSON. */
  readonly params?: object | undefined;
  /** The parameters of its query, as JSON. */
  readonly query?: object | undefined;
  /** The system, without it. */
  readonly caller?: Caller | undefined;
  /** By their names in lower case. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/**
 * Calls the code of a function.
 * @returns what it answers
 * @throws Problem what it throws, or `invalid` for a body or parameters that are not as it declares them
 */
export async function callDirectly(handler: FunctionHandler, given: DirectCall): Promise<unknown> {
  return openParts(handler[DEFINED]).callDirectly(given);
}

interface FunctionHandlerParts {
  readonly callDirectly: (given: DirectCall) => Promise<unknown>;
  readonly answer: (event: unknown, context?: Context) => Promise<unknown>;
  readonly run: (event: unknown, context?: Context) => Promise<unknown>;
}

function openParts({ served, loaded }: Defined): FunctionHandlerParts {
  const api: Api = {
    ...served,
    config: served.config ?? readConfig(process.env),
    send: served.send ?? connect(),
    functions: [declarationOf('', loaded, isOpenToAll(loaded))],
  };
  const open = storeOpener(api.config.tableName, api.resources);
  const call = async (given: object, id: string, deadline: number): Promise<unknown> =>
    loaded.run({ ...given, api: openClient({ api, open, loaded, id, deadline }), deadline: new Date(deadline) });

  const { method: ofRoute = '', path: ofPath = '' } = loaded.route ?? {};
  // What it has others carry out throws what resource files name.
  const described = [...loaded.problems, ...problemsOfAll(api.resources)];

  const byRoute = async ({ request, ...given }: Call): Promise<FunctionAnswer | undefined> => {
    const asked = {
      id: request.id,
      method: request.method === 'HEAD' ? 'GET' : request.method,
      path: `/${request.segments.join('/')}`,
      headers: Object.fromEntries(request.headers ?? []),
    };
    return runOwnCode(`${ofRoute} ${ofPath}`, 'function', described, () =>
      call({ ...given, request: asked, now: new Date() }, request.id, request.deadline),
    ) as Promise<FunctionAnswer | undefined>;
  };
  const requests = serve(api, open, { call: callEndpoint(loaded, byRoute) });

  return {
    async answer(event, context) {
      if (!isGatewayEvent(event)) {
        throw new Error(
          `This function is called by its route, ${ofRoute} ${ofPath}, and the event is no request: send one, or define another function without a route.`,
        );
      }
      return requests(event, withContext(context));
    },
    async callDirectly({ body, params = {}, query = {}, caller = SYSTEM, headers = {} }) {
      const id = randomUUID();
      return call(
        {
          body: loaded.body instanceof Map ? await readBody(loaded.body, parsed(body ?? {})) : body,
          params: await readBody(loaded.params, parsed(params)),
          query: await readBody(loaded.query, parsed(query)),
          caller,
          now: new Date(),
          ...(loaded.route !== undefined && {
            request: { id, method: ofRoute, path: filledIn(ofPath, { ...params }), headers },
          }),
        },
        id,
        Date.now() + LONGEST,
      );
    },
    async run(event, context) {
      const remaining = context?.getRemainingTimeInMillis?.() ?? LONGEST;
      const id = randomUUID();
      try {
        const given = await readEvent(loaded, event);
        return await call({ ...given, caller: SYSTEM, params: {}, query: {} }, id, Date.now() + remaining - MARGIN);
      } catch (error) {
        throw toFailure(error, id);
      }
    },
  };
}

function withContext(context: Context | undefined): { getRemainingTimeInMillis(): number } | undefined {
  const remaining = context?.getRemainingTimeInMillis?.();
  return remaining === undefined ? undefined : { getRemainingTimeInMillis: () => remaining };
}

/** A value as the body of a request would have it. */
function parsed(value: unknown): Parsed {
  return { value: value as Json, faults: gatherFaults() };
}

/** What an event brings: the time of a schedule, or a body. @throws Problem `invalid` */
async function readEvent(
  loaded: LoadedFunction,
  event: unknown,
): Promise<{ body?: JsonObject; now: Date; key?: string; attempt?: number }> {
  if (loaded.message !== undefined) {
    const { body, key, attempt } = requireMessage(loaded.message, event);
    // It was checked when it was sent.
    return { body, key, attempt, now: new Date() };
  }
  if (loaded.body instanceof Map) {
    return {
      body: await readBody(loaded.body, parsed(event ?? {})),
      now: new Date(),
    };
  }
  const time = (event as { time?: unknown } | undefined)?.time;
  const now = loaded.schedule !== undefined && typeof time === 'string' ? new Date(time) : new Date();
  return { now: Number.isNaN(now.getTime()) ? new Date() : now };
}

/** @throws Error for what is no message of the kind that the function takes */
function requireMessage(name: string, event: unknown): MessageEvent {
  const given = (event ?? {}) as Partial<MessageEvent>;
  if (given.message !== name || typeof given.key !== 'string' || typeof given.body !== 'object') {
    throw new Error(
      `This function takes the message "${name}", and the event is none: { message, key, body, attempt }.`,
    );
  }
  return { attempt: 1, sentAt: '', ...given } as MessageEvent;
}

/** What is thrown to Lambda, which logs it as it is: without secrets. */
function toFailure(error: unknown, requestId: string): Error {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const { errors = [] } = error instanceof Problem ? error.more : {};
  const faults = errors.map((fault) => `${'pointer' in fault ? `${fault.pointer}: ` : ''}${fault.detail}`);
  logError({ message: [message, ...faults].join(' '), requestId, stack });
  const failure = new Error(redact([message, ...faults].join(' ')));
  failure.stack = failure.message;
  return failure;
}
