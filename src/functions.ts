// Which parts serve which Lambda function: each takes only what it needs.
import { readCreateInput, readPatchInput, readReplaceInput } from './http/body';
import { health, service } from './http/describe';
import { readListInput, readReadInput, readRemoveInput } from './http/input';
import { endpoint, serve, type Api, type Handler } from './http/serve';
import { create } from './operations/create';
import { list } from './operations/list';
import { patch } from './operations/patch';
import { read } from './operations/read';
import { remove } from './operations/remove';
import { replace } from './operations/replace';

/** GET under a collection. */
export function readFunction(api: Api): Handler {
  return serve(api, {
    list: endpoint(readListInput, list),
    read: endpoint(readReadInput, read),
  });
}

/** Everything that writes. */
export function writeFunction(api: Api): Handler {
  return serve(api, {
    create: endpoint(readCreateInput, create),
    replace: endpoint(readReplaceInput, replace),
    patch: endpoint(readPatchInput, patch),
    remove: endpoint(readRemoveInput, remove),
  });
}

/** What the API says of itself, and 404 and 405 for every path. */
export function describeFunction(api: Api): Handler {
  return serve(api, { service, health });
}
