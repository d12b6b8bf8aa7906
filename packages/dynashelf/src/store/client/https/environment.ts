// Region, credentials and endpoint, as Lambda gives them to a function.

/** Credentials of AWS, as a function has them. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Where DynamoDB is, and how requests to it are signed. */
export interface Environment {
  readonly endpoint: URL;
  readonly region: string;
  readonly credentials: Credentials;
}

/**
 * Reads the variables once: Lambda gives a new environment new credentials, and never changes those of a running one.
 * @throws Error naming the variable that is missing
 */
export function readEnvironment(environment: NodeJS.ProcessEnv): Environment {
  const region = required(environment, 'AWS_REGION');
  const { AWS_SESSION_TOKEN: sessionToken, AWS_ENDPOINT_URL_DYNAMODB, AWS_ENDPOINT_URL } = environment;
  return {
    endpoint: new URL(
      AWS_ENDPOINT_URL_DYNAMODB || AWS_ENDPOINT_URL || `https://dynamodb.${region}.${domainOf(region)}`,
    ),
    region,
    credentials: {
      accessKeyId: required(environment, 'AWS_ACCESS_KEY_ID'),
      secretAccessKey: required(environment, 'AWS_SECRET_ACCESS_KEY'),
      ...(sessionToken ? { sessionToken } : {}),
    },
  };
}

function required(environment: NodeJS.ProcessEnv, name: string): string {
  const value = environment[name];
  if (!value) {
    throw new Error(
      `The environment variable ${name} is not set. Lambda sets it; elsewhere, build without the condition "wire" to reach DynamoDB by the AWS SDK, which knows profiles too.`,
    );
  }
  return value;
}

/** The domain of a region's partition; the isolated ones, which are not public, need AWS_ENDPOINT_URL_DYNAMODB. */
function domainOf(region: string): string {
  return region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
}
