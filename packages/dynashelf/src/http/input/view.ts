// GET of an action that only reads: its parameters as what it is given.
import { EVERYTHING } from '../../definition/access';
import { decode, encode } from '#conversion';
import type { ViewInput } from '../../operations/view';
import { gatherFaults, Problem, type Fault, type Faults } from '../../problem';
import type { Json, JsonObject } from '../../values/json';
import { STORED } from '../../values/kinds';
import type { SchemaNode } from '../../values/node';
import { readPreconditions } from '../conditional';
import { negotiate } from '../media-type';
import type { Request } from '../request';
import { requireWhole } from './collection-access';
import type { Input, InputContext, ViewRoute } from './input';
import { readParameters, refuseFaulty } from './parameters';
import { readItem } from './whole-item';

/**
 * The input of an action that only reads.
 * @throws Problem `malformed-request` for parameters that are not as declared
 */
export async function readViewInput(
  { resource, id, action, name }: ViewRoute,
  request: Request,
  { access }: Pick<InputContext, 'access'>,
): Promise<Input<ViewInput>> {
  const permission = access.require(resource, name);
  if (id === undefined) {
    requireWhole(resource, name, permission);
  }
  negotiate(request);
  const faults = gatherFaults();
  const parameters = readParameters(request, [...action.query.keys()], faults);
  const given = new Map([...parameters].filter(([parameter]) => action.query.has(parameter)));
  const value = Object.fromEntries(
    [...given].map(([parameter, text]): [string, Json] => [
      parameter,
      valueOf(action.query.get(parameter)!, text, parameter, faults),
    ]),
  );
  refuseFaulty(faults);
  const query = await readQuery(action.query, value);
  return {
    input: { id, caller: access.caller, permission, name, action, query, preconditions: readPreconditions(request) },
    responseOptions: { resource, preferences: {}, permission, access },
  };
}

/** The value that a text stands for; of an array or a set several, separated by commas. */
function valueOf(node: SchemaNode, text: string, parameter: string, faults: Faults): Json {
  if (node.element !== undefined) {
    const element = node.element;
    return text.split(',').map((part) => valueOf(element, part, parameter, faults));
  }
  if (node.kind !== 'number' && node.kind !== 'boolean') {
    return text;
  }
  const operand = STORED[node.kind].operand!(node, text);
  if (typeof operand === 'object' && 'fault' in operand) {
    faults.add(() => ({ detail: operand.fault, parameter }));
    return null;
  }
  return operand as Json;
}

/** The values checked and filled like a body, each fault at its parameter. */
async function readQuery(attributes: ReadonlyMap<string, SchemaNode>, value: JsonObject): Promise<JsonObject> {
  try {
    const values = await readItem({ name: 'this action', attributes }, value, gatherFaults(), EVERYTHING);
    return await decode(attributes, encode(values));
  } catch (error) {
    if (!(error instanceof Problem) || error.type !== 'invalid') {
      throw error;
    }
    const errors = error.more.errors ?? [];
    throw new Problem(
      'malformed-request',
      'The request has parameters that cannot be served: correct what "errors" names.',
      { errors: { named: errors.map(atParameter), count: error.faultCount } },
    );
  }
}

function atParameter(fault: Fault): Fault {
  return 'pointer' in fault
    ? { detail: fault.detail, parameter: decodeURIComponent(fault.pointer.split('/')[1] ?? '') }
    : fault;
}
