// The secrets by which a delivery is signed now: the present one, and for a day the one before.
import { makeSecret, nameKey, OVERLAP, type SecretOf } from './secret';

/** What of a webhook says which secrets it has. */
export interface SecretState extends SecretOf {
  readonly secretVersion?: number | undefined;
  readonly secretRotatedAt?: string | undefined;
  readonly secretKeys?: readonly string[] | undefined;
}

/**
 * The secrets, the present one first; none where the key that it was made by is not in the environment any more.
 * @param keys of the environment
 */
export function signingSecrets(webhook: SecretState, keys: readonly string[], now: number): string[] {
  const { secretVersion = 1, secretRotatedAt, secretKeys: [present, before] = [] } = webhook;
  const byName = (name: string | undefined): string | undefined => keys.find((key) => nameKey(key) === name);
  const [key, keyBefore] = [byName(present), byName(before)];
  const isOverlapping = secretRotatedAt !== undefined && Date.parse(secretRotatedAt) + OVERLAP > now;
  return key === undefined
    ? []
    : [
        makeSecret(key, webhook, secretVersion),
        ...(isOverlapping && keyBefore !== undefined ? [makeSecret(keyBefore, webhook, secretVersion - 1)] : []),
      ];
}
