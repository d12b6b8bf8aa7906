// How the commands that work on a table begin and end.

import { Failure, messageOf } from './failure';

/**
 * Runs a command. Where it fails it says why: in a sentence what its user or the machine can mend; a stack is for a
 * bug.
 * @param exitCode what it then ends with
 */
export function runCommand(run: () => Promise<void>, exitCode = 1): void {
  // Who reads what it prints may have seen enough; it goes on with what it does.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') {
      throw error;
    }
  });
  run().catch((error: unknown) => {
    process.exitCode = exitCode;
    const isSentence = error instanceof Failure || !(error instanceof Error) || 'syscall' in error;
    process.stderr.write(`${isSentence ? messageOf(error) : (error.stack ?? error.message)}\n`);
  });
}

/**
 * Reads the words of a command.
 * @throws Failure where they are none of it, with what it takes
 */
export function readWords<T>(usage: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Failure(`${messageOf(error).replace(/[.?]?$/, (end) => end || '.')} ${usage}`);
  }
}

/**
 * Reads `--rate`, capacity units a second.
 * @throws Failure where it is no number above 0
 */
export function readRate(text: string | undefined): number | undefined {
  const rate = text === undefined ? undefined : Number(text);
  if (rate !== undefined && !(rate > 0)) {
    throw new Failure(`--rate is "${text}": give the capacity units a second that it may use, such as 100.`);
  }
  return rate;
}
