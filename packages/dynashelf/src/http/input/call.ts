// What a function of the app's own is called with: parameters and body, checked whole. 400, 413, 415 and 422 are found
// here.
import type { LoadedFunction } from '../../definition/function';
import { EVERYTHING } from '../../definition/access';
import { valuesIn } from '../../definition/route-path';
import { MOST_BODY_BYTES } from '../../definition/limits';
import { gatherFaults, Problem, type Fault } from '../../problem';
import { decode, encode } from '#conversion';
import type { Json, JsonObject } from '../../values/json';
import { STORED } from '../../values/kinds';
import type { SchemaNode } from '../../values/node';
import { JSON_TYPE, readContentType } from '../media-type';
import type { Request } from '../request';
import { parseBody } from './body';
import { readParameters, refuseFaulty } from './parameters';
import { readItem } from './whole-item';
import type { Parsed } from './json';

/** What a request brings to a function. */
export interface CallInput {
  /** Attributes as they are declared; or bytes; undefined where none are. */
  readonly body: JsonObject | Uint8Array | undefined;
  readonly params: JsonObject;
  readonly query: JsonObject;
}

/** @throws Problem `malformed-request`, `too-large`, `unsupported-media-type`, `invalid` */
export async function readCallInput(loaded: LoadedFunction, request: Request): Promise<CallInput> {
  const { body } = loaded;
  const texts = await readTexts(loaded, request);
  if (body === undefined) {
    return { body, ...texts };
  }
  if (body === 'raw') {
    return { body: bytesOf(request), ...texts };
  }
  readContentType(request, [JSON_TYPE]);
  const parsed = request.body === undefined ? { value: {}, faults: gatherFaults() } : parseBody(request);
  return { body: await readBody(body, parsed), ...texts };
}

/**
 * Attributes that are no item's, as an item that was stored would be seen: with defaults, and changed by each `set`.
 * @throws Problem `invalid` with every fault
 */
export async function readBody(
  attributes: ReadonlyMap<string, SchemaNode>,
  { value, faults }: Parsed,
): Promise<JsonObject> {
  const values = await readItem({ name: 'this function', attributes }, value, faults, EVERYTHING);
  return decode(attributes, encode(values));
}

function bytesOf({ body }: Request): Uint8Array {
  const bytes = Buffer.from(body?.text ?? '', body?.isBase64 === true ? 'base64' : 'utf8');
  if (bytes.length > MOST_BODY_BYTES) {
    throw new Problem(
      'too-large',
      `The body has ${bytes.length} bytes, and at most ${MOST_BODY_BYTES} are taken: send less at once.`,
    );
  }
  return bytes;
}

/** What the path and the query say, with every fault of both. No name stands in both. */
async function readTexts(
  { route, params, query }: LoadedFunction,
  request: Request,
): Promise<Pick<CallInput, 'params' | 'query'>> {
  const attributes = new Map([...query, ...params]);
  const faults = gatherFaults();
  const texts = [
    ...readParameters(request, [...query.keys()], faults),
    ...(valuesIn(route?.path ?? '', request.segments) ?? []),
  ];
  const values: Record<string, Json> = {};
  for (const [parameter, text] of texts) {
    const node = attributes.get(parameter);
    const value = node && STORED[node.kind].operand?.(node, text);
    if (typeof value === 'object' && 'fault' in value) {
      faults.add(() => ({ detail: value.fault, parameter }));
    } else if (node !== undefined) {
      // Of a date the text is what is sent in JSON.
      values[parameter] = node.kind === 'date' ? text : (value as Json);
    }
  }
  refuseFaulty(faults);
  try {
    const read = Object.entries(await readBody(attributes, { value: values, faults }));
    return {
      params: Object.fromEntries(read.filter(([name]) => params.has(name))),
      query: Object.fromEntries(read.filter(([name]) => query.has(name))),
    };
  } catch (error) {
    if (!(error instanceof Problem) || error.more.errors === undefined) {
      throw error;
    }
    throw new Problem(
      'malformed-request',
      'The request has parameters that cannot be served: correct what "errors" names.',
      {
        errors: error.more.errors.map(asParameter),
      },
    );
  }
}

function asParameter(fault: Fault): Fault {
  return 'pointer' in fault
    ? { detail: fault.detail, parameter: decodeURIComponent(fault.pointer.slice('#/'.length)) }
    : fault;
}
