// What `npm start` prints when all is up: who is let in, where the API is, and what to try first.

/** Who is let in. */
export interface Doors {
  readonly access: 'open' | 'rules';
  /** The key that every request on data needs; none where none is asked for. */
  readonly apiKey?: string | undefined;
  /** The issuer whose tokens are trusted. */
  readonly issuer?: string;
  /** A token of the issuer of this machine, where that is the one. */
  readonly exampleToken?: () => string;
}

/** The item of the sample data that the lines to try are about. */
const EXAMPLE = '/books/moby-dick';

const TOKEN = 'npm run --silent token -- --subject ada --role librarian';

/** The first lines: who may do what, and how to change that. */
export function accessLines({ access, apiKey, issuer, exampleToken }: Doors): string[] {
  const key = apiKey === undefined ? [] : [`Every request on data needs this API key: -H 'x-api-key: ${apiKey}'`];
  if (access === 'open') {
    return ['Access is open: whoever reaches this port may read and change everything. To serve by the rules of the resource files: ACCESS=rules npm start', ...key];
  }
  return [
    `Access is by the rules of the resource files. Tokens of ${issuer} are trusted.`,
    ...(exampleToken === undefined ? [] : [`A token for an hour: ${here()}${TOKEN}`]),
    ...key,
  ];
}

/** The block to print. The lines are chosen so that each works as things are now. */
export async function invitation(url: string, address: string, doors: Doors): Promise<string> {
  return [`Dynashelf is ready at ${address} (Ctrl-C stops it). Try:`, '', ...(await linesToTry(url, address, doors)).map((line) => `  ${line}`), '', `Every operation is described at ${address}/docs, where it can be tried.`, ''].join('\n');
}

async function linesToTry(url: string, address: string, { access, apiKey, exampleToken }: Doors): Promise<string[]> {
  const example = await fetch(url + EXAMPLE, { headers: { ...(apiKey === undefined ? {} : { 'x-api-key': apiKey }), ...(exampleToken === undefined ? {} : { Authorization: `Bearer ${exampleToken()}` }) } });
  await example.arrayBuffer();
  const tag = example.headers.get('etag');
  if (example.status !== 200 || tag === null) return [`curl ${address}/`, `curl ${address}/health`, `curl ${address}/openapi.json`];
  const credentials = `${apiKey === undefined ? '' : ` -H 'x-api-key: ${apiKey}'`}${exampleToken === undefined ? '' : ` -H "Authorization: Bearer $(${here()}${TOKEN})"`}`;
  return [
    `curl '${address}/books?limit=3'${credentials}`,
    `curl -i ${address}${EXAMPLE}${credentials}`,
    ...(access === 'open' || exampleToken !== undefined ? [`curl -i -X PATCH ${address}${EXAMPLE}${credentials} -H 'If-Match: ${tag}' -H 'Content-Type: application/json' -d '{"copies": 4}'`] : []),
  ];
}

/** What a line in another terminal needs to find the same data. */
function here(): string {
  return process.env.DATA_DIR ? `DATA_DIR='${process.env.DATA_DIR}' ` : '';
}
