// The stream of a table, read as Lambda reads it: shards that follow one another, and their records in order. By signed
// requests of our own, as the AWS SDK has a package of its own for streams.
import { toBase64 } from '../store/client/https/bytes';
import { readAnswer, serviceError } from '../store/client/https/answer';
import { readEnvironment } from '../store/client/https/environment';
import { openExchange } from '../store/client/https/exchange';
import { createSigner } from '../store/client/https/signing';
import type { AttributeMap } from '../store/layout/value';

/** A record of a stream, as Lambda gives it to a function. */
export interface StreamRecord {
  readonly eventID: string;
  readonly eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  /** Who wrote it, where that was DynamoDB itself. */
  readonly userIdentity?: { readonly type?: string; readonly principalId?: string };
  readonly dynamodb: {
    /** Seconds since 1970; local engines have other forms. */
    readonly ApproximateCreationDateTime?: number | string;
    readonly Keys: AttributeMap;
    readonly NewImage?: AttributeMap;
    readonly OldImage?: AttributeMap;
    readonly SequenceNumber: string;
  };
}

/** A shard of a stream. */
export interface Shard {
  readonly id: string;
  /** The one that was before it, whose records come first. */
  readonly parent: string | undefined;
}

/** Some records of a shard, in order. */
export interface Portion {
  readonly records: readonly StreamRecord[];
  /** Where the shard is read on; undefined where it is closed and read. */
  readonly next: string | undefined;
}

/** The stream of one table. */
export interface TableStream {
  /** Its shards, a parent before what follows it. */
  shards(): Promise<Shard[]>;
  /** Where a shard is read from: all that it has, what comes from now on, or what is behind a sequence number. */
  begin(shard: string, from: 'TRIM_HORIZON' | 'LATEST' | { readonly after: string }): Promise<string>;
  /** Reads from a place. @param limit how many records, 1000 at most */
  read(place: string, limit?: number): Promise<Portion>;
}

/** Milliseconds that an answer may take. */
const PATIENCE = 10_000;

/**
 * Opens the stream of a table.
 * @throws Error where the table has none
 */
export async function openStream(
  tableName: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<TableStream> {
  const ask = connectStreams(environment);
  const { Table } = (await ask('DynamoDB_20120810.DescribeTable', { TableName: tableName })) as {
    Table: { LatestStreamArn?: string };
  };
  const arn = Table.LatestStreamArn;
  if (arn === undefined) {
    throw new Error(`The table ${tableName} has no stream: make it with one.`);
  }
  return {
    async shards() {
      const shards: Shard[] = [];
      let last: string | undefined;
      do {
        const { StreamDescription } = (await ask('DynamoDBStreams_20120810.DescribeStream', {
          StreamArn: arn,
          ...(last !== undefined && { ExclusiveStartShardId: last }),
        })) as StreamAnswer;
        const { Shards = [], LastEvaluatedShardId } = StreamDescription ?? {};
        shards.push(...Shards.map(({ ShardId, ParentShardId }) => ({ id: ShardId, parent: ParentShardId })));
        last = LastEvaluatedShardId;
      } while (last !== undefined);
      return parentsFirst(shards);
    },

    async begin(ShardId, from) {
      const { ShardIterator } = (await ask('DynamoDBStreams_20120810.GetShardIterator', {
        StreamArn: arn,
        ShardId,
        ...(typeof from === 'string'
          ? { ShardIteratorType: from }
          : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: from.after }),
      })) as {
        ShardIterator: string;
      };
      return ShardIterator;
    },

    async read(ShardIterator, Limit = 1_000) {
      const { Records = [], NextShardIterator } = (await ask('DynamoDBStreams_20120810.GetRecords', {
        ShardIterator,
        Limit,
      })) as {
        Records?: StreamRecord[];
        NextShardIterator?: string;
      };
      return { records: Records, next: NextShardIterator };
    },
  };
}

interface StreamAnswer {
  readonly StreamDescription?: {
    readonly Shards?: readonly { readonly ShardId: string; readonly ParentShardId?: string }[];
    readonly LastEvaluatedShardId?: string;
  };
}

/** Shards in an order in which each comes behind its parent, if that is still there. */
function parentsFirst(shards: readonly Shard[]): Shard[] {
  const left = new Map(shards.map((shard) => [shard.id, shard]));
  const ordered: Shard[] = [];
  const take = (shard: Shard): void => {
    left.delete(shard.id);
    const parent = shard.parent === undefined ? undefined : left.get(shard.parent);
    if (parent !== undefined) {
      take(parent);
    }
    ordered.push(shard);
  };
  for (const shard of shards) {
    if (left.has(shard.id)) {
      take(shard);
    }
  }
  return ordered;
}

/** Sends requests to DynamoDB and its streams, at one endpoint. @throws the service's error */
function connectStreams(environment: NodeJS.ProcessEnv): (operation: string, input: object) => Promise<unknown> {
  const { endpoint, region, credentials } = readEnvironment(environment);
  const sign = createSigner({ credentials, region, service: 'dynamodb', method: 'POST', url: endpoint });
  const exchange = openExchange(endpoint);
  return async (operation, input) => {
    const body = JSON.stringify(toBase64(input));
    const headers = {
      host: endpoint.host,
      'content-type': 'application/x-amz-json-1.0',
      'content-length': String(Buffer.byteLength(body)),
      'x-amz-target': operation,
    };
    const reply = await exchange(sign(headers, body, new Date()), body, { timeout: PATIENCE });
    const answer = readAnswer(reply);
    if (reply.status !== 200) {
      throw serviceError(reply.status, reply.headers, answer);
    }
    return answer;
  };
}
