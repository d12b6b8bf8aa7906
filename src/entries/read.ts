// The entry of the Lambda function `read`: GET under a collection.
import { read } from '../handlers';

export const handler = read;
