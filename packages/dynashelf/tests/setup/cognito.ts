// An issuer whose tokens are as those of a Cognito user pool: access tokens name the client in `client_id` and have no
// audience, roles are the groups in `cognito:groups`
// (https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html).

import { makeKey, startIssuer } from './issuer';

export interface UserPool {
  /** As its tokens name it. */
  readonly issuer: string;
  readonly jwksUri: string;
  readonly clientId: string;
  /** The tokens of a user who is a member of some groups. */
  signIn(name: string, groups: readonly string[]): { AccessToken: string; IdToken: string };
  stop(): Promise<void>;
}

export async function startUserPool(): Promise<UserPool> {
  const issuer = await startIssuer(makeKey('RS256'));
  const clientId = '7lhlkkfbfb4q5kpp90urffao';
  return {
    issuer: issuer.url,
    jwksUri: `${issuer.url}/keys`,
    clientId,
    signIn(name, groups) {
      // A user of no group has no such claim.
      const of = {
        sub: name,
        roles: undefined,
        nbf: undefined,
        'cognito:groups': groups.length === 0 ? undefined : groups,
      };
      return {
        AccessToken: issuer.token({
          claims: {
            ...of,
            aud: undefined,
            client_id: clientId,
            token_use: 'access',
            scope: 'aws.cognito.signin.user.admin',
            username: name,
          },
        }),
        IdToken: issuer.token({
          claims: { ...of, aud: clientId, token_use: 'id', email: `${name}@example.org`, 'cognito:username': name },
        }),
      };
    },
    stop: async () => issuer.stop(),
  };
}
