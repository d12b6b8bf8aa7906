// The entry of the Lambda function `write`: everything that writes.
import { write } from '../handlers';

export const handler = write;
