// The Lambda functions, one export each, wired to the resources, the configuration and the database.
// Each is bundled from its own file in `entries`, with what it needs of this one and no more: the comments say
// to the bundler that what is not exported from there can be left out.
import { connect } from '#connect';
import { readConfig } from './config';
import { authorizeFunction, describeFunction, readFunction, writeFunction } from './functions';
import type { Api } from './http/serve';
import { resources } from './resources';

const config = readConfig(process.env);
const api: Api = { resources, config, send: /* @__PURE__ */ connect() };

/** GET under a collection. */
export const read = /* @__PURE__ */ readFunction(api);

/** Everything that writes. */
export const write = /* @__PURE__ */ writeFunction(api);

/** What the API says of itself, and 404 and 405 for every path. */
export const describe = /* @__PURE__ */ describeFunction(api);

/** Who sends a request: asked by API Gateway before it calls a function on data. */
export const authorize = /* @__PURE__ */ authorizeFunction({ resources, config });
