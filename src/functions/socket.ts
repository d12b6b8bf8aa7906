// The Lambda function `socket`: what clients do on their sockets.
import { socketFunction } from 'dynashelf/lambda';
import { resources } from '../resources/index';

export const handler = socketFunction({ resources });
