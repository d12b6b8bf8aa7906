// The stack as it is deployed, and what a deployment needs of AWS beside it: by the SDK and the credentials of
// Serverless itself.

import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';

import { parse } from 'yaml';

/** A client of the AWS SDK, as far as it is used here. */
interface Client {
  send(command: object): Promise<Record<string, unknown>>;
}
type Commands = Record<string, new (input: object) => object>;

/** What Serverless knows of the account: region and credentials. */
export type ClientConfig = object;

/** A stack of CloudFormation, as it is deployed. */
export interface DeployedStack {
  readonly template: unknown;
  /** When it was last made or changed. */
  readonly changed: Date;
}

/** Serverless brings its own SDK. */
const ofServerless = createRequire(require.resolve('serverless/package.json'));

/** The stack of that name; undefined where there is none yet. */
export async function deployedStack(config: ClientConfig, name: string): Promise<DeployedStack | undefined> {
  const send = cloudFormation(config);
  try {
    const { Stacks } = (await send('DescribeStacks', { StackName: name })) as {
      Stacks: { CreationTime: Date; LastUpdatedTime?: Date }[];
    };
    const { TemplateBody } = await send('GetTemplate', { StackName: name });
    return { template: parse(String(TemplateBody)), changed: Stacks[0]!.LastUpdatedTime ?? Stacks[0]!.CreationTime };
  } catch (error) {
    if (error instanceof Error && error.name === 'ValidationError' && /does not exist/.test(error.message)) {
      return undefined;
    }
    throw error;
  }
}

/** Sets which resources no update may replace or delete. */
export async function setStackPolicy(config: ClientConfig, name: string, statements: readonly object[]): Promise<void> {
  await cloudFormation(config)('SetStackPolicy', {
    StackName: name,
    StackPolicyBody: JSON.stringify({ Statement: statements }),
  });
}

/** A secret that is kept as a parameter of Systems Manager. */
export interface Secret {
  readonly value: string;
  readonly changed: Date;
  readonly isNew: boolean;
}

/**
 * The secret that CloudFormation is to read: made where it is absent, 32 random bytes in hexadecimal.
 * @param reference `name`, or `name:version`; a version that is absent is not made
 * @throws Error saying what to do where CloudFormation could not read it
 */
export async function keptSecret(config: ClientConfig, reference: string): Promise<Secret> {
  const found = await findSecret(config, reference);
  if (found !== undefined) {
    return found;
  }
  const send = systemsManager(config);
  const value = randomBytes(32).toString('hex');
  try {
    await send('PutParameter', { Name: reference, Type: 'String', Value: value, Overwrite: false });
    return { value, changed: new Date(0), isNew: true };
  } catch (error) {
    // Another deployment was quicker.
    const other = (error as Error).name === 'ParameterAlreadyExists' ? await findSecret(config, reference) : undefined;
    if (other === undefined) {
      throw error;
    }
    return other;
  }
}

async function findSecret(config: ClientConfig, reference: string): Promise<Secret | undefined> {
  try {
    const { Parameter } = (await systemsManager(config)('GetParameter', { Name: reference })) as {
      Parameter: { Type: string; Value: string; LastModifiedDate: Date };
    };
    if (Parameter.Type === 'SecureString') {
      throw new Error(
        `The parameter ${reference} of Systems Manager is a SecureString, which CloudFormation does not put into the environment of a function: make it a String, or keep it in Secrets Manager (docs/deploy.md).`,
      );
    }
    return { value: Parameter.Value, changed: Parameter.LastModifiedDate, isNew: false };
  } catch (error) {
    if ((error as Error).name === 'ParameterNotFound') {
      return undefined;
    }
    throw error;
  }
}

/** Asks a service: the name of an operation, and its input. */
export type Send = (operation: string, input: object) => Promise<Record<string, unknown>>;

function cloudFormation(config: ClientConfig): Send {
  return awsClient('cloudformation', 'CloudFormationClient', config);
}

function systemsManager(config: ClientConfig): Send {
  return awsClient('ssm', 'SSMClient', config);
}

/** A client of the SDK that Serverless brings, such as `awsClient('ssm', 'SSMClient', config)`. */
export function awsClient(service: string, type: string, config: ClientConfig): Send {
  const sdk = ofServerless(`@aws-sdk/client-${service}`) as Record<string, new (config: ClientConfig) => Client> &
    Commands;
  const made = new sdk[type]!(config);
  return (operation, input) => made.send(new sdk[`${operation}Command`]!(input));
}
