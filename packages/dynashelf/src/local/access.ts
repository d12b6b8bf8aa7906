// `dynashelf access`: who may do what, by the rules of the resource files: a table, or with `--json` an object.

import { accessMatrix, matrixText } from '../description/access-matrix';
import { Failure, messageOf } from './failure';
import { soundFunctions } from './own-functions';
import { loadedResources } from './resource-mistakes';

try {
  const [word, ...more] = process.argv.slice(2);
  if (more.length > 0 || (word !== undefined && word !== '--json')) {
    throw new Failure(
      `"${[word, ...more].join(' ')}" is nothing that it takes: dynashelf access, or dynashelf access --json.`,
    );
  }
  const matrix = accessMatrix(loadedResources(), soundFunctions());
  console.log(word === '--json' ? JSON.stringify(matrix, undefined, 2) : matrixText(matrix));
} catch (error) {
  process.exitCode = 1;
  console.error(error instanceof Failure || !(error instanceof Error) ? messageOf(error) : error.stack);
}
