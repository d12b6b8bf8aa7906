// Holds every request and answer of a test against the description of the API: what is not described fails the test.

import { dereference, validate, type Schema } from '@cfworker/json-schema';

import type { FunctionDeclaration } from '../definition/function';
import type { Resource } from '../definition/resource';
import { FURTHER_HEADERS } from '../description/functions';
import type { Part } from '../description/names';
import { describeApi, type OpenApi } from '../description/openapi';
import { ANY_TYPE } from '../description/responses';
import type { TrustedCredentials } from '../description/trusted-credentials';
import type { Answer as Received, Ask } from './ask';

const HOME = 'https://description.example/';

/** An answer, however long it was on the wire. */
type Answer = Omit<Received, 'bytes' | 'length'>;

/** A description made ready to be compared with. */
interface Described {
  readonly document: OpenApi;
  /** Every schema by its address. */
  readonly lookup: Record<string, Schema | boolean>;
  readonly prepared: Map<unknown, Schema>;
}

interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  schema: Part & { type?: string; items?: { type?: string } };
}
/** With the other schemas that a body can have where the request asks for them. */
interface Media {
  schema?: Part;
  'x-alternatives'?: Part[];
}
interface Response {
  description: string;
  headers: Record<string, Part>;
  content?: Record<string, Media>;
  [FURTHER_HEADERS]?: boolean;
}
interface Operation {
  parameters?: Part[];
  requestBody?: { required: boolean; content: Record<string, Media> };
  responses: Record<string, Part>;
  security?: Record<string, string[]>[];
}

/** By resources, then by what is trusted. */
const known = new WeakMap<ReadonlyMap<string, Resource>, Map<string | undefined, Described>>();

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

/** The description of some resources, made once. */
export function describedOf(
  resources: ReadonlyMap<string, Resource>,
  trusted?: TrustedCredentials,
  functions: readonly FunctionDeclaration[] = [],
): Described {
  const byTrusted = known.get(resources) ?? new Map<string | undefined, Described>();
  known.set(resources, byTrusted);
  const name = JSON.stringify([trusted, functions]);
  let described = byTrusted.get(name);
  if (described === undefined) {
    const document = JSON.parse(JSON.stringify(describeApi(resources, '', trusted, undefined, functions))) as OpenApi;
    const lookup = dereference({
      $id: HOME,
      components: { schemas: document.components.schemas, 'x-parts': document.components['x-parts'] },
    });
    described = { document, lookup, prepared: new Map() };
    byTrusted.set(name, described);
  }
  return described;
}

/** What is wrong with a value, in a sentence; undefined where nothing is. */
export function faultOf({ lookup, prepared }: Described, schema: Part, value: unknown): string | undefined {
  let ready = prepared.get(schema);
  if (ready === undefined) {
    // Its references lead to the document's components.
    ready = JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', `"$ref":"${HOME}#/`)) as Schema;
    dereference(ready, lookup, new URL(`${HOME}${prepared.size}`));
    prepared.set(schema, ready);
  }
  const { valid, errors } = validate(value, ready, '2020-12', lookup);
  return valid
    ? undefined
    : errors
        .slice(-2)
        .map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`)
        .join(' ');
}

function mediaFault(
  described: Described,
  { schema, 'x-alternatives': others = [] }: Media,
  value: unknown,
): string | undefined {
  const faults = [...(schema === undefined ? [] : [schema]), ...others].map((one) => faultOf(described, one, value));
  return faults.includes(undefined) ? undefined : faults[0];
}

function resolve<T>({ document }: Described, part: Part): T {
  const reference = part['$ref'] as string | undefined;
  return (
    reference === undefined
      ? part
      : reference
          .slice(2)
          .split('/')
          .reduce<unknown>((inner, key) => (inner as Part)[key.replace(/~1/g, '/')], document)
  ) as T;
}

function findPath({ paths }: OpenApi, pathname: string): Part | undefined {
  if (paths[pathname] !== undefined) {
    return paths[pathname];
  }
  const segments = pathname.split('/');
  return Object.entries(paths).find(([template]) => {
    const parts = template.split('/');
    return (
      parts.length === segments.length &&
      parts.every((part, index) => (part.startsWith('{') ? segments[index] !== '' : part === decode(segments[index]!)))
    );
  })?.[1];
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
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

/**
 * Whether a request has credentials that are asked for; an API key beside a token is a matter of API Gateway, which is
 * not here.
 */
function isAdmitted(alternatives: Record<string, string[]>[], { as, headers = {} }: Ask): boolean {
  const hasToken = Object.keys(headers).some((name) => name.toLowerCase() === 'authorization');
  const sent = as === undefined ? (hasToken ? ['token'] : []) : 'key' in as ? ['apiKey'] : ['token'];
  return (
    alternatives.length === 0 ||
    alternatives.some((alternative) =>
      Object.keys(alternative).every((scheme) => scheme === 'apiKey' || sent.includes(scheme)),
    )
  );
}

/** What of a request that was served is not described. */
function requestFaults(
  described: Described,
  operation: Operation,
  parts: Part[],
  pathname: string,
  query: URLSearchParams,
  { headers = {}, body }: Ask,
): string[] {
  const parameters = parts.map((part) => resolve<Parameter>(described, part));
  const sent = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const faults = parameters
    .filter(({ in: place }) => place !== 'query')
    .flatMap((parameter) => {
      const value = parameter.in === 'path' ? decode(pathname.split('/')[2]!) : sent[parameter.name.toLowerCase()];
      // RFC 9110 §13.1.3 and §13.1.4: what is no date is ignored.
      const isIgnored = value === undefined || (/-since$/i.test(parameter.name) && Number.isNaN(Date.parse(value)));
      return isIgnored ? [] : parameterFaults(described, parameter, value);
    });
  for (const [name, value] of query) {
    const parameter = parameters.find((one) => one.in === 'query' && one.name === name);
    // An attribute that is held equal may stand in any order or be left out, as may "id" at the end: more than an enum
    // says.
    faults.push(
      ...(parameter === undefined
        ? [`the parameter "${name}" is not described.`]
        : name === 'sort'
          ? []
          : parameterFaults(described, parameter, value)),
    );
  }
  return [...faults, ...sentFaults(described, operation, sent['content-type'], body)];
}

function parameterFaults(described: Described, { name, schema }: Parameter, sent: string): string[] {
  // In a query an unencoded + is a space, and is taken for what it was meant to be.
  const text = schema['format'] === 'date-time' ? sent.replace(' ', '+') : sent;
  const fault = faultOf(
    described,
    schema,
    schema.type === 'array'
      ? text.split(',').map((part) => read(part.trim(), schema.items?.type))
      : read(text, schema.type),
  );
  return fault === undefined ? [] : [`"${name}" is "${text}": ${fault}`];
}

/** A parameter's text as JSON. */
function read(text: string, type: string | undefined): unknown {
  if (type === 'boolean' && /^(true|false)$/.test(text)) {
    return text === 'true';
  }
  return (type === 'number' || type === 'integer') && text !== '' && !Number.isNaN(Number(text)) ? Number(text) : text;
}

function sentFaults(
  described: Described,
  { requestBody }: Operation,
  contentType: string | undefined,
  body: unknown,
): string[] {
  if (requestBody === undefined) {
    return [];
  }
  if (body === undefined || body === '') {
    return requestBody.required ? ['a body is required.'] : [];
  }
  const [type = ''] = (contentType ?? '').toLowerCase().split(';');
  const media =
    type.trim() === ''
      ? Object.values(requestBody.content)[0]!
      : (requestBody.content[type.trim()] ?? requestBody.content[ANY_TYPE]);
  if (media === undefined) {
    return [`the content type "${type}" is not described.`];
  }
  if (media === requestBody.content[ANY_TYPE]) {
    return [];
  }
  const value: unknown =
    typeof body === 'string'
      ? JSON.parse(body)
      : body instanceof Uint8Array
        ? JSON.parse(Buffer.from(body).toString('utf8'))
        : JSON.parse(JSON.stringify(body));
  const fault = mediaFault(described, media, value);
  return fault === undefined ? [] : [`the body is not as described: ${fault}`];
}
