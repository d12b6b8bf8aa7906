// What stops `npm start` or a test run for a reason that its user can mend: one sentence, no stack.

/** An error whose message is for a person and says what to do. */
export class Failure extends Error {
  override name = 'Failure';
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
