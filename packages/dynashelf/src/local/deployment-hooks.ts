// What `serverless package` and `serverless deploy` do besides: what would go wrong ends them with a sentence before
// anything is made, what a forgotten parameter would take away is kept, and the secret is made where there is none.

import { execFile } from 'node:child_process';

import { defaultParameters } from '../serverless/parameters';
import { nodeWords } from './app';
import { type ClientConfig, type DeployedStack, deployedStack, keptSecret, setStackPolicy } from './deployed-stack';
import { deploymentLosses, type Environment, environmentsIn, liftsProtection } from './deployment-losses';
import { type Deployment, deploymentMistakes, dropOf } from './deployment-mistakes';

/** Serverless, as far as it is used here. */
export interface Serverless {
  readonly serviceDir: string;
  readonly processedInput: { readonly commands: readonly string[] };
  readonly configurationInput: { readonly params?: Deployment['params'] };
  readonly service: {
    readonly service: string;
    readonly provider: {
      readonly environment: Environment;
      readonly stackPolicy: readonly object[];
      readonly shouldNotDeploy?: boolean;
      readonly compiledCloudFormationTemplate?: unknown;
    };
    readonly package: { readonly path?: string };
    getAllFunctions(): string[];
    getFunction(name: string): { readonly environment?: Environment };
  };
  readonly classes: { readonly Error: new (message: string) => Error };
  getProvider(name: 'aws'): {
    getStage(): string;
    getAwsSdkV3Config(): Promise<ClientConfig>;
    readonly naming: { getStackName(): string };
  };
}

/** The options of the command line; what is set here Serverless goes by. */
export interface Options {
  readonly param?: readonly string[];
  readonly package?: string;
  force?: boolean;
  conceal?: boolean;
}

type Hooks = Readonly<Record<string, () => Promise<void>>>;

/** What only CloudFormation resolves: a parameter of Systems Manager, by name or `name:version`. */
const SSM_REFERENCE = /\{\{resolve:ssm:([^}]+)\}\}/g;

/** The variables that hold secrets, and what these are for. */
const SECRETS = [
  ['CURSOR_KEY', 'that signs cursors'],
  ['WEBHOOK_KEY', 'of which those of webhooks are made'],
] as const;

const EVERYTHING = [{ Effect: 'Allow', Principal: '*', Action: 'Update:*', Resource: '*' }];

/**
 * The hooks, by the events of Serverless.
 * @param mistakesIn finds the mistakes of the resource files in a folder, each as a sentence
 */
export function deploymentHooks(
  serverless: Serverless,
  options: Options,
  log: { notice(text: string): void },
  mistakesIn = resourceMistakesIn,
): Hooks {
  const { service } = serverless;
  const provider = serverless.getProvider('aws');
  const stackName = (): string => provider.naming.getStackName();
  let deployed: DeployedStack | undefined;
  let isLifted = false;

  function refuse(sentences: readonly string[]): void {
    if (sentences.length > 0) {
      throw new serverless.classes.Error(sentences.join('\n'));
    }
  }

  /** The parameters that are set, and what the others are. */
  function withDefaults(params: Deployment['params'] = {}): Deployment['params'] {
    return {
      ...params,
      default: { ...defaultParameters({ service: service.service, stage: provider.getStage() }), ...params['default'] },
    };
  }

  function deployment(): Deployment {
    const environments = service
      .getAllFunctions()
      .map((name) => [name, { ...service.provider.environment, ...service.getFunction(name).environment }] as const);
    return {
      stage: provider.getStage(),
      params: withDefaults(serverless.configurationInput.params),
      given: options.param ?? [],
      environments: Object.fromEntries(environments),
    };
  }

  /** What the files alone show. */
  async function check(): Promise<void> {
    refuse(deploymentMistakes(deployment()));
    refuse(await mistakesIn(serverless.serviceDir));
  }

  /** What only the account shows. The secret is in it afterwards. */
  async function compare(environments: readonly Environment[]): Promise<void> {
    const config = await provider.getAwsSdkV3Config();
    deployed = await deployedStack(config, stackName());
    const [before] = environmentsIn(deployed?.template);
    if (before !== undefined && environments[0] !== undefined) {
      refuse(deploymentLosses(before, environments[0], dropOf(deployment()), provider.getStage()));
    }
    for (const environment of environments) {
      await secure(config, environment);
    }
  }

  async function secure(config: ClientConfig, environment: Environment): Promise<void> {
    for (const [variable, purpose] of SECRETS) {
      const key = environment[variable];
      for (const [, reference] of typeof key === 'string' ? key.matchAll(SSM_REFERENCE) : []) {
        await makeSecret(config, environment, variable, purpose, reference!);
      }
    }
  }

  async function makeSecret(
    config: ClientConfig,
    environment: Environment,
    variable: (typeof SECRETS)[number][0],
    purpose: string,
    reference: string,
  ): Promise<void> {
    const secret = await keptSecret(config, reference);
    if (secret.isNew) {
      log.notice(`Made the secret ${purpose}: ${reference} in Systems Manager.`);
    }
    const name = variable === 'CURSOR_KEY' ? 'read' : 'write';
    refuse(
      deploymentMistakes({ ...deployment(), environments: { [name]: { ...environment, [variable]: secret.value } } }),
    );
    // Serverless looks at files alone, and would skip a deployment that changes none.
    if (deployed !== undefined && secret.changed > deployed.changed) {
      options.force = true;
    }
  }

  async function protect(statements: readonly object[]): Promise<void> {
    await setStackPolicy(await provider.getAwsSdkV3Config(), stackName(), statements);
  }

  return {
    async 'before:package:initialize'() {
      await check();
      if (serverless.processedInput.commands[0] === 'deploy') {
        await compare(Object.values(deployment().environments));
      }
    },
    async 'before:aws:deploy:deploy:createStack'() {
      // The log of a deployment is no place for the value of an API key.
      options.conceal = true;
      // What was packaged before may have been by other parameters.
      if (options.package ?? service.package.path) {
        await compare(environmentsIn(service.provider.compiledCloudFormationTemplate));
      }
    },
    // CloudFormation goes by the policy that the stack has; Serverless sets the one of serverless.yml after an update,
    async 'before:aws:deploy:deploy:updateStack'() {
      if (deployed === undefined || service.provider.shouldNotDeploy || !liftsProtection(dropOf(deployment()))) {
        return;
      }
      await protect(EVERYTHING);
      isLifted = true;
    },
    // and not after it has made the stack.
    async 'after:aws:deploy:deploy:updateStack'() {
      if (isLifted || deployed === undefined) {
        await protect(service.provider.stackPolicy);
      }
      isLifted = false;
    },
    async error() {
      if (isLifted) {
        await protect(service.provider.stackPolicy);
      }
    },
    // It would send what only CloudFormation resolves, roles and the secret among it, to Lambda as it stands.
    async 'before:deploy:function:initialize'() {
      refuse([
        'A function is not deployed by itself, as its role and its secret are known to the stack alone: run serverless deploy.',
      ]);
    },
  };
}

/** What check-resources prints, in a process of its own: it loads what that of Serverless has no use for. */
async function resourceMistakesIn(directory: string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, nodeWords('check-resources'), { cwd: directory }, (error, stdout, stderr) => {
      if (error === null || error.code === 1) {
        resolve(stdout.trim() === '' ? [] : [stdout.trim()]);
      } else {
        reject(new Error(stderr.trim()));
      }
    });
  });
}
