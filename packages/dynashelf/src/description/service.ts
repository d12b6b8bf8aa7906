// The service document: what is served, for a client that comes to the root.
import type { Resource } from '../definition/resource';
import type { Info } from './info';

/** https://www.asyncapi.com/docs/reference/specification/v3.0.0 */
const ASYNCAPI_TYPE = 'application/vnd.aai.asyncapi+json;version=3.0.0';

/** What `/` answers: which collections there are, and where the description is. */
export interface ServiceDocument {
  readonly name: string;
  readonly version: string;
  readonly collections: readonly { readonly name: string; readonly href: string; readonly description: string }[];
  /** Where the description is (RFC 8631). */
  readonly links: readonly {
    readonly rel: 'service-desc' | 'service-doc';
    readonly href: string;
    readonly type: string;
  }[];
}

/**
 * @param base what stands before every path: a stage or a base path, or nothing
 * @param hasChannels whether changes are told besides the feed
 */
export function serviceDocument(
  resources: ReadonlyMap<string, Resource>,
  base: string,
  { name, version }: Info,
  hasChannels = false,
): ServiceDocument {
  return {
    name,
    version,
    collections: [...resources.values()].map((resource) => ({
      name: resource.name,
      href: `${base}/${resource.name}`,
      description: resource.description,
    })),
    links: [
      { rel: 'service-desc', href: `${base}/openapi.json`, type: 'application/json' },
      ...(hasChannels ? [{ rel: 'service-desc' as const, href: `${base}/asyncapi.json`, type: ASYNCAPI_TYPE }] : []),
      { rel: 'service-doc', href: `${base}/docs`, type: 'text/html' },
    ],
  };
}
