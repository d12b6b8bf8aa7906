// Other Lambda functions called as Lambda's API has it, by a server that checks the signature as AWS does.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

import { connectLambda } from '../../../src/functions/invoke';
import { verifiedSignature } from '../../setup/sigv4';

let server: Server;
let url: string;
let answer: { status: number; headers: Record<string, string>; body: string };
const asked: { path: string; body: string; isSigned: boolean; type?: unknown }[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    void text(request).then((body) => {
      // The path is escaped once more in what is signed.
      const path = (request.url ?? '').replaceAll('%', '%25');
      const { given, computed } = verifiedSignature(request.headers, body, 'secret', path);
      const type = request.headers['x-amz-invocation-type'];
      asked.push({
        path: request.url ?? '',
        body,
        isSigned: given === computed && given !== '',
        ...(type !== undefined && { type }),
      });
      response.writeHead(answer.status, answer.headers).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());
beforeEach(() => asked.splice(0));

const invoke = async (name: string, event: object, how?: 'asynchronously'): Promise<void> =>
  connectLambda({
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'id',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_ENDPOINT_URL_LAMBDA: url,
  })(name, event, how);

test('a function is called with an event, signed, and waited for', async () => {
  answer = { status: 200, headers: {}, body: 'null' };
  await invoke('app-dev-mail', { key: 'ä' });
  await invoke('app-dev-mail:live', {});
  expect(asked).toEqual([
    { path: '/2015-03-31/functions/app-dev-mail/invocations', body: '{"key":"ä"}', isSigned: true },
    { path: '/2015-03-31/functions/app-dev-mail%3Alive/invocations', body: '{}', isSigned: true },
  ]);
});

test('one is called asynchronously: Lambda has taken the event', async () => {
  answer = { status: 202, headers: {}, body: '' };
  await invoke('app-dev-told', { subscriber: 'told' }, 'asynchronously');
  expect(asked).toMatchObject([{ body: '{"subscriber":"told"}', isSigned: true, type: 'Event' }]);
  answer = { status: 429, headers: {}, body: '{"Reason":"busy"}' };
  await expect(invoke('app-dev-told', {}, 'asynchronously')).rejects.toThrow('could not be called (429)');
});

test('what it threw, and that it cannot be called, are errors that say so', async () => {
  answer = { status: 200, headers: { 'X-Amz-Function-Error': 'Unhandled' }, body: '{"errorMessage":"no"}' };
  await expect(invoke('app-dev-mail', {})).rejects.toThrow('the function app-dev-mail failed: {"errorMessage":"no"}');
  answer = { status: 403, headers: {}, body: '{"Message":"not authorized"}' };
  await expect(invoke('app-dev-mail', {})).rejects.toThrow('could not be called (403): {"Message":"not authorized"}');
});

test('that nothing answers is an error', async () => {
  const gone = connectLambda({
    AWS_REGION: 'x',
    AWS_ACCESS_KEY_ID: 'i',
    AWS_SECRET_ACCESS_KEY: 's',
    AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
  });
  await expect(gone('any', {})).rejects.toThrow('ECONNREFUSED');
});
