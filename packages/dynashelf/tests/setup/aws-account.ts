// An AWS account as far as a deployment asks it: one stack of CloudFormation, and parameters of Systems Manager.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What is in the account; a test sets it and looks at it. */
export interface Account {
  /** What the clients of the AWS SDK are made with. */
  readonly config: object;
  /** The template of the stack, as it was uploaded; undefined where there is no stack. */
  template: unknown;
  /** When the stack was made, and changed last. */
  created: Date;
  changed: Date | undefined;
  /** The policies that were set, in order. */
  readonly policies: { Statement: object[] }[];
  /** The parameters, by name. */
  readonly parameters: Map<string, { Type: string; Value: string; changed: Date }>;
  /** What was asked, in order. */
  readonly asked: string[];
  stop(): Promise<void>;
}

type Reply = readonly [status: number, body: string];

/** Starts one, empty. */
export async function startAccount(): Promise<Account> {
  const server = createServer((request, response) => {
    let body = '';
    request
      .setEncoding('utf8')
      .on('data', (chunk: string) => (body += chunk))
      .on('end', () => {
        const target = request.headers['x-amz-target'];
        const [status, text] =
          typeof target === 'string'
            ? systemsManager(target.split('.')[1]!, JSON.parse(body) as Record<string, string>)
            : cloudFormation(new URLSearchParams(body));
        response
          .writeHead(status, { 'Content-Type': typeof target === 'string' ? 'application/x-amz-json-1.1' : 'text/xml' })
          .end(text);
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const account: Account = {
    config: {
      region: 'us-east-1',
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      credentials: { accessKeyId: 'id', secretAccessKey: 'secret' },
    },
    template: undefined,
    created: new Date('2026-01-01'),
    changed: undefined,
    policies: [],
    parameters: new Map(),
    asked: [],
    stop: async () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };

  function cloudFormation(form: URLSearchParams): Reply {
    const action = form.get('Action')!;
    account.asked.push(action);
    if (action === 'SetStackPolicy') {
      account.policies.push(JSON.parse(form.get('StackPolicyBody')!) as { Statement: object[] });
      return [200, '<SetStackPolicyResponse/>'];
    }
    if (account.template === undefined) {
      return [
        400,
        `<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id ${form.get('StackName')} does not exist</Message></Error></ErrorResponse>`,
      ];
    }
    const inner =
      action === 'GetTemplate'
        ? `<TemplateBody>${JSON.stringify(account.template).replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</TemplateBody>`
        : `<Stacks><member><StackName>s</StackName><StackStatus>UPDATE_COMPLETE</StackStatus><CreationTime>${account.created.toISOString()}</CreationTime>${account.changed === undefined ? '' : `<LastUpdatedTime>${account.changed.toISOString()}</LastUpdatedTime>`}</member></Stacks>`;
    return [200, `<${action}Response><${action}Result>${inner}</${action}Result></${action}Response>`];
  }

  function systemsManager(
    operation: string,
    { Name: name = '', Type = '', Value = '' }: Record<string, string>,
  ): Reply {
    account.asked.push(operation);
    const found = account.parameters.get(name);
    if (operation === 'GetParameter') {
      return found === undefined
        ? [400, JSON.stringify({ __type: 'ParameterNotFound' })]
        : [
            200,
            JSON.stringify({
              Parameter: {
                Name: name,
                Type: found.Type,
                Value: found.Value,
                LastModifiedDate: found.changed.getTime() / 1000,
              },
            }),
          ];
    }
    if (found !== undefined) {
      return [400, JSON.stringify({ __type: 'ParameterAlreadyExists' })];
    }
    account.parameters.set(name, { Type, Value, changed: new Date() });
    return [200, '{"Version":1}'];
  }

  return account;
}
