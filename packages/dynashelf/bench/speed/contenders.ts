// Who is measured, under which name, and of which files each is made.

/** `data` is called with what is to be done, `handler` with the event that API Gateway makes of a request. */
export type Contender = {
  readonly name: string;
  /** Whether it is measured cold too. */
  readonly isCold: boolean;
  /** Without the AWS SDK where it is `wire`. */
  readonly transport: 'wire' | 'sdk';
  /** What converts items, of ours: compiled code without a word. */
  readonly models?: 'dynamoose';
} &
  /** A file with `reads` and `writes`. */
  (
    | { readonly kind: 'data'; readonly file: string }
    /** Files with `handler`, of what reads and of what writes. */
    | { readonly kind: 'handler'; readonly read: string; readonly write: string }
  );

const HERE = { read: 'speed/dynashelf-read', write: 'speed/dynashelf-write' };

function data(
  name: string,
  file: string,
  { transport = 'sdk', isCold = true }: Partial<Pick<Contender, 'transport' | 'isCold'>> = {},
): Contender {
  return { kind: 'data', name, file, transport, isCold };
}

function framework(name: string, file: string): Contender {
  return { kind: 'handler', name, read: file, write: file, transport: 'sdk', isCold: true };
}

/** What all others are held against. */
export const RAW = data('raw SDK', 'peers/raw-sdk');

/** Ours as it is deployed. */
export const OURS: Contender = { kind: 'handler', name: 'Dynashelf', ...HERE, transport: 'wire', isCold: true };

/** Whole requests as other people write them. */
export const FRAMEWORKS: readonly Contender[] = [
  framework('Express', 'peers/express'),
  framework('Hono', 'peers/hono'),
];

export const CONTENDERS: readonly Contender[] = [
  OURS,
  { kind: 'handler', name: 'Dynashelf by the SDK', ...HERE, transport: 'sdk', isCold: false },
  {
    kind: 'handler',
    name: "Dynashelf with Dynamoose's models",
    ...HERE,
    transport: 'wire',
    models: 'dynamoose',
    isCold: true,
  },
  data('our store alone', 'speed/dynashelf-store', { transport: 'wire', isCold: false }),
  RAW,
  data('raw SDK, tuned', 'peers/tuned-sdk', { isCold: false }),
  data('lib-dynamodb', 'peers/document-client'),
  data('Dynamoose', 'peers/dynamoose'),
  data('ElectroDB', 'peers/electrodb'),
  data('dynamodb-toolbox', 'peers/toolbox'),
  data('OneTable', 'peers/onetable'),
  ...FRAMEWORKS,
];
