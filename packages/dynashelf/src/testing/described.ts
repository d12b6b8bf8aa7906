// Holds every request and answer of a test against the description of the API: what is not described fails the test.

import type { FunctionDeclaration } from '../definition/function';
import type { Resource } from '../definition/resource';
import { FURTHER_HEADERS } from '../description/functions';
import type { Part } from '../description/names';
import { ANY_TYPE } from '../description/responses';
import type { TrustedCredentials } from '../description/trusted-credentials';
import type { Answer as Received, Ask } from './ask';
import { isAdmitted, requestFaults, type Operation } from './described-request';
import { describedOf, faultOf, findPath, mediaFault, resolve, type Described, type Media } from './description';

/** An answer, however long it was on the wire. */
type Answer = Omit<Received, 'bytes' | 'length'>;

interface Response {
  description: string;
  headers: Record<string, Part>;
  content?: Record<string, Media>;
  [FURTHER_HEADERS]?: boolean;
}

/**
 * Compares one exchange with the description of an API that trusts some credentials, or asks nobody for any.
 * @throws Error saying what of it is not described
 */
export function expectDescribed(
  resources: ReadonlyMap<string, Resource>,
  line: string,
  ask: Ask,
  answer: Answer,
  trusted?: TrustedCredentials,
  functions: readonly FunctionDeclaration[] = [],
): void {
  const described = describedOf(resources, trusted, functions);
  const [method = '', target = ''] = line.split(' ');
  const { pathname, searchParams } = new URL(target, 'http://api.example');
  const found = findPath(described.document, pathname);
  const operation = found?.[method === 'HEAD' ? 'get' : method.toLowerCase()] as Operation | undefined;
  const fail = (what: string): never => {
    throw new Error(`${line} was answered ${answer.status} (${answer.text.slice(0, 300)}), and ${what}`);
  };
  if (method === 'OPTIONS') {
    if (answer.status !== 204) {
      fail('OPTIONS is 204.');
    }
    return;
  }
  const name = found === undefined ? 'not-found' : 'method-not-allowed';
  const response =
    operation === undefined
      ? (described.document.components.responses[name]! as unknown as Response)
      : resolve<Response>(
          described,
          operation.responses[answer.status] ??
            operation.responses[`${Math.floor(answer.status / 100)}XX`] ??
            fail('this status is not described.'),
        );
  if (operation === undefined && answer.status !== (found === undefined ? 404 : 405)) {
    fail('nothing is described there.');
  }
  const wrong = [
    ...headerFaults(described, response, method, answer),
    ...bodyFaults(described, response, method, answer),
  ];
  if (wrong.length > 0) {
    fail(wrong.join(' '));
  }
  if (operation !== undefined && answer.status < 400) {
    const faults = requestFaults(
      described,
      operation,
      [...((found!['parameters'] as Part[] | undefined) ?? []), ...(operation.parameters ?? [])],
      pathname,
      searchParams,
      ask,
    );
    if (faults.length > 0) {
      fail(`the description does not allow such a request. ${faults.join(' ')}`);
    }
    if (!isAdmitted(operation.security ?? (described.document['security'] as Record<string, string[]>[]), ask)) {
      fail('the description asks for other credentials.');
    }
  }
}

function headerFaults(described: Described, response: Response, method: string, { headers }: Answer): string[] {
  const named = new Map(
    Object.entries(response.headers).map(([name, header]) => [
      name.toLowerCase(),
      resolve<{ required?: boolean; schema: Part }>(described, header),
    ]),
  );
  const missing = [...named]
    .filter(([name, { required }]) => required === true && headers[name] === undefined)
    .map(([name]) => `the header ${name} is missing.`);
  // The length of a body is nothing that OpenAPI describes; the functions say it to HEAD alone, whose answer has none
  // to count.
  const isOfHttp = (name: string): boolean =>
    name === 'content-type' || (name === 'content-length' && method === 'HEAD');
  return [
    ...missing,
    ...Object.entries(headers)
      .filter(([name, value]) => !isOfHttp(name) && value !== undefined)
      .flatMap(([name, value]) => {
        const header = named.get(name);
        const fault = header && faultOf(described, header.schema, value);
        return header === undefined
          ? response[FURTHER_HEADERS] === true
            ? []
            : [`the header ${name} is not described.`]
          : fault === undefined
            ? []
            : [`the header ${name} ("${value}") is not as described: ${fault}`];
      }),
  ];
}

function bodyFaults(
  described: Described,
  { description, content, [FURTHER_HEADERS]: isOpen = false }: Response,
  method: string,
  { status, headers, text, body }: Answer,
): string[] {
  if (
    content === undefined ||
    (text === '' &&
      (method === 'HEAD' ||
        isOpen ||
        (status === 201 &&
          (headers['preference-applied'] === 'return=minimal' || description.includes('may not read the item')))))
  ) {
    return text === '' ? [] : ['a body is not described.'];
  }
  const [type = ''] = (headers['content-type'] ?? '').split(';');
  const media = content[type] ?? content[ANY_TYPE];
  if (media === undefined) {
    return [`the content type "${type}" is not described for ${status}.`];
  }
  const fault = mediaFault(described, media, body ?? text);
  return fault === undefined ? [] : [`the body is not as described: ${fault}`];
}
