// Which credentials the API is described with, where it is not the API itself that is asked.

import { readConfig } from '../config';
import { trustedBy, type TrustedCredentials } from '../description/trusted-credentials';

/**
 * What the variables of a deployment trust, as far as they are set. Without them it is tokens of an issuer that is not
 * known yet: with rules and without credentials a deployed API would serve nothing. `ACCESS=open` describes the API of
 * `npm start`.
 * @throws Error naming the variable that is wrong
 */
export function trustedIn(environment: NodeJS.ProcessEnv): TrustedCredentials | undefined {
  // What has no part in the description is given, and no way of writing an issuer refused.
  const config = readConfig({
    ...environment,
    TABLE_NAME: 'any',
    CURSOR_KEY: 'of no meaning here',
    READ_LIMIT: '',
    CORS_ORIGINS: '*',
    AWS_ENDPOINT_URL_DYNAMODB: 'http://localhost',
  });
  const trusted = trustedBy(config);
  return trusted === undefined || trusted.tokens !== undefined || trusted.apiKeys
    ? trusted
    : { ...trusted, tokens: { issuer: undefined } };
}
