// `npm run client -- <folder>`: writes a typed client of the API there: its types, made of the description, and a
// few functions over openapi-fetch, which whoever uses them installs.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describeApi } from '../src/description/openapi';
import { resources } from '../src/resources';
import { CLIENT_SOURCE, forClients } from './client-source';
import { trustedIn } from './trusted';

void write(process.argv[2] ?? 'client');

async function write(folder: string): Promise<void> {
  // An ES module, and slow to load.
  const { default: generate, astToString } = await import('openapi-typescript');
  const types = astToString(await generate(JSON.stringify(forClients(describeApi(resources, '', trustedIn(process.env))))));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'api.ts'), `// The types of the API, written by "npm run client".\n${types}`);
  writeFileSync(join(folder, 'client.ts'), CLIENT_SOURCE);
  console.log(`Wrote ${join(folder, 'api.ts')} and ${join(folder, 'client.ts')}, which need the package openapi-fetch.`);
}
