// What is wrong with a deployment before anything is built: its stage, its parameters, and what the functions would not
// start with.

import { readConfig, requireCursorKeys } from '../config';
import { readWebhookSettings } from '../events/webhooks/settings';
import { didYouMean } from '../values/nearest';
import { type Environment, unknownDrops } from './deployment-losses';

/** What is to be packaged or deployed. */
export interface Deployment {
  readonly stage: string;
  /** `params:` of serverless.yml: by stage, by name. */
  readonly params: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Parameters of the command line, `name=value` each. */
  readonly given: readonly string[];
  /** By function. */
  readonly environments: Readonly<Record<string, Environment>>;
}

/** @returns each mistake as a sentence that says what to do */
export function deploymentMistakes(deployment: Deployment): string[] {
  if (deployment.stage === 'local') {
    return [
      'The stage "local" is for npm start, which reads the environment of a developer: choose another, as in --stage dev.',
    ];
  }
  const unknown = unknownParameters(deployment);
  // A slip of a name is the cause of what else is wrong.
  return unknown.length > 0
    ? unknown
    : [...dropMistakes(deployment), ...contradictions(deployment), ...refusals(deployment)];
}

/** What this one deployment may take away: the parameter `drop`. */
export function dropOf(deployment: Deployment): string {
  return String(valueOf(deployment, 'drop'));
}

function dropMistakes(deployment: Deployment): string[] {
  const drop = dropOf(deployment);
  return drop !== '' && !deployment.given.some((pair) => pair.startsWith('drop='))
    ? ['The parameter drop is for one deployment: say it on the command line, and take it out of serverless.yml.']
    : unknownDrops(drop);
}

/** Every parameter that there is has a default. */
function unknownParameters({ params, given }: Deployment): string[] {
  const known = Object.keys(params['default'] ?? {});
  const named = [
    ...given.map((pair) => [/^[^=]*/.exec(pair)![0], 'the command line'] as const),
    ...Object.entries(params).flatMap(([stage, block]) =>
      Object.keys(block ?? {}).map((name) => [name, `params.${stage} of serverless.yml`] as const),
    ),
  ];
  return named
    .filter(([name]) => !known.includes(name))
    .map(([name, place]) => `There is no parameter "${name}", which ${place} names.${didYouMean(name, known)}`);
}

function contradictions(deployment: Deployment): string[] {
  const issuers = Object.values(deployment.environments).map((environment) => environment['TOKEN_ISSUER'] ?? '');
  const isOwn = issuers.some((issuer) => typeof issuer === 'object');
  return [
    ...(isOwn && valueOf(deployment, 'tokenIssuer') !== ''
      ? [
          'The parameter userPool is "own", and tokens of no other issuer are trusted then: leave out tokenIssuer, or userPool.',
        ]
      : []),
    ...(valueOf(deployment, 'tokens') === 'required' && issuers.every((issuer) => issuer === '')
      ? [
          'The parameter tokens is "required", and no tokens are trusted: set tokenIssuer and tokenAudience, or userPool to "own".',
        ]
      : []),
  ];
}

function valueOf({ stage, params, given }: Deployment, name: string): unknown {
  const last = given.filter((pair) => pair.startsWith(`${name}=`)).at(-1);
  return last?.slice(name.length + 1) ?? params[stage]?.[name] ?? params['default']?.[name] ?? '';
}

/** What the functions would refuse when they start, which is when the first request waits for them. */
function refusals({ environments, params }: Deployment): string[] {
  const said = Object.entries(environments).flatMap(([name, environment]) => {
    try {
      const config = readConfig(resolved(environment));
      if (name === 'read') {
        requireCursorKeys(config);
      }
      if (environment['WEBHOOK_KEY'] !== undefined) {
        readWebhookSettings(resolved(environment));
      }
      return [];
    } catch (error) {
      return [(error as Error).message];
    }
  });
  return [...new Set(said)].map(
    (message) => `${message}${parametersOf(message, Object.keys(params['default'] ?? {}))}`,
  );
}

/** Which parameters set the variables that a sentence names. */
function parametersOf(message: string, known: readonly string[]): string {
  const names = [...new Set(message.match(/\b[A-Z]+(?:_[A-Z]+)+\b/g))].map(
    (variable) =>
      [variable, variable.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())] as const,
  );
  return names
    .filter(([, name]) => known.includes(name))
    .map(([variable, name]) => ` The parameter ${name} sets ${variable}.`)
    .join('');
}

/** A text that is good for whatever CloudFormation puts in: an issuer, an audience, a secret. */
const LATER = 'https://known-when-it-is-deployed.example';

function resolved(environment: Environment): NodeJS.ProcessEnv {
  const text = (value: unknown): string =>
    typeof value === 'string'
      ? value.replace(/\{\{resolve:[^}]*\}\}/g, LATER)
      : isSubstituted(value)
        ? value['Fn::Sub'].replace(/\$\{[^}]*\}/g, 'later')
        : typeof value === 'object' && value !== null
          ? LATER
          : String(value);
  return Object.fromEntries(
    Object.entries(environment)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, text(value)]),
  );
}

/** Whether a value is a text of which CloudFormation fills in parts. */
function isSubstituted(value: unknown): value is { readonly 'Fn::Sub': string } {
  return typeof (value as { 'Fn::Sub'?: unknown } | null)?.['Fn::Sub'] === 'string';
}
