// The Lambda function `read`: GET under a collection.
import { readFunction } from 'dynashelf/lambda';
import { resources } from '../resources/index';

export const handler = readFunction({ resources });
