// Holds a request that was served against the description of its operation.

import type { Part } from '../description/names';
import { ANY_TYPE } from '../description/responses';
import type { Ask } from './ask';
import { decode, faultOf, mediaFault, resolve, type Described, type Media } from './description';

/** What an operation says of its requests and answers. */
export interface Operation {
  parameters?: Part[];
  requestBody?: { required: boolean; content: Record<string, Media> };
  responses: Record<string, Part>;
  security?: Record<string, string[]>[];
}

interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  schema: Part & { type?: string; items?: { type?: string } };
}

/** What of a request that was served is not described. */
export function requestFaults(
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

/**
 * Whether a request has credentials that are asked for; an API key beside a token is a matter of API Gateway, which is
 * not here.
 */
export function isAdmitted(alternatives: Record<string, string[]>[], { as, headers = {} }: Ask): boolean {
  const hasToken = Object.keys(headers).some((name) => name.toLowerCase() === 'authorization');
  const sent = as === undefined ? (hasToken ? ['token'] : []) : 'key' in as ? ['apiKey'] : ['token'];
  return (
    alternatives.length === 0 ||
    alternatives.some((alternative) =>
      Object.keys(alternative).every((scheme) => scheme === 'apiKey' || sent.includes(scheme)),
    )
  );
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
