// What a deployment would take away from the one before it, most likely because a parameter of the last one was
// forgotten.

import { didYouMean } from '../values/nearest';

/** Variables of a function as serverless.yml has them; what is no text is resolved by CloudFormation. */
export type Environment = Readonly<Record<string, unknown>>;

interface Loss {
  /** The word of the parameter `drop` that allows it. */
  readonly word: string;
  isLost(deployed: Environment, next: Environment): boolean;
  say(deployed: Environment, next: Environment): string;
}

const isOwnPool = ({ TOKEN_ISSUER: issuer }: Environment): boolean => typeof issuer === 'object' && issuer !== null;

const LOSSES: readonly Loss[] = [
  {
    word: 'table',
    isLost: (deployed, next) => deployed['TABLE_NAME'] !== next['TABLE_NAME'],
    say: (deployed, next) =>
      `give up the table ${named(deployed['TABLE_NAME'])} with its data, for an empty one named ${named(next['TABLE_NAME'])} (parameter tableName)`,
  },
  {
    word: 'userPool',
    isLost: (deployed, next) => isOwnPool(deployed) && !isOwnPool(next),
    say: () => 'give up the user pool with its users (parameter userPool, which was "own")',
  },
  {
    word: 'tokenIssuer',
    isLost: (deployed, next) => !isOwnPool(deployed) && isSet(deployed['TOKEN_ISSUER']) && !isSet(next['TOKEN_ISSUER']),
    say: (deployed) =>
      `trust no tokens any more, where those of ${named(deployed['TOKEN_ISSUER'])} were trusted (parameter tokenIssuer)`,
  },
  {
    word: 'apiKeys',
    isLost: (deployed, next) => isSet(deployed['API_KEYS']) && !isSet(next['API_KEYS']),
    say: () => 'ask for no API key any more, and delete the one of the stack (parameter apiKeys, which was "required")',
  },
  {
    word: 'description',
    isLost: (deployed, next) => deployed['API_DESCRIPTION'] === 'private' && next['API_DESCRIPTION'] !== 'private',
    say: () => 'tell everyone what is served (parameter description, which was "private")',
  },
];

const isSet = (value: unknown): boolean => value !== undefined && value !== '';
const named = (value: unknown): string => (typeof value === 'string' ? `"${value}"` : 'that CloudFormation names');

/**
 * What would be lost and was not said to be.
 * @param deployed the variables of a function as it is deployed
 * @param next the same as it is to be
 * @param drop what may go: words separated by commas
 * @returns each loss as a sentence that says what to do
 */
export function deploymentLosses(deployed: Environment, next: Environment, drop: string, stage: string): string[] {
  const allowed = wordsOf(drop);
  const losses = LOSSES.filter(({ word, isLost }) => !allowed.includes(word) && isLost(deployed, next));
  return losses.map(
    ({ word, say }) =>
      `This deployment would ${say(deployed, next)}. Settings that last stand under params.${stage} of serverless.yml. If it is meant: --param drop=${[...allowed, word].join(',')}`,
  );
}

/** Whether a deployment may delete or replace what the stack policy protects. */
export function liftsProtection(drop: string): boolean {
  return wordsOf(drop).some((word) => word === 'table' || word === 'userPool');
}

/** The words of `drop` that mean nothing, each as a sentence. */
export function unknownDrops(drop: string): string[] {
  const words = LOSSES.map(({ word }) => word);
  return wordsOf(drop)
    .filter((word) => !words.includes(word))
    .map(
      (word) => `The parameter drop names "${word}", which is none of ${words.join(', ')}.${didYouMean(word, words)}`,
    );
}

function wordsOf(drop: string): string[] {
  return drop
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

/** The variables of the functions in a template. */
export function environmentsIn(template: unknown): Environment[] {
  const resources = Object.values(
    (
      template as
        { Resources?: Record<string, { Properties?: { Environment?: { Variables?: Environment } } }> } | undefined
    )?.Resources ?? {},
  );
  return resources
    .map((resource) => resource.Properties?.Environment?.Variables)
    .filter((variables) => variables?.['TABLE_NAME'] !== undefined) as Environment[];
}
