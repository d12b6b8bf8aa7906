// What the environment says of webhooks, read where it is needed: a resource file is loaded by functions that have no
// use for it.
import { readSecrets } from '../../config';
import type { TargetRules } from './target';

/** What the environment says of webhooks. */
export interface WebhookSettings {
  /** What secrets are made of: by the first, those of new webhooks; by any, those that were made by it. */
  readonly keys: readonly [string, ...string[]];
  readonly rules: TargetRules;
}

const PORTS = [443, 8443];

/**
 * Reads the settings.
 * @throws Error naming the variable that is missing or wrong and where to set it
 */
export function readWebhookSettings(environment: NodeJS.ProcessEnv = process.env): WebhookSettings {
  const [first, ...more] = readSecrets(environment, 'WEBHOOK_KEY');
  if (first === undefined) {
    throw new Error(
      'The environment variable WEBHOOK_KEY is not set, of which the secrets of webhooks are made: serverless.yml sets it for the functions `write` and `deliver`; npm start and npm test set it themselves.',
    );
  }
  return { keys: [first, ...more], rules: { ports: ports(environment), isLocalAllowed: isLocalAllowed(environment) } };
}

function ports({ WEBHOOK_PORTS = '' }: NodeJS.ProcessEnv): readonly number[] {
  const texts = WEBHOOK_PORTS.split(',').map((text) => text.trim());
  if (WEBHOOK_PORTS === '') {
    return PORTS;
  }
  if (texts.some((text) => !/^[1-9]\d{0,4}$/.test(text) || Number(text) > 65_535)) {
    throw new Error(
      `The environment variable WEBHOOK_PORTS is "${WEBHOOK_PORTS}": write ports from 1 to 65535, separated by commas, or leave it out for ${PORTS.join(', ')}.`,
    );
  }
  return texts.map(Number);
}

function isLocalAllowed(environment: NodeJS.ProcessEnv): boolean {
  const { WEBHOOK_TARGETS = '' } = environment;
  if (!['', 'public', 'local'].includes(WEBHOOK_TARGETS)) {
    throw new Error(
      `The environment variable WEBHOOK_TARGETS is "${WEBHOOK_TARGETS}": write "public" or "local", or leave it out.`,
    );
  }
  // Only a local engine is reached by an endpoint of one's own, as src/config.ts has it.
  if (WEBHOOK_TARGETS === 'local' && environment['AWS_ENDPOINT_URL_DYNAMODB'] === undefined) {
    throw new Error(
      'The environment variable WEBHOOK_TARGETS is "local", which lets webhooks lead to the machine that sends them and is for a developer\'s machine alone: remove it.',
    );
  }
  return WEBHOOK_TARGETS === 'local';
}
