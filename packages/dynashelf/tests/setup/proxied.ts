// A client whose database requests go through the proxy, for tests that count or disturb them.

import { createClient, type Client, type ClientOptions } from '../../src/testing/client';
import { startProxy, type Proxy } from './proxy';

/** Called at the top of a test file, after `useTable`; what it returns is ready when the tests run. */
export function useProxy(options: ClientOptions & Required<Pick<ClientOptions, 'resources'>>): {
  readonly proxy: Proxy;
  readonly ask: Client;
} {
  const target = process.env.AWS_ENDPOINT_URL_DYNAMODB ?? '';
  const started: { proxy?: Proxy; ask?: Client } = {};
  beforeAll(async () => {
    started.proxy = await startProxy(target);
    process.env.AWS_ENDPOINT_URL_DYNAMODB = started.proxy.endpoint;
    started.ask = createClient(options);
  });
  beforeEach(() => started.proxy?.clear());
  afterAll(async () => {
    process.env.AWS_ENDPOINT_URL_DYNAMODB = target;
    await started.proxy?.stop();
  });
  return {
    get proxy() {
      return started.proxy!;
    },
    get ask() {
      return started.ask!;
    },
  };
}
