// How functions are bundled (esbuild's words): the same for a deployment, for `npm start` and for what measures them.

import type { BuildOptions } from 'esbuild';

import type { Parameters } from './parameters';
import { isPublished } from './topic';

/** The options of esbuild. */
export function bundling(parameters: Parameters): BuildOptions {
  const map = parameters.of('sourcemap');
  const byDynamoose = parameters.oneOf('models', ['compiled', 'dynamoose']) === 'dynamoose';
  return {
    bundle: true,
    minify: parameters.is('minify'),
    format: 'cjs',
    platform: 'node',
    target: String(parameters.of('nodeTarget')),
    // ES modules first: they shake smaller and start sooner than what `main` names.
    mainFields: ['module', 'main'],
    // `wire` or `sdk`: which way to DynamoDB the engine's `#transport` leads to. `dynamoose`: what its `#models` does.
    conditions: ['module', parameters.oneOf('transport', ['wire', 'sdk']), ...(byDynamoose ? ['dynamoose'] : [])],
    define: isPublished(parameters) ? {} : { 'globalThis.bundleLacks.publications': 'true' },
    sourcemap: map === 'linked' ? 'linked' : String(map) === 'true',
    sourcesContent: false,
  };
}
