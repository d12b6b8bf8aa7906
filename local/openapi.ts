// `npm run openapi`: writes the description of the API to the file that is named, or to standard output.

import { writeFileSync } from 'node:fs';

import { describeApi } from '../src/description/openapi';
import { resources } from '../src/resources';

const text = `${JSON.stringify(describeApi(resources), undefined, 2)}\n`;
const [, , file] = process.argv;
if (file === undefined) process.stdout.write(text);
else writeFileSync(file, text);
