// What the environment says about a local start: what makes no sense is refused with a sentence.

import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startDatabase } from '../../../src/local/database';
import { chooseEngine } from '../../../src/local/engine';
import { freePort } from '../../../src/local/free-port';
import { functionEnvironment, keptSecret, makeDataDirectory, readSettings } from '../../../src/local/settings';

test.each([
  [{ PORT: 'http' }, 'PORT is "http": set it to a number from 1 to 65535, or unset it for 3000.'],
  [{ PORT: '0' }, 'PORT is "0": set it to a number from 1 to 65535, or unset it for 3000.'],
  [{ PORT: '65536' }, 'PORT is "65536": set it to a number from 1 to 65535, or unset it for 3000.'],
  [{ SAMPLE_DATA: 'no' }, 'SAMPLE_DATA is "no": set it to "off", or unset it to have sample data.'],
  [
    { ACCESS: 'closed' },
    'ACCESS is "closed": set it to "rules" to serve by the rules of the resource files, or unset it to let everyone do everything.',
  ],
  [{ API_KEYS: 'yes' }, 'API_KEYS is "yes": set it to "required", or unset it to ask for none.'],
  [
    { API_DESCRIPTION: 'closed' },
    'API_DESCRIPTION is "closed": set it to "private", or unset it to tell everyone what is served.',
  ],
  [
    { MODELS: 'sequelize' },
    'MODELS is "sequelize": set it to "dynamoose" to convert items by Dynamoose\'s models, or unset it.',
  ],
])('%j is refused', (environment, sentence) => {
  expect(() => readSettings(environment)).toThrow(sentence);
});

test('without a word everything has its default', () => {
  expect(readSettings({})).toEqual({
    port: 3000,
    dataDirectory: join(process.cwd(), '.dynamodb'),
    sampleData: true,
    access: 'open',
    apiKeys: false,
    origins: undefined,
  });
  expect(readSettings({ CORS_ORIGINS: 'https://a.example, https://b.example' }).origins).toEqual([
    'https://a.example',
    'https://b.example',
  ]);
  expect(functionEnvironment({}, 'http://127.0.0.1:1', 'key')).toMatchObject({
    ACCESS: 'open',
    CORS_ORIGINS: '*',
    CURSOR_KEY: 'key',
    AWS_ACCESS_KEY_ID: 'local',
  });
});

describe('the data directory', () => {
  let base: string;
  beforeEach(() => (base = mkdtempSync(join(tmpdir(), 'data-'))));
  afterEach(() => rmSync(base, { recursive: true }));

  test('is made, with those it is in, and a secret in it lasts', () => {
    const directory = join(base, 'a/b/c');
    makeDataDirectory(directory);
    makeDataDirectory(directory);
    const secret = keptSecret(directory, 'cursor-key');
    expect(secret).toMatch(/^[0-9a-f]{64}$/);
    expect(keptSecret(directory, 'cursor-key')).toBe(secret);
    expect(statSync(join(directory, 'cursor-key')).mode & 0o077).toBe(0);
    expect(readFileSync(join(directory, 'cursor-key'), 'utf8')).toBe(secret);
  });

  // Node's own way of making directories goes on for ever in the first one.
  test.each([
    ...(process.platform === 'linux' ? ['/proc/data', '/proc/data/deeper', '/dev/null/data'] : []),
    'a-file',
    'a-file/data',
  ])('%s cannot be made, and a sentence says so', (path) => {
    writeFileSync(join(base, 'a-file'), '');
    const directory = path.startsWith('/') ? path : join(base, path);
    expect(() => makeDataDirectory(directory)).toThrow(
      /^The directory .* for local data cannot be made \(.*\): set DATA_DIR to one that can\.$/,
    );
  });
});

describe('the database', () => {
  test('no Java, or one that is too old, is said, with the remedies', async () => {
    const bin = mkdtempSync(join(tmpdir(), 'bin-'));
    await expect(chooseEngine({ PATH: bin, DYNAMODB_ENGINE: 'java' })).rejects.toThrow(
      'Java was not found, and the local database needs 17 or newer: install one (for example from https://adoptium.net) and put it on the PATH, or set DYNAMODB_ENDPOINT to an engine that runs already.',
    );
    writeFileSync(join(bin, 'java'), '#!/bin/sh\necho \'openjdk version "11.0.2"\' >&2\n', { mode: 0o755 });
    await expect(chooseEngine({ PATH: `${bin}:/bin:/usr/bin`, DYNAMODB_ENGINE: 'java' })).rejects.toThrow(
      /^The Java found is version 11, and/,
    );
    rmSync(bin, { recursive: true });
  });

  test('nothing at DYNAMODB_ENDPOINT, or no URL there, is said', async () => {
    const endpoint = `http://127.0.0.1:${await freePort()}`;
    await expect(startDatabase(undefined, { DYNAMODB_ENDPOINT: endpoint })).rejects.toThrow(
      `Nothing answers at DYNAMODB_ENDPOINT (${endpoint}): start that database, or unset the variable to have one started.`,
    );
    await expect(startDatabase(undefined, { DYNAMODB_ENDPOINT: 'localhost:8000' })).rejects.toThrow(
      /^DYNAMODB_ENDPOINT is "localhost:8000": set it to a URL/,
    );
  });
});
