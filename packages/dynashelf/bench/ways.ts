// `npm run bench:ways`: how many files and functions each of eight requests crosses. Prints the table of
// docs/architecture.md; with --files also the files of each.
import { startDatabase } from '../src/local/database';
import { connect } from '../src/store/client/https';
import { makeTable } from './fill';
import { measureWays } from './ways/measure';

async function main(): Promise<void> {
  const database = await startDatabase();
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_DYNAMODB: database.endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'ways',
    AWS_SECRET_ACCESS_KEY: 'ways',
    TABLE_NAME: 'ways',
    CURSOR_KEY: 'a key for measuring only',
    ACCESS: 'open',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  });
  try {
    await makeTable('ways');
    const ways = await measureWays(connect());
    console.log('| request | files | functions | calls |\n| --- | ---: | ---: | ---: |');
    for (const { name, files, functions, calls } of ways) {
      console.log(`| ${name} | ${files.length} | ${functions} | ${calls} |`);
    }
    if (process.argv.includes('--files')) {
      for (const { name, files, transport } of ways) {
        console.log(`\n${name}: ${files.join(' ')}, and of the transport ${transport.join(' ')}`);
      }
    }
  } finally {
    await database.stop();
  }
}

void main();
