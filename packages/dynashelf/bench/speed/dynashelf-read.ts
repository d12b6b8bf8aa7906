// Our function `read` as it is deployed, with the measured resource in place of the samples.

import { connect } from '#connect';
import { readConfig } from '../../src/config';
import { readFunction } from '../../src/lambda';
import { resources } from './resource';

export const handler = readFunction({ resources, config: readConfig(process.env), send: connect() });
