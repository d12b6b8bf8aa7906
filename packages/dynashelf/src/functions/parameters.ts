// What a function asks a request that reads, as the parameters of its query.
import { Problem } from '../problem';
import type { Json } from '../values/json';

/**
 * The parameters of a list.
 * @throws Problem `malformed-request` for one of several values that has a comma
 */
export function listParameters(asked: Readonly<Record<string, unknown>>): [string, string][] {
  return Object.entries(asked).flatMap(([name, value]): [string, string][] => {
    const operators = typeof value === 'object' && value !== null ? Object.entries(value) : [['', value] as const];
    return operators
      .filter(([, operand]) => operand !== undefined)
      .map(([operator, operand]) => [operator === '' ? name : `${name}[${operator}]`, textOf(name, operand)]);
  });
}

/**
 * The parameters of an action that only reads.
 * @throws Problem `malformed-request` for one that no text stands for
 */
export function actionParameters(given: object): [string, string][] {
  // As JSON would carry it: without what is undefined.
  const values = JSON.parse(JSON.stringify(given)) as Record<string, Json>;
  return Object.entries(values).map(([name, value]) => {
    const several = [value].flat();
    if (several.length === 0 || several.some((one) => typeof one === 'object')) {
      throw new Problem(
        'malformed-request',
        `The parameter "${name}" is to be a text, a number, a boolean or one or more of them: leave it out where it has no value.`,
      );
    }
    return [name, textOf(name, value)];
  });
}

function textOf(name: string, operand: unknown): string {
  const operands = [operand].flat();
  if (Array.isArray(operand) && operands.some((one) => String(one).includes(','))) {
    throw new Problem(
      'malformed-request',
      `"${name}" has a value with a comma, which separates values: ask for that one by itself.`,
    );
  }
  return operands.map(String).join(',');
}
