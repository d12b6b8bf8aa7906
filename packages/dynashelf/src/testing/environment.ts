// Before each test file: the environment of a function, with a database of this worker's own.

import { types } from 'node:util';

import { installClock } from './clock';

installClock();

const worker = process.env.JEST_WORKER_ID ?? '1';

// DynamoDB Local keeps one database per access key; other engines do not, hence the worker in the table's name too.
process.env.AWS_ACCESS_KEY_ID = `worker${worker}`;
process.env.AWS_SECRET_ACCESS_KEY = 'test';
delete process.env.AWS_SESSION_TOKEN;
delete process.env.AWS_PROFILE;
process.env.AWS_REGION = 'us-east-1';
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
process.env.TABLE_NAME = `dynashelf-test-${worker}`;
process.env.CURSOR_KEY = 'a key for tests and nothing but tests';
process.env.WEBHOOK_KEY = 'a key of webhooks for tests alone';
// Receivers of tests run beside them.
process.env.WEBHOOK_TARGETS = 'local';
process.env.CORS_ORIGINS = '*';
// What tests are about other than access is open to everyone, as on a developer's machine.
process.env.ACCESS = 'open';

// Jest runs tests in a realm of their own, in which an error of Node's sockets is no `instanceof Error`:
// the SDK would take a refused connection for something unknown.
Object.defineProperty(Error, Symbol.hasInstance, {
  value(this: unknown, error: unknown) {
    return Function.prototype[Symbol.hasInstance].call(this, error) || (this === Error && types.isNativeError(error));
  },
});
