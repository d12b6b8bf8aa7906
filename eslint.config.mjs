// Lint: what the compiler cannot see, promises above all.

import { existsSync } from 'node:fs';

import tseslint from 'typescript-eslint';

// What packages that are not installed give is of no known type: `npm run bench` installs those of the first, `npm ci`
// those of the examples.
const unknown = [
  ['packages/dynashelf/bench/peers/', 'packages/dynashelf/bench/peers/node_modules'],
  ['examples/', 'node_modules/standardwebhooks'],
].flatMap(([folder, needed]) => (existsSync(new URL(needed, import.meta.url)) ? [] : [folder]));

export default tseslint.config(
  {
    ignores: [
      'node_modules/',
      '.dynamodb/',
      '.serverless/',
      '.build/',
      'coverage/',
      '**/dist/',
      '**/.dist-*/',
      'packages/create-dynashelf/template/',
      ...unknown,
    ],
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/return-await': ['error', 'in-try-catch'],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      // `async` also turns a throw into a rejection, which is reason enough where a promise is owed.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true, allowNullish: true },
      ],
      // Objects here are made of closures: no function has a `this` to lose.
      '@typescript-eslint/unbound-method': 'off',
      curly: ['error', 'all'],
      eqeqeq: 'error',
      // Prettier breaks code; this is for comments, which it leaves as they are.
      'max-len': [
        'error',
        { code: 120, ignoreStrings: true, ignoreTemplateLiterals: true, ignoreRegExpLiterals: true, ignoreUrls: true },
      ],
      'no-console': 'off',
      'no-restricted-exports': [
        'error',
        { restrictDefaultExports: { direct: true, named: true, defaultFrom: true, namedFrom: true } },
      ],
      'object-shorthand': 'error',
      'prefer-const': 'error',
    },
  },
  {
    // A body is whatever the API answered: tests look into it freely, and the expectation is the check.
    files: [
      'tests/**/*.ts',
      'examples/*/tests/**/*.ts',
      'packages/*/tests/**/*.ts',
      'packages/dynashelf/src/testing/*.ts',
    ],
    rules: Object.fromEntries(
      ['argument', 'assignment', 'call', 'member-access', 'return'].map((use) => [
        `@typescript-eslint/no-unsafe-${use}`,
        'off',
      ]),
    ),
  },
  {
    // Jest wants these two to be default exports.
    files: ['packages/dynashelf/src/testing/global.ts', 'packages/dynashelf/src/testing/global-teardown.ts'],
    rules: { 'no-restricted-exports': 'off' },
  },
);
