// The Lambda function `write`: everything that writes.
import { writeFunction } from 'dynashelf/lambda';
import { resources } from '../resources/index';

export const handler = writeFunction({ resources });
