// `npm run bench:events`: what it takes for a change to reach those who are told of it. Prints the tables of
// docs/events.md; `-- 1000` measures with so many sockets alone, `-- feed 1000000` a feed of so many changes alone.

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';

import { startDatabase } from '../src/local/database';
import { recreateTable } from '../src/local/table';
import { tableDefinition } from '../src/serverless/table';
import { measureFeed } from './events/feed';
import { measureSockets } from './events/sockets';

const TABLE = 'events';

async function main(): Promise<void> {
  const database = await startDatabase();
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_DYNAMODB: database.endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'events',
    AWS_SECRET_ACCESS_KEY: 'events',
    TABLE_NAME: TABLE,
    CURSOR_KEY: 'a key for measuring only',
    ACCESS: 'open',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  });
  const client = new DynamoDBClient({});
  try {
    const [first, ...others] = process.argv.slice(2);
    if (first === undefined || first === 'feed') {
      await measureFeed(TABLE, Number(others[0] ?? 100_000));
    }
    if (first !== 'feed') {
      await recreateTable(client, TABLE, tableDefinition(true));
      await measureSockets(first === undefined ? [1, 100, 1000] : [first, ...others].map(Number));
    }
  } finally {
    client.destroy();
    await database.stop();
  }
}

void main();
