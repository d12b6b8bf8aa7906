// Signatures held against those that AWS has published, and against AWS's own signer.

import { createHash, createHmac } from 'node:crypto';

import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';

import { createSigner } from '../../../../src/store/client/https/signing';
import vectors from './vectors.json';
import { runs } from '../../../setup/runs';

test.each(vectors.cases)(
  '$name has the signature that AWS published',
  ({ method, headers, body, sessionToken, signedHeaders, signature }) => {
    const { accessKeyId, secretAccessKey, region, service, host, date } = vectors;
    const credentials = { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
    const sign = createSigner({ credentials, region, service, method, url: new URL(`https://${host}/`) });
    expect(sign({ host, ...(headers as Record<string, string>) }, body, new Date(date))['authorization']).toBe(
      `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20150830/${region}/${service}/aws4_request, SignedHeaders=${signedHeaders}, Signature=${signature}`,
    );
  },
);

const WORD = fc.string({ unit: fc.constantFrom(...'abcXYZ012-_./=+'), minLength: 1, maxLength: 12 });
const PATH = fc
  .array(fc.string({ unit: fc.constantFrom(..."ab0-_~%!'()*é :@"), minLength: 1, maxLength: 6 }), { maxLength: 2 })
  .map((parts) => `/${parts.map(encodeURIComponent).join('/')}`);

test("AWS's own signer gives the same headers to any request, on the same day and the next", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({ accessKeyId: WORD, secretAccessKey: WORD, sessionToken: fc.option(WORD, { nil: undefined }) }),
      fc.record({
        region: WORD,
        path: PATH,
        headers: fc.dictionary(fc.constantFrom('content-type', 'content-length', 'x-amz-target', 'x-a'), WORD),
        body: fc.string({ unit: 'binary' }),
      }),
      fc.array(
        fc
          .date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
          .chain((date) => fc.constantFrom(date, new Date(date.getTime() + 86_400_000))),
        { minLength: 1, maxLength: 3 },
      ),
      async ({ sessionToken, ...keys }, { region, path, headers, body }, dates) => {
        const credentials = { ...keys, ...(sessionToken !== undefined && { sessionToken }) };
        const url = new URL(`https://example.org${path}`);
        const ours = createSigner({ credentials, region, service: 'dynamodb', method: 'POST', url });
        const aws = new SignatureV4({ credentials, region, service: 'dynamodb', sha256: Sha256, applyChecksum: false });
        for (const signingDate of dates) {
          const given = { host: 'example.org', ...headers };
          const request = {
            method: 'POST',
            protocol: url.protocol,
            hostname: url.hostname,
            path: url.pathname,
            query: {},
            headers: given,
            body,
          };
          expect(ours(given, body, signingDate)).toEqual((await aws.sign(request, { signingDate })).headers);
        }
      },
    ),
    { numRuns: runs(50) },
  );
});

/** SHA-256, or its HMAC with a secret, as AWS's signer wants it: it calls `new`, and gets this object. */
const Sha256 = function (secret?: string | Uint8Array): object {
  const hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret);
  return { update: (data: Uint8Array) => void hash.update(data), digest: async () => hash.digest() };
} as unknown as ConstructorParameters<typeof SignatureV4>[0]['sha256'];
