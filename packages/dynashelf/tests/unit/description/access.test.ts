// What the description says of access: whom each operation is for, by which credentials, and what is seen and set of an
// item.

import type { AccessDeclaration } from '../../../src/definition/access';
import { defineResource, listResources } from '../../../src/definition/define-resource';
import { describeApi, type OpenApi } from '../../../src/description/openapi';
import { trustedBy, type TrustedCredentials } from '../../../src/description/trusted-credentials';
import { faultOf, describedOf } from '../../../src/testing/description';
import { papersWith } from '../../setup/papers';
import { RULES } from '../../setup/rules';

const TOKENS: TrustedCredentials = { tokens: { issuer: 'https://issuer.example' }, apiKeys: false };
const KEYS: TrustedCredentials = { tokens: undefined, apiKeys: true };
const BOTH: TrustedCredentials = { ...TOKENS, apiKeys: true };
const NOTHING: TrustedCredentials = { tokens: undefined, apiKeys: false };

interface Operation {
  description: string;
  security?: object[];
  responses: Record<string, { description: string }>;
  requestBody?: object;
  parameters?: object[];
}
interface Schema {
  properties: Record<string, { description?: string; readOnly?: boolean; writeOnly?: boolean }>;
  required: string[];
}

const describing = (access: AccessDeclaration, trusted?: TrustedCredentials): OpenApi =>
  JSON.parse(JSON.stringify(describeApi(papersWith(access), '', trusted))) as OpenApi;
const operation = (document: OpenApi, line: string): Operation =>
  document.paths[line.split(' ')[1]!]![line.split(' ')[0]!.toLowerCase()] as Operation;
const schema = (document: OpenApi, name: string): Schema => document.components.schemas[name] as unknown as Schema;
const last = ({ description }: Operation): string => description.split(/(?<=\.) /).at(-1)!;
const statuses = ({ responses }: Operation): string[] => Object.keys(responses);

describe('the credentials of a deployment', () => {
  test('are what its configuration trusts; of one with open access there are none', () => {
    expect(trustedBy({ access: 'rules', tokens: RULES.tokens, apiKeys: true })).toEqual(BOTH);
    expect(trustedBy({ access: 'rules', tokens: undefined, apiKeys: false })).toEqual(NOTHING);
    expect(trustedBy({ access: 'open', tokens: RULES.tokens, apiKeys: true })).toBeUndefined();
  });

  test.each<[string, TrustedCredentials, string[], object[]]>([
    ['tokens', TOKENS, ['token'], [{ token: [] }]],
    ['API keys', KEYS, ['apiKey'], [{ apiKey: [] }]],
    ['both', BOTH, ['token', 'apiKey'], [{ apiKey: [], token: [] }, { apiKey: [] }]],
    ['none', NOTHING, [], []],
  ])('%s are its security schemes, and what is asked for', (_, trusted, schemes, security) => {
    const { components, ...document } = describing({}, trusted);
    expect([Object.keys(components.securitySchemes!), document['security']]).toEqual([schemes, security]);
  });

  test('name the issuer where it is known', () => {
    expect(describing({}, TOKENS).components.securitySchemes!['token']).toMatchObject({
      type: 'http',
      scheme: 'bearer',
      description: expect.stringContaining('https://issuer.example'),
    });
    expect(
      describing({}, { tokens: { issuer: undefined }, apiKeys: false }).components.securitySchemes!['token']![
        'description'
      ],
    ).toContain('that the deployment trusts');
  });

  test('name the refusals of actions alone in the description of an open API', () => {
    expect(describing({}).paths['/papers/{id}/publish']!['post']).toHaveProperty(['responses', '403']);
  });

  test('leave the description of an open API without schemes, refusals and a word on whom it is for', () => {
    const document = describing({ list: { role: 'editor' } });
    expect([
      document.components.securitySchemes,
      document['security'],
      document.components.responses['unauthenticated'],
      document.components.headers['WWW-Authenticate'],
    ]).toEqual([undefined, [], undefined, undefined]);
    expect(JSON.stringify(document)).not.toContain('editor');
    expect(
      Object.values(document.paths)
        .flatMap((path) => Object.values(path) as Operation[])
        .filter(({ security }) => security !== undefined),
    ).toEqual([]);
  });
});

test('what the API says of itself is for everyone', () => {
  for (const path of ['/', '/health', '/openapi.json', '/docs', '/docs/rapidoc.js']) {
    const described = operation(describing({}, BOTH), `GET ${path}`);
    expect([described.security, statuses(described).filter((status) => /40[13]/.test(status))]).toEqual([[], []]);
  }
});

describe('an operation', () => {
  const token = { token: [] };
  const apiKey = { apiKey: [] };
  const withKey = { apiKey: [], token: [] };

  test.each<[string, AccessDeclaration['list'], string, object[], object[], object[]]>([
    ['public', 'public', 'For everyone.', [token, {}], [apiKey], [withKey, apiKey]],
    ['authenticated', 'authenticated', 'For every caller with a token.', [token], [apiKey], [withKey, apiKey]],
    [
      'a function that lets everyone in',
      () => true,
      'By a rule of the resource’s own.',
      [token, {}],
      [apiKey],
      [withKey, apiKey],
    ],
    [
      'a function that lets nobody in without a subject',
      ({ subject }) => subject !== '',
      'By a rule of the resource’s own.',
      [token],
      [apiKey],
      [withKey, apiKey],
    ],
    [
      'a function that fails for nobody in particular',
      ({ claims }) => (claims['a'] as { b: boolean }).b,
      'By a rule of the resource’s own.',
      [token],
      [apiKey],
      [withKey, apiKey],
    ],
    [
      'an owner',
      { owner: 'owner' },
      'For the owner (`owner`), whose list holds its own items alone and is ordered by indexes of `owner`.',
      [token],
      [apiKey],
      [withKey, apiKey],
    ],
    [
      'an owner by id',
      { owner: 'id' },
      'For the owner (`id`), whose list holds its own items alone.',
      [token],
      [apiKey],
      [withKey, apiKey],
    ],
    [
      'one of two owners',
      { owner: ['owner', 'partner'] },
      'For the owner (`owner` or `partner`), whose list holds its own items alone and is ordered by indexes of `owner` and of `partner`.',
      [token],
      [apiKey],
      [withKey, apiKey],
    ],
    ['everyone or an owner', ['public', { owner: 'owner' }], 'For everyone.', [token, {}], [apiKey], [withKey, apiKey]],
    [
      'a role or an owner',
      [{ role: 'editor' }, { owner: 'owner' }],
      'For callers with the role `editor`, and for the owner (`owner`), whose list holds its own items alone and is ordered by indexes of `owner`.',
      [token],
      [apiKey],
      [withKey, apiKey],
    ],
  ])('by %s is for whom the rule names', (_, rule, sentence, byToken, byKey, byBoth) => {
    const of = (trusted: TrustedCredentials): Operation =>
      operation(describing({ list: rule }, trusted), 'GET /papers');
    expect([last(of(TOKENS)), of(TOKENS).security, of(KEYS).security, of(BOTH).security]).toEqual([
      sentence,
      byToken,
      byKey,
      byBoth,
    ]);
    expect(statuses(of(TOKENS))).toEqual(expect.arrayContaining(['200', '401', '403']));
  });

  test('that takes a role takes a token, as an API key has no roles', () => {
    const rule = [{ role: ['editor', 'admin'] }, { role: 'editor' }];
    expect(operation(describing({ list: rule }, BOTH), 'GET /papers')).toMatchObject({
      description: expect.stringMatching(/For callers with one of the roles `editor`, `admin`\.$/),
      security: [withKey],
    });
    expect(last(operation(describing({ list: rule }, KEYS), 'GET /papers'))).toBe(
      'Refused to everyone, as it takes a role, and API keys have none.',
    );
  });

  test('where keys are required is for nobody without one, public or not', () => {
    expect(last(operation(describing({ list: 'public' }, BOTH), 'GET /papers'))).toBe(
      'For every caller with an API key.',
    );
  });

  test.each<[string, AccessDeclaration, TrustedCredentials, string]>([
    ['that nobody is declared for', {}, TOKENS, 'Refused to everyone, as nobody is declared for it.'],
    [
      'of a deployment that trusts no credentials',
      { list: 'public' },
      NOTHING,
      'Refused to everyone, as this deployment trusts no credentials.',
    ],
  ])('%s is described as refused, with no other answer', (_, access, trusted, sentence) => {
    const described = operation(describing(access, trusted), 'GET /papers');
    expect([last(described), statuses(described), described.parameters, described.security]).toEqual([
      sentence,
      ['400', '401', '403', '429', '500', '503'],
      undefined,
      undefined,
    ]);
  });

  test('PUT says of replacing and creating whom each is for, and has the answers of what can be', () => {
    const put = operation(
      describing({ replace: { owner: 'owner' }, create: 'authenticated' }, TOKENS),
      'PUT /papers/{id}',
    );
    expect(last(put)).toBe(
      'To replace an item, for the owner (`owner`); to create one, for every caller with a token.',
    );
    expect(statuses(put)).toEqual(expect.arrayContaining(['200', '201', '404']));
    const replacing = operation(describing({ replace: 'public' }, TOKENS), 'PUT /papers/{id}');
    expect([statuses(replacing).filter((status) => /^2|404/.test(status)), replacing.security]).toEqual([
      ['200', '204'],
      [token, {}],
    ]);
  });

  test('a relation takes both what it belongs to and what it lists', () => {
    const related = (access: AccessDeclaration): Operation =>
      operation(describing(access, TOKENS), 'GET /shelves/{id}/papers');
    expect([last(related({ list: 'public' })), related({ list: 'public' }).security]).toEqual([
      'For everyone.',
      [token, {}],
    ]);
    expect([last(related({ list: { role: 'editor' } })), related({ list: { role: 'editor' } }).security]).toEqual([
      'It takes reading the item of shelves (for everyone) and listing papers (for callers with the role `editor`).',
      [token],
    ]);
    expect(statuses(related({}))).not.toContain('200');
  });

  test('POST is not for who owns the item that has their subject as its id', () => {
    const self = { owner: 'id' } as const;
    expect(operation(describing({ create: self }, TOKENS), 'POST /papers')).toMatchObject({
      description: expect.stringContaining('makes the item of its own id by PUT'),
    });
    expect(last(operation(describing({ create: [self, { role: 'editor' }] }, TOKENS), 'POST /papers'))).toBe(
      'For callers with the role `editor`.',
    );
    expect(operation(describing({ create: self }, TOKENS), 'PUT /papers/{id}').security).toEqual([token]);
  });

  test('a transaction takes what its operations take', () => {
    const of = (read: boolean): Operation => {
      const only = defineResource({
        name: 'notes',
        description: 'Notes.',
        schema: { text: String },
        access: { [read ? 'read' : 'list']: 'public' },
      });
      return describeApi(listResources(only), '', TOKENS).paths['/transactions']!['post'] as Operation;
    };
    expect([last(of(true)), of(true).security]).toEqual([
      'For callers who may carry out each of its operations.',
      [token, {}],
    ]);
    expect([last(of(false)), statuses(of(false)).filter((status) => status.startsWith('2'))]).toEqual([
      'Refused to everyone, as every operation that it could hold is.',
      [],
    ]);
  });
});

test('an operation that takes a role and an owner at once says both, and is refused where API keys alone are trusted', () => {
  const list = { all: [{ role: 'editor' }, { owner: 'owner' }] } as const;
  expect(last(operation(describing({ list }, TOKENS), 'GET /papers'))).toBe(
    'For those who are at once callers with the role `editor` and the owner (`owner`), whose list holds its own items alone and is ordered by indexes of `owner`.',
  );
  expect(statuses(operation(describing({ list }, KEYS), 'GET /papers'))).not.toContain('200');
});

describe('a write whose caller may not read the item', () => {
  const WRITES: [string, string, string][] = [
    ['POST /papers', 'create', '201'],
    ['PUT /papers/{id}', 'replace', '204'],
    ['PATCH /papers/{id}', 'patch', '204'],
    ['POST /papers/{id}/publish', 'publish', '204'],
  ];
  const editor = { role: 'editor' } as const;
  const owner = { owner: 'owner' } as const;

  test.each<[string, AccessDeclaration['read'], AccessDeclaration['read'], boolean]>([
    ['nobody reads', undefined, editor, true],
    ['another role reads', { role: ['reader', 'admin'] }, editor, true],
    ['the owner reads, and callers with a role write', owner, editor, true],
    ['who is authenticated reads, and everyone writes', 'authenticated', 'public', true],
    ['everyone reads', 'public', editor, false],
    ['who is authenticated reads', 'authenticated', editor, false],
    ['the role is one of those that read', { role: ['editor', 'admin'] }, editor, false],
  ])('may be answered without a body where %s, and it is said', (_, read, write, isBlind) => {
    for (const [line, name, status] of WRITES) {
      const { responses } = operation(describing({ [name]: write, read }, TOKENS), line);
      expect([line, responses[status]!.description.includes('may not read the item')]).toEqual([line, isBlind]);
    }
  });

  test('is none where owners read what they write, but for actions, which can change whose it is', () => {
    const said = WRITES.map(([line, name, status]) =>
      operation(describing({ [name]: owner, read: owner }, TOKENS), line).responses[status]!.description.includes(
        'may not read the item',
      ),
    );
    expect(said).toEqual([false, false, false, true]);
  });
});

describe('attributes', () => {
  const everyone: AccessDeclaration = {
    list: 'public',
    read: 'public',
    create: 'public',
    replace: 'public',
    patch: 'public',
    delete: 'public',
  };

  test('that nobody sees are in what is written, as writeOnly, and nowhere else, in every mode', () => {
    for (const trusted of [undefined, TOKENS]) {
      const document = describing(everyone, trusted);
      expect(schema(document, 'PaperInput').properties['pin']).toMatchObject({
        writeOnly: true,
        description: 'Seen by nobody.',
      });
      expect(schema(document, 'PaperChange').properties['pin']).toMatchObject({ writeOnly: true });
      expect(schema(document, 'Paper').properties).not.toHaveProperty('pin');
      const { parameters } = document.components;
      expect(Object.keys(parameters).filter((name) => name.startsWith('Papers.pin'))).toEqual([]);
      expect(JSON.stringify([parameters['Papers.fields'], parameters['Papers.sort']])).not.toContain('pin');
    }
  });

  test('that some see and set have a sentence on whom', () => {
    const { properties } = schema(describing(everyone, TOKENS), 'Paper');
    expect(properties['grade']!.description).toBe(
      'Seen by callers with the role `editor`. Set by callers with the role `editor`; ignored of others.',
    );
    expect(schema(describing(everyone), 'Paper').properties['grade']!.description).toBeUndefined();
    expect(Object.keys(describing(everyone, TOKENS).components.parameters)).toEqual(
      expect.arrayContaining(['Papers.grade', 'Papers.grade..gte']),
    );
  });

  test('that their owner sees and sets name it, and are not promised in items', () => {
    const rule = { owner: ['id', 'host'] } as const;
    const guests = defineResource({
      name: 'guests',
      description: 'Guests.',
      schema: {
        host: { type: String, maxLength: 50 },
        email: { type: String, required: true, readableBy: 'owner', writableBy: { owner: 'host' } },
      },
      access: { read: 'public', patch: rule },
    });
    const { properties, required } = schema(describeApi(listResources(guests), '', TOKENS), 'Guest');
    expect(properties['email']!.description).toBe(
      'Seen by the owner (`id` or `host`). Set by the owner (`host`); ignored of others. Required to make an item.',
    );
    expect(required).not.toContain('email');
  });

  test('that hold the owner say so, and are not required of it', () => {
    const document = describing({ create: [{ owner: 'owner' }, { role: 'editor' }] }, TOKENS);
    expect(schema(document, 'PaperInput')).toMatchObject({
      required: ['title'],
      properties: {
        owner: {
          description: 'Of what its owner writes, the caller’s subject, whatever the body says. Required of others.',
        },
      },
    });
    expect(schema(document, 'Paper').required).toContain('owner');
    expect(schema(describing({ create: { role: 'editor' } }, TOKENS), 'PaperInput').required).toEqual([
      'title',
      'owner',
    ]);
  });

  const kept = listResources(
    defineResource({
      name: 'kept',
      description: 'What is kept from some.',
      schema: {
        secret: { type: String, required: true, maxLength: 50, readableBy: 'nobody' },
        shown: {
          type: String,
          required: true,
          maxLength: 50,
          readableBy: ['nobody', { role: 'editor' }, ({ subject }) => subject === 'ada'],
          description: 'One of them.',
        },
        known: { type: String, required: true, maxLength: 50, readableBy: ['public', { role: 'editor' }] },
        set: { type: String, required: true, writableBy: 'authenticated' },
        own: { type: Number, writableBy: 'nobody' },
        inner: { type: String, readableBy: 'nobody', writableBy: 'nobody' },
        link: { type: String, references: 'kept', readableBy: 'nobody' },
      },
      indexes: {
        bySecret: { partition: 'secret', sort: 'known' },
        byShown: { sort: ['shown', 'secret'] },
        byKnown: { sort: 'known' },
      },
      access: everyone as never,
    }),
  );

  test('that not everyone sees are not required of answers, nor of every body what not everyone sees and sets', () => {
    const [open, guarded] = [undefined, TOKENS].map((trusted) => describedOf(kept, trusted).document) as [
      OpenApi,
      OpenApi,
    ];
    expect([schema(open, 'Kept').required, schema(open, 'KeptInput').required]).toEqual([
      ['id', 'shown', 'known', 'set', 'version', 'createdAt', 'updatedAt'],
      ['shown', 'known', 'set'],
    ]);
    expect([schema(guarded, 'Kept').required, schema(guarded, 'KeptInput').required]).toEqual([
      ['id', 'known', 'set', 'version', 'createdAt', 'updatedAt'],
      ['known'],
    ]);
    expect(schema(guarded, 'KeptInput').properties).toMatchObject({
      secret: { description: 'Seen by nobody. Required to make an item.' },
      shown: {
        description:
          'One of them. Seen by callers with the role `editor` and by those whom a rule of the resource’s own names. Required to make an item.',
      },
      set: { description: 'Set by every caller with a token; ignored of others. Required to make an item.' },
    });
    expect(schema(guarded, 'KeptInput').properties['known']!.description).toBeUndefined();
  });

  test('that nobody sets are read-only, and what is kept from everyone is not named at all', () => {
    for (const trusted of [undefined, TOKENS]) {
      const { document } = describedOf(kept, trusted);
      expect(schema(document, 'Kept').properties['own']).toMatchObject({ readOnly: true });
      expect(schema(document, 'KeptInput').properties['own']).toEqual({
        readOnly: true,
        description: 'Ignored in a request.',
      });
      expect(JSON.stringify(document)).not.toContain('inner');
    }
  });

  test('that nobody sees order, divide and expand no list', () => {
    const { parameters } = describedOf(kept, TOKENS).document.components;
    expect(parameters['Kept.sort']).toMatchObject({
      description: expect.not.stringContaining('secret'),
      schema: { enum: ['id', '-id', 'known', '-known'] },
    });
    expect(parameters).not.toHaveProperty(['Kept.expand']);
    expect(schema(describedOf(kept, TOKENS).document, 'Kept').properties).not.toHaveProperty('expand');
  });

  test('are in examples that are valid', () => {
    for (const trusted of [undefined, TOKENS]) {
      const described = describedOf(kept, trusted);
      for (const name of ['Kept', 'KeptInput']) {
        const { examples } = described.document.components.schemas[name] as { examples: object[] };
        expect(Object.hasOwn(examples[0]!, 'secret')).toBe(name === 'KeptInput');
        expect(faultOf(described, { $ref: `#/components/schemas/${name}` }, examples[0])).toBeUndefined();
      }
    }
  });
});
