// The table, as CloudFormation makes it and as a local engine does: the keys and slots of src/store/layout/table.ts.

import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';

import { EXPIRES_ATTRIBUTE, INDEX_SLOTS, indexSlot, PARTITION_KEY, SORT_KEY } from '../store/layout/table';
import type { Parameters } from './parameters';
import { hasPublish, PLAIN_APP, type StackApp } from './stack-app';

/** What CreateTable takes of it. The rest (PITR, TTL, encryption …) no local engine has. */
export type TableDefinition = {
  [Name in 'AttributeDefinitions' | 'KeySchema' | 'GlobalSecondaryIndexes']-?: NonNullable<
    CreateTableCommandInput[Name]
  >;
} & Pick<CreateTableCommandInput, 'StreamSpecification'>;

const SLOTS = Array.from({ length: INDEX_SLOTS }, (_, index) => indexSlot(index + 1));

/** The names of the indexes. */
export const INDEX_NAMES = SLOTS.map(({ indexName }) => indexName);

/** The keys and indexes of the table. @param hasStream whether what is written is to be read as a stream */
export function tableDefinition(hasStream = false): TableDefinition {
  return {
    AttributeDefinitions: [
      PARTITION_KEY,
      SORT_KEY,
      ...SLOTS.flatMap(({ partitionKey, sortKey }) => [partitionKey, sortKey]),
    ].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: keySchema(PARTITION_KEY, SORT_KEY),
    GlobalSecondaryIndexes: SLOTS.map(({ indexName, partitionKey, sortKey }) => ({
      IndexName: indexName,
      KeySchema: keySchema(partitionKey, sortKey),
      Projection: { ProjectionType: 'ALL' },
    })),
    ...(hasStream && { StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' } }),
  };
}

function keySchema(hash: string, range: string): TableDefinition['KeySchema'] {
  return [
    { AttributeName: hash, KeyType: 'HASH' },
    { AttributeName: range, KeyType: 'RANGE' },
  ];
}

/**
 * The resource `Table` of the stack.
 * @param app where something is told of what is committed, the table has a stream
 */
export function tableResource(parameters: Parameters, app: StackApp = PLAIN_APP): object {
  const isProtected = parameters.is('protectData');
  return {
    Type: 'AWS::DynamoDB::Table',
    DeletionPolicy: parameters.of('tableDeletion'),
    UpdateReplacePolicy: parameters.of('tableDeletion'),
    Properties: {
      TableName: parameters.of('tableName'),
      BillingMode: 'PAY_PER_REQUEST',
      ...tableDefinition(),
      ...(hasPublish(app) && { StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' } }),
      TimeToLiveSpecification: { AttributeName: EXPIRES_ATTRIBUTE, Enabled: true },
      // DynamoDB encrypts every table. True moves it from AWS's key to the account's own, whose use CloudTrail records
      // and KMS charges.
      SSESpecification: { SSEEnabled: isProtected },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: isProtected },
      DeletionProtectionEnabled: isProtected,
    },
  };
}
