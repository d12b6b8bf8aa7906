// Webhooks that would never be sent, or whose secrets could not be made: what serverless.yml lacks for them.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Resource } from '../definition/resource';
import { DELIVER } from '../serverless/stack-app';
import { WRITE_ENVIRONMENT } from './add-function';

const SERVICE = 'serverless.yml';

/**
 * Each mistake as a sentence with its file and remedy.
 * @param names the functions of serverless.yml
 */
export function webhookMistakes(
  resources: readonly Resource[],
  names: readonly string[],
  directory = process.cwd(),
): string[] {
  const isDeclared = resources.some(
    ({ name, shownAtCreation }) => name === 'webhooks' && shownAtCreation !== undefined,
  );
  const path = join(directory, SERVICE);
  const service = existsSync(path) ? readFileSync(path, 'utf8') : '';
  if (!names.includes(DELIVER)) {
    return isDeclared
      ? [
          `src/resources/index.ts lists webhooks, and ${SERVICE} has no function that sends them: npx dynashelf add function ${DELIVER}`,
        ]
      : [];
  }
  if (!isDeclared) {
    return [
      `${SERVICE} has the function "${DELIVER}", and src/resources/index.ts lists no webhooks that it would send: list ...webhooks({ access: … }) there, or remove the function`,
    ];
  }
  return service.includes(WRITE_ENVIRONMENT.trim())
    ? []
    : [
        `${SERVICE}: the function "write" is not told what the secrets of webhooks are made of: write ${WRITE_ENVIRONMENT.trim()} below its role`,
      ];
}
