import js from '@eslint/js';
import tseslint from 'typescript-eslint';

const deny = (...groups) => ({
  'no-restricted-imports': ['error', { patterns: groups.map(([group, message]) => ({ group, message })) }],
});

const otherServices = [
  ['**/api-service/**', '**/rating-service/**', 'api-service', 'rating-service'],
  'Services never import each other, and the library imports no service.',
];
const express = [['express'], 'Only http/ and *.routes.ts know express.'];
const sequelize = [['sequelize'], 'Only db/, models, repositories and services know sequelize.'];
const compose = [
  ['**/compose.ts', '**/compose-*.ts', '**/main.ts'],
  'The direction is main -> compose -> feature -> ct-common-lib.',
];

export default tseslint.config(
  {
    ignores: [
      '**/dist',
      '**/node_modules',
      'coverage',
      '.data',
      '.nx',
      'ct-common-lib/src/client/api.ts',
      'ct-common-lib/reference',
    ],
  },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true, named: true } }],
    },
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly' } },
  },
  // chai's assertions are property reads.
  {
    files: ['**/*.test.ts', '**/testing/**/*.ts'],
    rules: { '@typescript-eslint/no-unused-expressions': 'off' },
  },

  // Dependency direction. A later entry replaces an earlier one for the files that both name.
  { files: ['ct-common-lib/src/**/*.ts'], rules: deny(otherServices, compose) },
  { files: ['{api,rating}-service/src/**/*.ts'], rules: deny(otherServices, compose, express, sequelize) },
  { files: ['{api,rating}-service/src/{main,compose}.ts'], rules: deny(otherServices, express, sequelize) },
  { files: ['{api,rating}-service/src/http/**/*.ts'], rules: deny(otherServices, compose, sequelize) },
  {
    files: ['{api,rating}-service/src/*/*.routes.ts'],
    rules: deny(otherServices, compose, sequelize, [
      ['**/*.model.ts'],
      'Routes reach rows through a repository or a service.',
    ]),
  },
  {
    files: ['{api,rating}-service/src/*/*.consumer.ts'],
    rules: deny(otherServices, compose, express, sequelize, [
      ['**/*.model.ts', '**/*.routes.ts'],
      'A consumer calls a service or a repository.',
    ]),
  },
  {
    files: ['{api,rating}-service/src/*/*.service.ts'],
    rules: deny(otherServices, compose, express, [
      ['**/*.routes.ts', '**/*.consumer.ts'],
      'A service knows no transport.',
    ]),
  },
  {
    files: ['{api,rating}-service/src/*/*.{repository,model}.ts', '{api,rating}-service/src/db/**/*.ts'],
    rules: deny(otherServices, compose, express, [
      ['**/*.routes.ts', '**/*.consumer.ts', '**/*.service.ts'],
      'A repository holds no rule and calls nothing above it.',
    ]),
  },
);
