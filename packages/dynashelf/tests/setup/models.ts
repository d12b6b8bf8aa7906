// Whether Dynamoose's models convert items and records: in the project `dynamoose` of jest.config.js.

const { models } = globalThis as typeof globalThis & { models?: string };

export const isByDynamoose = models === 'dynamoose';
