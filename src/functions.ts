// Which parts serve which Lambda function: each takes only what it needs.
import { requireCursorKeys } from './config';
import { authorizer, type Authorizer, type Guarded } from './http/authorizer';
import { health, service } from './http/describe';
import { documents } from './http/documents';
import { readDeleteInput, readReadInput } from './http/input';
import { readListInput } from './http/list-input';
import { endpoint, serve, type Api, type Handler } from './http/serve';
import { transactions } from './http/transactions';
import { readActInput, readCreateInput, readPatchInput, readReplaceInput } from './http/write-input';
import { act } from './operations/act';
import { create } from './operations/create';
import { deleteItem } from './operations/delete';
import { list } from './operations/list';
import { patch } from './operations/patch';
import { read } from './operations/read';
import { replace } from './operations/replace';
import { openReader } from './store/reader';
import { openStore } from './store/store';
import { openHeldConstraints } from './store/write/held-constraints';

/** GET under a collection. */
export function readFunction(api: Api): Handler {
  requireCursorKeys(api.config);
  return serve(api, openReader, {
    list: endpoint(readListInput, list),
    related: endpoint(readListInput, list),
    read: endpoint(readReadInput, read),
  });
}

/** Everything that writes. */
export function writeFunction(api: Api): Handler {
  const constraints = openHeldConstraints(api.config.tableName, api.resources);
  return serve(api, (options) => openStore({ ...options, constraints }), {
    create: endpoint(readCreateInput, create),
    replace: endpoint(readReplaceInput, replace),
    patch: endpoint(readPatchInput, patch),
    delete: endpoint(readDeleteInput, deleteItem),
    act: endpoint(readActInput, act),
    transact: transactions,
  });
}

/** What the API says of itself, and 404 and 405 for every path. */
export function describeFunction(api: Api): Handler {
  return serve(api, openReader, { service, health, ...documents() });
}

/** Who sends a request: asked by API Gateway before it calls a function on data. */
export function authorizeFunction(api: Guarded): Authorizer {
  return authorizer(api);
}
