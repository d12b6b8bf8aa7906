// The Lambda entry points, one export per function of serverless.yml.
import { readConfig } from './config';
import { describeFunction, readFunction, writeFunction } from './functions';
import type { Api } from './http/serve';
import { resources } from './resources';
import { connect } from './store/send';

const api: Api = { resources, config: readConfig(process.env), send: connect() };

export const read = readFunction(api);
export const write = writeFunction(api);
export const describe = describeFunction(api);
