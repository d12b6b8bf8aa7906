// What must come to its end however often it is killed.

import { connect } from '#connect';

import type { Send } from '../../src/store/client/send';

/** Runs something that is killed at its first request, again and killed at its second, and so on, until it ends. */
export async function killAtEachRequest(run: (send: Send) => Promise<unknown>): Promise<void> {
  for (let kill = 0; ; kill++) {
    let requests = 0;
    const send = connect();
    const killed: Send = async (operation, input, options) => {
      if (requests++ === kill) {
        throw new Error('killed');
      }
      return send(operation, input, options);
    };
    try {
      await run(killed);
      return;
    } catch (error) {
      expect((error as Error).message).toBe('killed');
    }
  }
}
