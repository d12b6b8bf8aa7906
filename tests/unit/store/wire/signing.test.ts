// Signatures held against those that AWS has published.

import { createSigner } from '../../../../src/store/wire/signing';
import vectors from './vectors.json';

test.each(vectors.cases)('$name has the signature that AWS published', async ({ method, headers, body, sessionToken, signedHeaders, signature }) => {
  const { accessKeyId, secretAccessKey, region, service, host, date } = vectors;
  const sign = createSigner({ credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) }, region, service });
  const request = { method, url: new URL(`https://${host}/`), headers: { host, ...(headers as Record<string, string>) }, body };
  expect((await sign(request, new Date(date)))['authorization']).toBe(
    `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20150830/${region}/${service}/aws4_request, SignedHeaders=${signedHeaders}, Signature=${signature}`,
  );
});
