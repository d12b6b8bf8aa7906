// `npm run client -- <folder>`: writes a typed client of the API there, or to client/: its types, made of the
// description, and a few functions over openapi-fetch, which whoever uses them installs. Files of anybody else's are
// left as they are.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import generate, { astToString } from 'openapi-typescript';

import { describeApi } from '../description/openapi';
import { appInfo } from './app';
import { soundFunctions } from './own-functions';
import { followedTypes, liveSource } from './live-source';
import { CLIENT_SOURCE, forClients, namedTypes } from './client-source';
import { Failure, messageOf } from './failure';
import { loadedResources } from './resource-mistakes';
import { trustedIn } from './trusted-credentials';

/** What the first line of each file that is written here says; so does CLIENT_SOURCE's. */
const MARK = 'written by "npm run client"';

const FILES = ['api.ts', 'client.ts', 'live.ts'] as const;

void write(process.argv[2] ?? 'client').catch((error: unknown) => {
  process.exitCode = 1;
  console.error(error instanceof Failure || !(error instanceof Error) ? messageOf(error) : error.stack);
});

async function write(folder: string): Promise<void> {
  for (const name of FILES) {
    const path = join(folder, name);
    if (existsSync(path) && !readFileSync(path, 'utf8').split('\n', 1)[0]!.includes(MARK)) {
      throw new Failure(`${path} is there and was not ${MARK}: name another folder, as in npm run client -- client.`);
    }
  }
  const resources = loadedResources();
  const described = forClients(
    describeApi(resources, '', trustedIn(process.env), appInfo(), soundFunctions()),
    resources,
  );
  const types = astToString(await generate(JSON.stringify(described)));
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'api.ts'),
    `// The types of the API, ${MARK}.\n${types}\n${namedTypes(resources)}${followedTypes(resources)}`,
  );
  writeFileSync(join(folder, 'client.ts'), CLIENT_SOURCE);
  const live = liveSource(resources, `// Changes as they are committed, ${MARK}.`);
  if (live !== undefined) {
    writeFileSync(join(folder, 'live.ts'), live);
  }
  const written = FILES.filter((name) => name !== 'live.ts' || live !== undefined).map((name) => join(folder, name));
  console.log(`Wrote ${written.slice(0, -1).join(', ')} and ${written.at(-1)}, which need the package openapi-fetch.`);
}
