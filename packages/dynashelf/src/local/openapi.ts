// `npm run openapi`: writes the description of the API to the file that is named, or to standard output; with the
// credentials that the environment configures, else with tokens.

import { writeFileSync } from 'node:fs';

import { describeApi } from '../description/openapi';
import { appInfo } from './app';
import { soundFunctions } from './own-functions';
import { Failure, messageOf } from './failure';
import { loadedResources } from './resource-mistakes';
import { trustedIn } from './trusted-credentials';

try {
  write(process.argv[2]);
} catch (error) {
  process.exitCode = 1;
  console.error(error instanceof Failure || !(error instanceof Error) ? messageOf(error) : error.stack);
}

function write(file: string | undefined): void {
  const text = `${JSON.stringify(describeApi(loadedResources(), '', trustedIn(process.env), appInfo(), soundFunctions()), undefined, 2)}\n`;
  if (file === undefined) {
    process.stdout.write(text);
  } else {
    writeFileSync(file, text);
  }
}
