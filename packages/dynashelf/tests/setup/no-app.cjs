// The engine's tests run in the folder of the sample, which declares changes. Their tables have no stream unless they ask
// for one: DynamoDB Local takes several times as long for each write of a table with a stream.
'use strict';

process.env.APP_OF_TESTS = 'none';
