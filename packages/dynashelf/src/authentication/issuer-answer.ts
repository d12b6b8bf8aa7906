// One answer of an issuer of tokens, a JSON object, taken within a time and a size, whatever the issuer does.

/**
 * The time for one answer of the issuer, body and all, in milliseconds. API Gateway waits ten seconds or more for an
 * authorizer.
 */
export const ANSWER_TIME = 3_000;

/** In bytes. API Gateway's own authorizers take no larger key set. */
const LARGEST_ANSWER = 150_000;

/** @throws Error that names the address and what is wrong with its answer */
export async function fetchObject(url: string): Promise<Readonly<Record<string, unknown>>> {
  const text = await within(
    ANSWER_TIME,
    `${url} gave no whole answer within ${ANSWER_TIME / 1000} seconds`,
    async (signal) => {
      // A redirection could lead anywhere, into this network too.
      const answer = await fetch(url, { signal, redirect: 'error', headers: { Accept: 'application/json' } }).catch(
        (error: Error) => {
          throw new Error(
            `${url} gave no answer (${error.cause instanceof Error ? error.cause.message : error.message})`,
          );
        },
      );
      if (answer.status !== 200) {
        await answer.body?.cancel();
        throw new Error(`${url} was answered with ${answer.status}`);
      }
      return readText(answer, url, signal);
    },
  );
  const value = JSON.parse(text) as unknown;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`${url} is no JSON object`);
  }
  return value as Record<string, unknown>;
}

/**
 * Gives work a time, and ends it then; whoever waits for it is told in time even if it does not end. The time is not
 * AbortSignal.timeout: of that, Node 20's fetch keeps hold only until the headers are there, so that a garbage
 * collection ends the time and not the work.
 * @param milliseconds how long it may take
 */
async function within<T>(milliseconds: number, message: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(message)), milliseconds);
  });
  try {
    return await Promise.race([work(controller.signal), over]);
  } finally {
    clearTimeout(timer);
    controller.abort();
  }
}

async function readText({ body }: Response, url: string, signal: AbortSignal): Promise<string> {
  const reader = (body as ReadableStream<Uint8Array> | null)?.getReader();
  // The connection is closed by this: what the signal did for fetch a garbage collection may have taken, too.
  signal.addEventListener('abort', () => void reader?.cancel().catch(() => undefined));
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (let read = await reader?.read(); read?.done === false; read = await reader?.read()) {
    size += read.value.length;
    if (size > LARGEST_ANSWER) {
      throw new Error(`${url} is larger than ${LARGEST_ANSWER} bytes`);
    }
    chunks.push(read.value);
  }
  return Buffer.concat(chunks).toString('utf8');
}
