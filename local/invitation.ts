// What `npm start` prints when all is up: where the API is, and what to try first.

/** The item of the sample data that the lines to try are about. */
const EXAMPLE = '/books/moby-dick';

/** The block to print. The lines are chosen so that each works as things are now. */
export async function invitation(url: string, address: string): Promise<string> {
  return [`Dynashelf is ready at ${address} (Ctrl-C stops it). Try:`, '', ...(await linesToTry(url, address)).map((line) => `  ${line}`), '', `Every operation is described at ${address}/docs, where it can be tried.`, ''].join('\n');
}

async function linesToTry(url: string, address: string): Promise<string[]> {
  const example = await fetch(url + EXAMPLE);
  await example.arrayBuffer();
  const tag = example.headers.get('etag');
  if (example.status !== 200 || tag === null) return [`curl ${address}/`, `curl ${address}/health`, `curl ${address}/openapi.json`];
  return [
    `curl '${address}/books?limit=3'`,
    `curl -i ${address}${EXAMPLE}`,
    `curl -i -X PATCH ${address}${EXAMPLE} -H 'If-Match: ${tag}' -H 'Content-Type: application/json' -d '{"copies": 4}'`,
  ];
}
