// What an app deploys, as the engine derives it, without Serverless.

import { functionDefinition } from '../../src/serverless/functions';
import { parameters } from '../../src/serverless/parameters';
import { provider } from '../../src/serverless/provider';
import { resources } from '../../src/serverless/resources';
import { type FunctionName, type HttpEvent, ROUTES } from '../../src/serverless/routes';
import { tableResource } from '../../src/serverless/table';

/** A resource of the stack. */
export interface StackResource {
  readonly Type: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- templates are as free in shape as CloudFormation is
  readonly Properties: Record<string, any>;
}

/** Of the service `dynashelf`, at a stage, with some parameters. */
export function deployed(given: Readonly<Record<string, unknown>> = {}, stage = 'dev') {
  const known = parameters({ service: 'dynashelf', stage }, given);
  const names = Object.keys(ROUTES) as FunctionName[];
  const made = resources(known) as {
    Resources: Record<string, StackResource>;
    extensions: Record<string, { DependsOn: string[] }>;
  };
  const all: Record<string, StackResource> = { ...made.Resources, Table: tableResource(known) as StackResource };
  return {
    provider: provider(known),
    functions: Object.fromEntries(
      names.map((name) => [
        name,
        functionDefinition(name, known) as {
          environment?: Record<string, string>;
          timeout?: number;
          events: HttpEvent[];
        },
      ]),
    ),
    extensions: made.extensions,
    resources: all,
  };
}
