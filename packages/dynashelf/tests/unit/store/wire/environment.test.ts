// Where DynamoDB is and who asks, by the variables of Lambda.

import { readEnvironment } from '../../../../src/store/client/https/environment';

const variables = { AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret' };

test.each([
  [{}, 'https://dynamodb.eu-central-1.amazonaws.com/'],
  [{ AWS_REGION: 'cn-north-1' }, 'https://dynamodb.cn-north-1.amazonaws.com.cn/'],
  [{ AWS_REGION: 'us-gov-west-1' }, 'https://dynamodb.us-gov-west-1.amazonaws.com/'],
  [{ AWS_ENDPOINT_URL: 'http://127.0.0.1:4566' }, 'http://127.0.0.1:4566/'],
  [{ AWS_ENDPOINT_URL: 'http://127.0.0.1:4566', AWS_ENDPOINT_URL_DYNAMODB: 'http://[::1]:8000' }, 'http://[::1]:8000/'],
])('%j is the endpoint %s', (more, endpoint) => {
  expect(readEnvironment({ ...variables, ...more }).endpoint.href).toBe(endpoint);
});

test('a session token is part of the credentials where there is one', () => {
  expect(readEnvironment({ ...variables, AWS_SESSION_TOKEN: 'token' }).credentials).toEqual({
    accessKeyId: 'id',
    secretAccessKey: 'secret',
    sessionToken: 'token',
  });
  expect(readEnvironment({ ...variables, AWS_SESSION_TOKEN: '' }).credentials).toEqual({
    accessKeyId: 'id',
    secretAccessKey: 'secret',
  });
});

test.each(Object.keys(variables))('without %s nothing starts', (name) => {
  expect(() => readEnvironment({ ...variables, [name]: '' })).toThrow(name);
});
