// `npm run openapi`: writes the description of the API to the file that is named, or to standard output; with the
// credentials that the environment configures, else with tokens.

import { writeFileSync } from 'node:fs';

import { describeApi } from '../description/openapi';
import { appInfo, appResources } from './app';
import { trustedIn } from './trusted';

const text = `${JSON.stringify(describeApi(appResources(), '', trustedIn(process.env), appInfo()), undefined, 2)}\n`;
const [, , file] = process.argv;
if (file === undefined) process.stdout.write(text);
else writeFileSync(file, text);
