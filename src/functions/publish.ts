// The Lambda function `publish`: what was committed reaches those who are to know.
import { publishFunction } from 'dynashelf/lambda';
import { resources } from '../resources/index';

export const handler = publishFunction({ resources });
