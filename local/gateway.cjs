// What API Gateway does before it calls a function, on this machine: asks the authorizer, checks the API key, and
// refuses with the gateway responses of serverless.yml. serverless-offline takes it as its authentication provider.
// Not done: answers of the authorizer are not kept, usage plans do not count. Plain JavaScript, as serverless loads it.
'use strict';

const { randomUUID } = require('node:crypto');
const { readFileSync, statSync } = require('node:fs');
const { resolve } = require('node:path');

const { parse } = require('yaml');

/** Where serverless-esbuild leaves the authorizer. */
const AUTHORIZER = resolve('.esbuild/.build/src/entries/authorize.js');

const STAGE = 'local';

/** One scheme for each route, under a name of its own; routes without authorizer and key let everyone pass. */
module.exports = (endpoint, functionKey, method, path) => {
  const name = `${functionKey} ${method} ${path}`;
  return { name, scheme: name, getAuthenticateFunction: () => ({ authenticate: (request, h) => authenticate(endpoint, path, request, h) }) };
};

async function authenticate(endpoint, template, request, h) {
  withoutOverrides(request.raw.req.rawHeaders);
  const id = randomUUID();
  let credentials = {};
  if (endpoint.authorizer) {
    if (endpoint.authorizer.identitySource !== undefined && request.headers.authorization === undefined) return refuse(h, 'UNAUTHORIZED', id);
    try {
      const answer = await authorizer()(eventOf(template, request, id));
      if (answer.policyDocument.Statement[0].Effect !== 'Allow') return refuse(h, 'ACCESS_DENIED', id);
      credentials = credentialsOf(answer);
    } catch (error) {
      if (error.message === 'Unauthorized') return refuse(h, 'UNAUTHORIZED', id);
      console.error(JSON.stringify({ level: 'error', message: error.message, requestId: id, stack: error.stack }));
      return refuse(h, 'AUTHORIZER_FAILURE', id);
    }
  }
  if (endpoint.private && (!process.env.API_KEY || request.headers['x-api-key'] !== process.env.API_KEY)) return refuse(h, 'INVALID_API_KEY', id);
  return h.authenticated({ credentials });
}

/** serverless-offline would take from this header who the caller is, and API Gateway knows no such header. */
function withoutOverrides(lines) {
  for (let at = lines.length - 2; at >= 0; at -= 2) if (lines[at].toLowerCase() === 'sls-offline-authorizer-override') lines.splice(at, 2);
}

let loaded = { changed: 0, handler: undefined };

/** The authorizer as it is now: the source is live, here too. */
function authorizer() {
  const changed = statSync(AUTHORIZER).mtimeMs;
  if (changed !== loaded.changed) {
    delete require.cache[AUTHORIZER];
    loaded = { changed, handler: require(AUTHORIZER).handler };
  }
  return loaded.handler;
}

function eventOf(template, request, requestId) {
  const httpMethod = request.method.toUpperCase();
  const multiValueHeaders = {};
  const { rawHeaders } = request.raw.req;
  for (let at = 0; at < rawHeaders.length; at += 2) (multiValueHeaders[rawHeaders[at]] ??= []).push(rawHeaders[at + 1]);
  const parameters = [...new URL(request.url).searchParams];
  return {
    type: 'REQUEST',
    methodArn: `arn:aws:execute-api:us-east-1:000000000000:local/${STAGE}/${httpMethod}${request.path}`,
    resource: template,
    path: request.path,
    httpMethod,
    headers: Object.fromEntries(Object.entries(multiValueHeaders).map(([name, values]) => [name, values.at(-1)])),
    multiValueHeaders,
    pathParameters: request.params,
    queryStringParameters: Object.fromEntries(parameters),
    multiValueQueryStringParameters: Object.fromEntries(parameters.map(([name]) => [name, parameters.filter(([other]) => other === name).map(([, value]) => value)])),
    stageVariables: null,
    requestContext: { requestId, stage: STAGE, path: request.path, httpMethod, identity: { sourceIp: request.info.remoteAddress } },
  };
}

/** The answer of the authorizer as serverless-offline passes it on to the function. */
function credentialsOf({ principalId, context = {} }) {
  const kept = {};
  // serverless-offline writes over `claims` what it finds in the token without verifying it.
  for (const [name, value] of Object.entries(context)) Object.defineProperty(kept, name, { enumerable: true, get: () => value, set: () => undefined });
  return { principalId, context: kept };
}

let responses;

/** Answers as the gateway response of a type does. */
function refuse(h, type, requestId) {
  responses ??= Object.values(parse(readFileSync('serverless.yml', 'utf8')).resources.Resources).filter(({ Type }) => Type === 'AWS::ApiGateway::GatewayResponse');
  const { StatusCode, ResponseParameters, ResponseTemplates } = responses.find(({ Properties }) => Properties.ResponseType === type).Properties;
  const body = ResponseTemplates['application/json'].replaceAll('${param:docsPath}', '/docs').replaceAll('$context.extendedRequestId', requestId);
  const response = h.response(body).code(Number(StatusCode));
  for (const [parameter, value] of Object.entries(ResponseParameters)) {
    const name = parameter.replace('gatewayresponse.header.', '');
    // Without TLS it means nothing.
    if (name !== 'Strict-Transport-Security') response.header(name, value === 'context.extendedRequestId' ? requestId : value.slice(1, -1));
  }
  return response.takeover();
}
