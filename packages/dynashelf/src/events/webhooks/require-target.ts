// The URL of a webhook as it is written by a client: refused at once where it leads nowhere that is public.
import { pointer } from '../../problem';
import { problem } from '../../definition/thrown';
import { readTarget, RefusedTarget, resolveTarget, type Lookup, type TargetRules } from './target';

/** Milliseconds that a name has to be resolved while the client waits. */
const PATIENCE = 2_000;

/**
 * Refuses a URL that webhooks are not sent to. A name that cannot be resolved now is taken: it is asked for again at
 * each delivery.
 * @throws Problem `invalid`
 */
export async function requireTarget(text: string, rules: TargetRules, lookup: Lookup): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  try {
    const url = readTarget(text, rules);
    const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, PATIENCE)));
    await Promise.race([resolveTarget(url, rules, lookup), patience]);
  } catch (error) {
    if (error instanceof RefusedTarget) {
      throw problem('invalid', 'Webhooks are not sent to this URL: correct what "errors" names.', {
        errors: [
          {
            detail: `The URL ${error.message}. Write an https URL that leads to a public address, without credentials, such as https://app.example.com/hooks.`,
            pointer: pointer('url'),
          },
        ],
      });
    }
  } finally {
    clearTimeout(timer);
  }
}
