// The entry of the Lambda function `authorize`: who sends a request, asked before a function on data is called.
import { authorize } from '../handlers';

export const handler = authorize;
