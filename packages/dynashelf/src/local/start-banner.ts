// What `npm start` prints when all is up: who is let in, where the API is, and what to try first.

import type { AccessRule } from '../definition/access';
import type { Resource } from '../definition/resource';
import { isInUniqueGroup } from '../definition/unique-groups';
import { isSettable } from '../description/attributes';
import { exampleWrite } from '../description/examples';
import type { AuthModes } from './auth-modes';

/** The first lines: who may do what, and how to change that. */
export function accessLines(
  { access, apiKey, issuer, exampleToken }: AuthModes,
  resources: readonly Resource[],
): string[] {
  const key = apiKey === undefined ? [] : [`Every request on data needs this API key: -H 'x-api-key: ${apiKey}'`];
  if (access === 'open') {
    return [
      'Access is open: whoever reaches this port may read and change everything. To serve by the rules of the resource files: ACCESS=rules npm start',
      ...key,
    ];
  }
  return [
    `Access is by the rules of the resource files. Tokens of ${issuer} are trusted.`,
    ...(exampleToken === undefined ? [] : [`A token for an hour: ${tokenCommand(resources)}`]),
    ...key,
  ];
}

/** The block to print. The lines are chosen so that each works as things are now. */
export async function startBanner(
  url: string,
  address: string,
  authModes: AuthModes,
  resources: readonly Resource[],
): Promise<string> {
  const lines = await linesToTry(url, address, authModes, resources);
  return [
    `Dynashelf is ready at ${address} (Ctrl-C stops it). Try:`,
    '',
    ...lines.map((line) => `  ${line}`),
    '',
    `Every operation is described at ${address}/docs, where it can be tried.`,
    '',
  ].join('\n');
}

/** About the first item that there is; else about what can be made. */
async function linesToTry(
  url: string,
  address: string,
  { access, apiKey, exampleToken }: AuthModes,
  resources: readonly Resource[],
): Promise<string[]> {
  const headers = {
    ...(apiKey !== undefined && { 'x-api-key': apiKey }),
    ...(exampleToken !== undefined && { Authorization: `Bearer ${exampleToken(exampleRoles(resources))}` }),
  };
  const credentials = `${apiKey === undefined ? '' : ` -H 'x-api-key: ${apiKey}'`}${exampleToken === undefined ? '' : ` -H "Authorization: Bearer $(${tokenCommand(resources)})"`}`;
  const may = ({ access: rules }: Resource, operation: string): boolean =>
    access === 'open' ||
    (exampleToken !== undefined && (rules.get(operation) ?? []).some((rule) => isForExample(rule, resources)));
  const json = (document: object): string =>
    `-H 'Content-Type: application/json' -d ${quoted(JSON.stringify(document))}`;

  for (const resource of resources) {
    const item = await firstItem(url, resource, headers);
    if (item === undefined) {
      continue;
    }
    const change = may(resource, 'patch') ? exampleChange(resource, item.body) : undefined;
    return [
      `curl '${address}/${resource.name}?limit=3'${credentials}`,
      `curl -i ${address}${item.path}${credentials}`,
      ...(change === undefined
        ? []
        : [`curl -i -X PATCH ${address}${item.path}${credentials} -H 'If-Match: ${item.tag}' ${json(change)}`]),
    ];
  }
  const bodies = resources
    .filter((resource) => may(resource, 'create'))
    .map(({ name, attributes }) => ({
      name,
      body: [...attributes.values()].some(({ keywords }) => keywords.references !== undefined)
        ? undefined
        : exampleWrite(attributes),
    }));
  const made = bodies.find(({ body }) => body !== undefined);
  return [
    ...(made?.body === undefined ? [] : [`curl -i ${address}/${made.name}${credentials} ${json(made.body)}`]),
    `curl ${address}/`,
    `curl ${address}/health`,
  ];
}

interface Found {
  readonly path: string;
  readonly tag: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The first item of a list that shows one. */
async function firstItem(url: string, { name }: Resource, headers: Record<string, string>): Promise<Found | undefined> {
  const { items = [] } = (await (await fetch(`${url}/${name}?limit=1`, { headers })).json()) as {
    items?: { id: string }[];
  };
  const [first] = items;
  if (first === undefined) {
    return undefined;
  }
  const path = `/${name}/${encodeURIComponent(first.id)}`;
  const item = await fetch(url + path, { headers });
  const body = (await item.json()) as Record<string, unknown>;
  const tag = item.headers.get('etag');
  return item.status === 200 && tag !== null ? { path, tag, body } : undefined;
}

/** One attribute of an item with another value, or else with the one that it has. */
function exampleChange(resource: Resource, item: Found['body']): object | undefined {
  const free = [...resource.attributes].filter(
    ([name, node]) =>
      isSettable(node) &&
      !isInUniqueGroup(resource, name) &&
      node.keywords.references === undefined &&
      node.keywords.writableBy === undefined,
  );
  const values = [
    ...free.map(([name, { keywords }]) => [name, keywords.examples?.[0]] as const),
    ...free.map(([name]) => [name, item[name]] as const),
  ];
  const found = values.find(([, value]) => ['string', 'number', 'boolean'].includes(typeof value));
  return found && { [found[0]]: found[1] };
}

/** The first role that a rule names. */
function exampleRoles(resources: readonly Resource[]): readonly string[] {
  return resources
    .flatMap(({ access }) => [...access.values()].flat())
    .flatMap((rule) => (typeof rule === 'object' && 'role' in rule ? [rule.role].flat() : []))
    .slice(0, 1);
}

function isForExample(rule: AccessRule, resources: readonly Resource[]): boolean {
  if (typeof rule === 'object' && 'role' in rule) {
    return [rule.role].flat().some((role) => exampleRoles(resources).includes(role));
  }
  return rule === 'public' || rule === 'authenticated';
}

/** In another terminal, where it has to find the same data. */
function tokenCommand(resources: readonly Resource[]): string {
  const data = process.env.DATA_DIR ? `DATA_DIR=${quoted(process.env.DATA_DIR)} ` : '';
  return `${data}npm run --silent token -- --subject ada${exampleRoles(resources)
    .map((role) => ` --role ${/^[\w.:-]+$/.test(role) ? role : quoted(role)}`)
    .join('')}`;
}

/** As one word of a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
