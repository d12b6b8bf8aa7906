// The entry of the Lambda function `describe`: what the API says of itself, and 404 and 405 for every path.
import { describe } from '../handlers';

export const handler = describe;
