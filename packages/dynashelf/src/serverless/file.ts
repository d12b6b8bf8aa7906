// What the files of serverless/ give to `${file(…)}`: functions that Serverless calls, with the parameters of the
// deployment.

import { defaultParameters, parameters, type Parameters } from './parameters';

/** What Serverless gives to such a function. */
export interface Variables {
  readonly resolveVariable: (source: string) => Promise<unknown>;
}

/** A function for Serverless, of one that makes a part of its configuration of the parameters. */
export function fromParameters<T>(make: (known: Parameters) => T | Promise<T>): (variables: Variables) => Promise<T> {
  return async (variables) => make(await readParameters(variables));
}

async function readParameters({ resolveVariable }: Variables): Promise<Parameters> {
  const [service, stage] = (await Promise.all([resolveVariable('self:service'), resolveVariable('sls:stage')])) as [
    string,
    string,
  ];
  const names = Object.keys(defaultParameters({ service, stage }));
  const values = await Promise.all(
    names.map(async (name) => [name, await resolveVariable(`param:${name}, null`)] as const),
  );
  return parameters({ service, stage }, Object.fromEntries(values), process.env);
}
