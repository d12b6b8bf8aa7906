// The Lambda function `publish`: messages that were committed reach the functions that take them.
import { publishFunction } from 'dynashelf/lambda';

export const handler = publishFunction();
