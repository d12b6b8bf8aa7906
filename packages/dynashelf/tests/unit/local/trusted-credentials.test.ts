// Which credentials `npm run openapi` and `npm run client` describe the API with, and which operations a client has.

import { forClients } from '../../../src/local/client-source';
import { trustedIn } from '../../../src/local/trusted-credentials';
import { describeApi } from '../../../src/description/openapi';
import { papersWith } from '../../setup/papers';

const ISSUER = { TOKEN_ISSUER: 'https://issuer.example', TOKEN_AUDIENCE: 'api' };

test.each<[string, Record<string, string>, ReturnType<typeof trustedIn>]>([
  ['nothing, tokens of an issuer that is not known', {}, { tokens: { issuer: undefined }, apiKeys: false }],
  ['an issuer, its tokens', ISSUER, { tokens: { issuer: 'https://issuer.example' }, apiKeys: false }],
  ['API keys, those alone', { API_KEYS: 'required' }, { tokens: undefined, apiKeys: true }],
  ['both, both', { ...ISSUER, API_KEYS: 'required' }, { tokens: { issuer: 'https://issuer.example' }, apiKeys: true }],
  ['open access, none', { ACCESS: 'open' }, undefined],
])('of an environment that configures %s are described', (_, environment, trusted) => {
  expect(trustedIn(environment)).toEqual(trusted);
});

test('a variable that is wrong is named', () => {
  expect(() => trustedIn({ API_KEYS: 'yes' })).toThrow('API_KEYS');
  expect(() => trustedIn({ TOKEN_ISSUER: 'https://issuer.example' })).toThrow('TOKEN_AUDIENCE');
});

test('what is refused to everyone is described, and in no client', () => {
  const papers = papersWith({ list: 'public', delete: 'public' });
  const described = describeApi(papers, '', trustedIn({}));
  const lines = (document: typeof described): string[] =>
    Object.entries(document.paths)
      .filter(([path]) => path.startsWith('/papers'))
      .flatMap(([path, item]) => Object.keys(item).map((method) => `${method} ${path}`))
      .filter((line) => !line.startsWith('parameters'));
  expect(lines(described)).toEqual([
    'get /papers',
    'post /papers',
    'get /papers/{id}',
    'put /papers/{id}',
    'patch /papers/{id}',
    'delete /papers/{id}',
    'get /papers/{id}/remarks',
    'post /papers/{id}/publish',
    'get /papers/{id}/length',
    'post /papers/found',
  ]);
  expect(lines(forClients(described, papers))).toEqual(['get /papers', 'delete /papers/{id}']);
});
