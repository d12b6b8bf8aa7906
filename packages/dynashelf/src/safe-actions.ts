// What the function `read` needs for actions that only read: an app that has some gives it to `readFunction`, so that
// the others start without a validator.
import { endpoint } from './http/endpoints/endpoint';
import { readViewInput } from './http/input/view';
import { view } from './operations/view';

/** For `readFunction({ resources, safeActions })`, of an app that has actions with `safe: true`. */
export const safeActions = endpoint({ readInput: readViewInput, operation: view });
