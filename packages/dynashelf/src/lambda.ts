// The Lambda functions of an app, each of the parts that it needs and no others. Besides the resources, all has its
// default: the configuration is read from the environment, and DynamoDB is reached as the build says.
import { connect } from '#connect';
import { readConfig, requireCursorKeys } from './config';
import { authorizer, type Authorizer, type ProtectedApi } from './http/endpoints/authorizer';
import { health, service } from './http/endpoints/service';
import { documents } from './http/endpoints/documents';
import { readDeleteInput, readReadInput } from './http/input/item';
import { readListInput } from './http/input/list';
import { endpoint, type Api } from './http/endpoints/endpoint';
import { readTransactionInput } from './http/input/transaction';
import { serve, type Handler } from './http/serve';
import { readReplaceInput } from './http/input/replace';
import { readActInput, readCreateInput, readPatchInput } from './http/input/write';
import { act } from './operations/act';
import { create } from './operations/create';
import { deleteItem } from './operations/delete';
import { list } from './operations/list';
import { patch } from './operations/patch';
import { planPage } from './operations/plan-list';
import { read } from './operations/read';
import { replace } from './operations/replace';
import { transact } from './operations/transactions';
import { openReader } from './store/reader';
import { storeOpener } from './store/store';

/** What a function serves; what is not given is as the environment says. */
export type Served = Pick<Api, 'resources'> & Partial<Api>;

/** Makes the defaults of what is not given, once, when a function starts. */
function withDefaults(served: Served): Api {
  return { ...served, config: served.config ?? readConfig(process.env), send: served.send ?? connect() };
}

/** GET under a collection. */
export function readFunction(served: Served): Handler {
  const api = withDefaults(served);
  requireCursorKeys(api.config);
  const lists = endpoint({ readInput: readListInput, plan: planPage, operation: list });
  return serve(api, openReader, {
    list: lists,
    related: lists,
    read: endpoint({ readInput: readReadInput, operation: read }),
  });
}

/** Everything that writes. */
export function writeFunction(served: Served): Handler {
  const api = withDefaults(served);
  return serve(api, storeOpener(api.config.tableName, api.resources), {
    create: endpoint({ readInput: readCreateInput, operation: create }),
    replace: endpoint({ readInput: readReplaceInput, operation: replace }),
    patch: endpoint({ readInput: readPatchInput, operation: patch }),
    delete: endpoint({ readInput: readDeleteInput, operation: deleteItem }),
    act: endpoint({ readInput: readActInput, operation: act }),
    transact: endpoint({ readInput: readTransactionInput, operation: transact }),
  });
}

/** What the API says of itself, and 404 and 405 for every path. */
export function describeFunction(served: Served): Handler {
  return serve(withDefaults(served), openReader, { service, health, ...documents() });
}

/** Who sends a request: asked by API Gateway before it calls a function on data. */
export function authorizeFunction({
  resources,
  config = readConfig(process.env),
}: Pick<ProtectedApi, 'resources'> & Partial<ProtectedApi>): Authorizer {
  return authorizer({ resources, config });
}
