// An issuer of tokens, where the parameter userPool asks for one. Nobody signs up by himself: whoever runs the API
// makes users, and puts them into groups, which are the roles that access rules name.

import type { Parameters } from './parameters';

const CONDITION = 'HasUserPool';

/** Whether the stack makes a user pool. */
export function hasUserPool(parameters: Parameters): boolean {
  return parameters.oneOf('userPool', ['none', 'own']) === 'own';
}

/** What is there where the stack makes a user pool. */
export function userPoolConditions(parameters: Parameters): Record<string, object> {
  return { [CONDITION]: { 'Fn::Equals': [parameters.of('userPool'), 'own'] } };
}

/** What an administrator needs of it. */
export function userPoolOutputs(): Record<string, object> {
  return {
    UserPoolId: { Condition: CONDITION, Value: { Ref: 'UserPool' } },
    UserPoolClientId: { Condition: CONDITION, Value: { Ref: 'UserPoolClient' } },
  };
}

/** The issuer and the audience of its tokens, as CloudFormation knows them. */
export function userPoolTrust(): { readonly issuer: object; readonly audience: object } {
  return {
    issuer: { 'Fn::Sub': 'https://cognito-idp.${AWS::Region}.${AWS::URLSuffix}/${UserPool}' },
    audience: { Ref: 'UserPoolClient' },
  };
}

/** The pool and the client of an app. */
export function userPool(parameters: Parameters): Record<string, object> {
  return {
    UserPool: {
      Type: 'AWS::Cognito::UserPool',
      Condition: CONDITION,
      DeletionPolicy: parameters.of('tableDeletion'),
      UpdateReplacePolicy: parameters.of('tableDeletion'),
      Properties: {
        UserPoolName: `${parameters.service}-${parameters.stage}`,
        DeletionProtection: parameters.of('userPoolProtection'),
        UsernameAttributes: ['email'],
        AutoVerifiedAttributes: ['email'],
        AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
        AccountRecoverySetting: { RecoveryMechanisms: [{ Name: 'verified_email', Priority: 1 }] },
        Policies: { PasswordPolicy: { MinimumLength: 12 } },
        MfaConfiguration: 'OPTIONAL',
        EnabledMfas: ['SOFTWARE_TOKEN_MFA'],
      },
    },
    UserPoolClient: {
      Type: 'AWS::Cognito::UserPoolClient',
      Condition: CONDITION,
      Properties: {
        UserPoolId: { Ref: 'UserPool' },
        ClientName: parameters.service,
        GenerateSecret: false,
        ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH', 'ALLOW_ADMIN_USER_PASSWORD_AUTH'],
        PreventUserExistenceErrors: 'ENABLED',
        EnableTokenRevocation: true,
        AccessTokenValidity: 60,
        IdTokenValidity: 60,
        TokenValidityUnits: { AccessToken: 'minutes', IdToken: 'minutes' },
      },
    },
  };
}
