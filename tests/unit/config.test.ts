// The environment: what is refused, and with what remedy.

import { readConfig } from '../../src/config';

const environment = { TABLE_NAME: 'table', CURSOR_KEY: 'sixteen characters' };

test('what is not set has its default', () => {
  expect(readConfig(environment)).toMatchObject({ readLimit: 10, corsOrigins: ['*'], deployed: true });
});

test.each([
  [{ CURSOR_KEY: 'sixteen characters' }, /TABLE_NAME is not set\. serverless\.yml sets it/],
  [{ ...environment, CURSOR_KEY: 'short' }, /CURSOR_KEY is shorter than 16 characters.*openssl/],
  [{ ...environment, READ_LIMIT: '0' }, /READ_LIMIT is "0": write a whole number from 1 on, or leave it out for 10/],
  [{ ...environment, READ_LIMIT: 'many' }, /READ_LIMIT is "many"/],
  [{ ...environment, CORS_ORIGINS: 'app.example' }, /names "app\.example", which is no origin: write a scheme/],
])('%j is refused', (wrong, message) => {
  expect(() => readConfig(wrong)).toThrow(message);
});
