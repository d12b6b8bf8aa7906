// The description of the API (OpenAPI 3.1), generated from what is served. The same resources always give the same
// text.
import { LONGEST_HEADER, LONGEST_URL, MOST_BODY_BYTES, MOST_BODY_VALUES, MOST_PARAMETERS } from '../definition/limits';
import type { FunctionDeclaration } from '../definition/function';
import type { Resource } from '../definition/resource';
import { CHANGES_TAG, changesPaths, changesSchemas, changingOf } from './changes';
import { collectionPaths } from './collection';
import { functionPaths, FUNCTIONS_TAG } from './functions';
import { headerComponents } from './headers';
import { type Info, UNNAMED } from './info';
import { PARTS, schemaName, type Part } from './names';
import { collectionParameters, sharedParameters } from './parameters';
import { problemSchemas } from './problem-schemas';
import { ownProblems } from './own-problems';
import { problemTypes, responseComponents } from './problem-responses';
import { collectionParts, collectionSchemas, sharedParts } from './schemas';
import { servicePaths, serviceSchemas } from './service-paths';
import { ticketPaths, ticketSchemas } from './tickets';
import { transactionPaths, transactionSchemas } from './transactions';
import { everyKind, requirements, securitySchemes, type TrustedCredentials } from './trusted-credentials';

/** An OpenAPI document. */
export interface OpenApi extends Part {
  readonly openapi: string;
  readonly info: Part;
  readonly paths: Record<string, Part>;
  readonly components: Record<
    'schemas' | typeof PARTS | 'parameters' | 'headers' | 'responses',
    Record<string, Part>
  > & { readonly securitySchemes?: Record<string, Part> };
}

const ABOUT = `Every path follows the same rules.

- Bodies are JSON. Errors are problem documents (RFC 9457), every fault at once.
- HEAD is answered wherever GET is; OPTIONS everywhere. A path that is not served is 404, a method that a path does not take 405 with \`Allow\`.
- \`ETag\` and \`If-Match\` keep writers from overwriting each other: a 412 carries the item as it now is in \`current\`.
- A path with its query has at most ${LONGEST_URL} characters and ${MOST_PARAMETERS} parameters, a header ${LONGEST_HEADER}, a body ${MOST_BODY_BYTES} bytes and ${MOST_BODY_VALUES} values. A number is one
  that an IEEE 754 double carries as it is written, a whole number of at most 2^53 − 1 where nothing else is said. What any JSON is kept of has at most 31 levels.
- Lists are followed by \`next\` until it is absent.`;

const ABOUT_ACCESS = `

Each operation says whom it is for. Without credentials it is otherwise answered 401, with credentials that do not allow it 403;
an item that is not the caller's is not there for it: 404.`;

/**
 * Describes an API.
 * @param base what stands before every path: a stage or a base path, or nothing
 * @param trusted the credentials that are trusted; without it, nobody is asked for any
 * @param info what the app is called
 * @param functions those of the app's own
 */
export function describeApi(
  resources: ReadonlyMap<string, Resource>,
  base = '',
  trusted?: TrustedCredentials,
  { name, version, license }: Info = UNNAMED,
  functions: readonly FunctionDeclaration[] = [],
): OpenApi {
  const all = [...resources.values()];
  const schemas = Object.assign(
    {},
    ...all.map((resource) => collectionSchemas(resource, resources, trusted)),
    problemSchemas(resources, problemTypes(resources, trusted, functions), ownProblems(resources, functions)),
    serviceSchemas(),
    transactionSchemas(),
    ticketSchemas(resources),
    globalThis.bundleLacks?.changes ? {} : changesSchemas(resources),
  ) as Record<string, Part>;
  return {
    openapi: '3.1.0',
    info: {
      title: name,
      version,
      description: trusted === undefined ? ABOUT : `${ABOUT}${ABOUT_ACCESS}`,
      ...(license !== undefined && { license: { name: license, identifier: license } }),
    },
    // Relative to where the document is: it is true on every host.
    servers: [{ url: base === '' ? '/' : base }],
    security: trusted === undefined ? [] : requirements(everyKind(trusted), trusted),
    tags: [
      ...all.map((resource) => ({ name: resource.name, description: resource.description })),
      ...(functions.some(({ route }) => route !== undefined)
        ? [{ name: FUNCTIONS_TAG, description: 'What this API does besides.' }]
        : []),
      { name: 'Transactions', description: 'Writes that belong together.' },
      ...(!globalThis.bundleLacks?.changes && changingOf(resources).length > 0 ? [CHANGES_TAG] : []),
      { name: 'Service', description: 'What the API says of itself.' },
    ],
    paths: Object.assign(
      {},
      ...all.map((resource) => collectionPaths(resource, resources, trusted)),
      functionPaths(functions, resources, trusted),
      servicePaths(trusted, changingOf(resources).length > 0),
      transactionPaths(resources, trusted),
      ticketPaths(resources, trusted),
      globalThis.bundleLacks?.changes ? {} : changesPaths(resources, trusted),
    ) as Record<string, Part>,
    components: {
      schemas,
      [PARTS]: Object.assign(
        {},
        sharedParts(),
        ...all.map((resource) => collectionParts(resource, schemas[schemaName(resource, 'Item')]!)),
      ) as Record<string, Part>,
      parameters: Object.assign({}, sharedParameters(), ...all.map(collectionParameters)) as Record<string, Part>,
      headers: headerComponents(trusted) as Record<string, Part>,
      responses: responseComponents(resources, trusted, functions) as Record<string, Part>,
      ...(trusted !== undefined && { securitySchemes: securitySchemes(trusted) as Record<string, Part> }),
    },
  };
}
