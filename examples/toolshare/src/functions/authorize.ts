// The Lambda function `authorize`: who sends a request, asked before a function on data is called.
import { authorizeFunction } from 'dynashelf/lambda';
import { resources } from '../resources/index';

export const handler = authorizeFunction({ resources });
