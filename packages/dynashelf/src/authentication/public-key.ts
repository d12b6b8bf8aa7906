// The keys of an issuer's set (RFC 7517) that a token can be verified by. Each is judged by itself, and by its numbers.
import { createPublicKey, type JsonWebKey } from 'node:crypto';
import type { JWK } from 'jose';

/** A public key with an id. */
export type PublicKey = JWK & { readonly kid: string };

/**
 * The keys that are of use. §5: those that are not understood, lack something or are out of range are to be ignored,
 * not to spoil the others.
 */
export function usableKeys(members: readonly unknown[]): PublicKey[] {
  return members.filter(isSound).map(bare).filter(isStrong);
}

const TEXTS = ['alg', 'use'];

/** Whether a member has the form of a public key, an id, and no other purpose than signatures. */
function isSound(member: unknown): member is PublicKey {
  if (typeof member !== 'object' || member === null) {
    return false;
  }
  const { kid, kty, d, key_ops: operations, ...rest } = member as Record<string, unknown>;
  return (
    typeof kid === 'string' &&
    typeof kty === 'string' &&
    // Of a private key that everybody can read, nobody is the only owner.
    d === undefined &&
    TEXTS.every((name) => rest[name] === undefined || typeof rest[name] === 'string') &&
    // §4.3
    (operations === undefined || (Array.isArray(operations) && operations.includes('verify')))
  );
}

/** A key with what it is verified and chosen by, and nothing that could be odd beside. */
function bare({ kid, kty, alg, use, n, e, crv, x, y }: PublicKey): PublicKey {
  return { kid, kty, alg, use, n, e, crv, x, y } as PublicKey;
}

/** RFC 7518 §3.3 */
const SMALLEST_MODULUS = 2048;

/** FIPS 186-5 A.1.1 has exponents below 2^256; one of any size takes long to be read. In digits of base64url. */
const LONGEST_EXPONENT = 43;

/** Whether only who has the private key can sign by it. Points of curves are held to be on them when they are read. */
function isStrong(key: PublicKey): boolean {
  if (typeof key.e === 'string' && key.e.length > LONGEST_EXPONENT) {
    return false;
  }
  try {
    const { asymmetricKeyType: type, asymmetricKeyDetails: details } = createPublicKey({
      key: key as JsonWebKey,
      format: 'jwk',
    });
    switch (type) {
      case 'rsa':
        return (
          details!.modulusLength! >= SMALLEST_MODULUS &&
          details!.publicExponent! >= 3n &&
          details!.publicExponent! % 2n === 1n
        );
      case 'ec':
        return true;
      case 'ed25519':
        return !isOfSmallOrder(key.x!);
      default:
        return false;
    }
  } catch {
    return false;
  }
}

const FIELD = 2n ** 255n - 19n;

/** The y of a point of order 8 of edwards25519. */
const EIGHTH = 0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n;

/** RFC 8032 §5.1: the points of the orders 1, 2, 4 and 8. By them one signature fits many messages. */
const SMALL_ORDERS = [0n, 1n, FIELD - 1n, EIGHTH, FIELD - EIGHTH];

/**
 * @param x the point as RFC 8032 §5.1.2 encodes it: its y in little-endian, with the sign of its x in the highest bit
 */
function isOfSmallOrder(x: string): boolean {
  const y = BigInt.asUintN(255, BigInt(`0x${Buffer.from(x, 'base64url').reverse().toString('hex')}`));
  return SMALL_ORDERS.includes(y % FIELD);
}
