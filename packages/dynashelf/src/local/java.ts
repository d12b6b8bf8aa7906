// The Java that DynamoDB Local needs.

import { execFile } from 'node:child_process';
import { join } from 'node:path';

/** The oldest Java that DynamoDB Local 3 runs on. */
export const OLDEST_JAVA = 17;

/** A Java that serves (`command`), or why there is none (`problem`, the beginning of a sentence). */
export type Java = { command: string } | { problem: string };

/** Looks for Java where JAVA_HOME says, then on the PATH. */
export async function findJava(environment = process.env): Promise<Java> {
  const { JAVA_HOME } = environment;
  const commands = [...(JAVA_HOME ? [join(JAVA_HOME, 'bin', 'java')] : []), 'java'];
  let oldest: number | undefined;
  for (const command of commands) {
    const version = await versionOf(command, environment);
    if (version !== undefined && version >= OLDEST_JAVA) {
      return { command };
    }
    oldest ??= version;
  }
  return { problem: oldest === undefined ? 'Java was not found' : `The Java found is version ${oldest}` };
}

/** The major version in what `java -version` prints: `17` in `openjdk version "17.0.15"`, `8` in `"1.8.0_402"`. */
export function majorVersion(text: string): number | undefined {
  const found = /version "(?:1\.)?(\d+)/.exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
}

async function versionOf(command: string, environment: NodeJS.ProcessEnv): Promise<number | undefined> {
  return new Promise((resolve) => {
    execFile(
      command,
      ['-version'],
      { env: environment, timeout: 20_000, windowsHide: true },
      (error, stdout, stderr) => {
        resolve(error ? undefined : majorVersion(stderr + stdout));
      },
    );
  });
}
