// How the tests run: with a database of their own, in memory.
module.exports = { ...require('dynashelf/testing/jest'), roots: ['<rootDir>/tests'], testTimeout: 30_000 };
