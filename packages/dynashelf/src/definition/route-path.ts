// The path of a function's route: literal segments, and variables such as `{year}`, each of which is one segment.

/** The names of the variables of a path, as its type says them. */
export type VariablesOf<Path> = Path extends `${string}{${infer Name}}${infer Rest}` ? Name | VariablesOf<Rest> : never;

/** The names of the variables of a path, in their order. */
export function variablesIn(path: string): string[] {
  return partsOf(path).flatMap((part) => variableOf(part) ?? []);
}

/** The values of the variables where a path has these segments; undefined where it has others. */
export function valuesIn(path: string, segments: readonly string[]): ReadonlyMap<string, string> | undefined {
  const parts = partsOf(path);
  const fits =
    parts.length === segments.length &&
    parts.every((part, index) => (variableOf(part) === undefined ? part === segments[index] : segments[index] !== ''));
  return fits
    ? new Map(
        parts.flatMap((part, index) => {
          const name = variableOf(part);
          return name === undefined ? [] : [[name, segments[index]!] as const];
        }),
      )
    : undefined;
}

/** A path with values in the places of its variables. */
export function filledIn(path: string, values: Readonly<Record<string, unknown>>): string {
  return path.replace(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(String(values[name])));
}

/**
 * Why two different paths cannot both be served, as the end of a sentence; undefined where they can. API Gateway has
 * one name for the variables of one place. Where a literal segment and a variable stand in one place it goes by the
 * literal, and does not look back where that leads nowhere: so nothing may follow either.
 */
export function clashOf(one: string, other: string): string | undefined {
  const [parts, others] = [partsOf(one), partsOf(other)];
  const index = parts.findIndex((part, at) => part !== others[at]);
  const [here, there] = [parts[index], others[index]];
  if (here === undefined || there === undefined) {
    return undefined;
  }
  const [variable, twin] = [variableOf(here), variableOf(there)];
  if (variable !== undefined && twin !== undefined) {
    return `call one place "${variable}" and "${twin}", and API Gateway has one name for it: give both the same`;
  }
  const isLast = parts.length === index + 1 && others.length === index + 1;
  return isLast || (variable === undefined && twin === undefined)
    ? undefined
    : `have "${here}" and "${there}" in one place, and more behind, where API Gateway finds one of them alone: begin one of the two otherwise`;
}

function partsOf(path: string): string[] {
  return path.split('/').slice(1);
}

function variableOf(part: string): string | undefined {
  return /^\{(\w+)\}$/.exec(part)?.[1];
}
