// Whom the API tells of itself: everyone or, where its description is private, callers with good credentials.
import { readCaller } from '../authentication/caller';
import { unauthenticated } from '../authorization/refusal';
import type { Config } from '../config';
import type { Request } from './request';

/**
 * Whether what the API says of itself is for callers with credentials alone. Where access is open, nobody is asked for
 * any.
 */
export function isClosed({ access, description }: Pick<Config, 'access' | 'description'>): boolean {
  return access !== 'open' && description === 'private';
}

/**
 * Refuses whoever is nobody in particular, where that is so. The gateway has refused them already, if it is
 * configured as serverless.yml says; this does not depend on it.
 * @throws Problem `unauthenticated`, or `forbidden` where the deployment trusts no credentials
 */
export function refuseStrangers(config: Config, request: Request): void {
  if (isClosed(config) && readCaller(config, request.credentials).kind === 'anonymous') {
    throw unauthenticated(
      'What this API says of itself is not open to everyone: send credentials, such as Authorization: Bearer with a token.',
    );
  }
}
