// Which events an event source mapping of Lambda lets through, by its filter patterns
// (https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html).

/** A pattern: objects of lists of what may be there. */
export interface FilterPattern {
  readonly [name: string]: FilterPattern | readonly unknown[];
}

/** Whether one of some patterns fits an event, or there are none. @throws Error for a rule that is not known here */
export function passes(patterns: readonly FilterPattern[], event: unknown): boolean {
  return patterns.length === 0 || patterns.some((pattern) => fits(pattern, event));
}

function fits(pattern: FilterPattern, event: unknown): boolean {
  return Object.entries(pattern).every(([name, wanted]) => {
    if (name === '$or') {
      return (wanted as readonly FilterPattern[]).some((one) => fits(one, event));
    }
    const value =
      typeof event === 'object' && event !== null ? (event as Readonly<Record<string, unknown>>)[name] : undefined;
    return isList(wanted) ? wanted.some((rule) => holds(rule, value)) : fits(wanted, value);
  });
}

function isList(wanted: FilterPattern | readonly unknown[]): wanted is readonly unknown[] {
  return Array.isArray(wanted);
}

function holds(rule: unknown, value: unknown): boolean {
  if (typeof rule !== 'object' || rule === null) {
    return rule === value;
  }
  const [[name, operand] = ['', undefined]] = Object.entries(rule) as [string, unknown][];
  switch (name) {
    case 'prefix':
      return typeof value === 'string' && value.startsWith(String(operand));
    case 'suffix':
      return typeof value === 'string' && value.endsWith(String(operand));
    case 'exists':
      return (value !== undefined) === operand;
    case 'anything-but':
      return value !== undefined && ![operand].flat().some((one) => holds(one, value));
    default:
      throw new Error(`A filter pattern has the rule "${name}", which is not known on this machine.`);
  }
}
