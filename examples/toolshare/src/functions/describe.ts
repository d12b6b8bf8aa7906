// The Lambda function `describe`: what the API says of itself, and 404 and 405 for every path.
import { describeFunction } from 'dynashelf/lambda';
import info from '../../package.json';
import { resources } from '../resources/index';

export const handler = describeFunction({ resources, info });
