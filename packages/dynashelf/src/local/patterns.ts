// Regular expressions of resource files that a hostile text could keep busy for minutes: refused before anything is
// started, built, tested or deployed. docs/decisions/patterns.md says why not when a function starts.

import { checkSync, type Diagnostics } from 'recheck';
import { MOST_BODY_BYTES, MOST_CREATED } from '../definition/limits';
import { actionsOf } from '../definition/action';
import type { SchemaNode } from '../values/node';
import type { Resource } from '../definition/resource';

// Its engine in JavaScript: the others start a Java process, or a binary of the machine's own.
process.env.RECHECK_BACKEND = 'pure';
process.env.RECHECK_SYNC_BACKEND = 'pure';

/** Steps of a backtracking engine that one request may cost by one pattern: below a second. */
const MOST_STEPS = 1e8;

/** Each dangerous pattern as a sentence with its file, its attribute and a remedy. */
export function patternMistakes(
  resources: Iterable<Pick<Resource, 'name' | 'attributes' | 'actions' | 'collectionActions'>>,
): string[] {
  return [...resources].flatMap(({ name, attributes, ...resource }) =>
    [attributes, ...Object.values(actionsOf(resource)).map(({ body }) => body)]
      .flatMap((nodes) => [...nodes])
      .flatMap(([attribute, node]) => mistakesOf(node, attribute, false))
      .map((mistake) => `src/resources/${name}.ts: ${mistake}`),
  );
}

/** What is wrong with one regular expression for texts of a greatest length, if anything is. */
export function dangerOf(expression: RegExp, longest: number | undefined, isRepeated = false): string | undefined {
  const found = diagnose(expression);
  if (found.status === 'unknown') {
    return 'could not be analysed: make it simpler';
  }
  if (found.status === 'safe') {
    return undefined;
  }
  const { complexity } = found;
  if (complexity.type === 'exponential') {
    return 'takes exponential time on some texts, whatever their length: write it so that no text can be matched in two ways, such as (a|b)+ for (a+|b)+';
  }
  const { degree } = complexity;
  const cost = longest === undefined ? Infinity : stepsOf(longest, degree, isRepeated);
  return cost <= MOST_STEPS
    ? undefined
    : `takes time that grows with the length of a text to the power of ${degree}: add a maxLength of at most ${greatestLength(degree, isRepeated)}, or anchor it with ^ and write it so that no text can be matched in two ways`;
}

function mistakesOf(node: SchemaNode, path: string, isRepeated: boolean): string[] {
  const { pattern, validate, maxLength } = node.keywords;
  const own = [
    ...(pattern === undefined ? [] : [['pattern', new RegExp(pattern, 'u')] as const]),
    ...(validate instanceof RegExp ? [['validate', validate] as const] : []),
  ].flatMap(([word, expression]) => {
    const danger = dangerOf(expression, maxLength, isRepeated);
    return danger === undefined ? [] : [`attribute "${path}" has a ${word} that ${danger} (${String(expression)})`];
  });
  return [
    ...own,
    ...[...node.properties].flatMap(([name, member]) => mistakesOf(member, `${path}.${name}`, isRepeated)),
    ...(node.element === undefined ? [] : mistakesOf(node.element, `${path}[]`, true)),
  ];
}

function diagnose({ source, flags }: RegExp): Diagnostics {
  // Without a clock and from one seed, so that it says the same on every machine.
  return checkSync(source, flags, { timeout: null, attackTimeout: null, incubationTimeout: null, randomSeed: 1 });
}

/**
 * What all texts of one request cost: one of each item that it can hold, or as many elements as a body has room for.
 */
function stepsOf(length: number, degree: number, isRepeated: boolean): number {
  return length ** degree * (isRepeated ? MOST_BODY_BYTES / length : MOST_CREATED);
}

function greatestLength(degree: number, isRepeated: boolean): number {
  const room = MOST_STEPS / (isRepeated ? MOST_BODY_BYTES : MOST_CREATED);
  return Math.floor(room ** (1 / (isRepeated ? degree - 1 : degree)));
}
