import { availableParallelism } from 'node:os';

/** Runs natively as ES modules under `--experimental-vm-modules` (what `npm test` does). */
export default {
  testEnvironment: 'node',
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.demo/'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'es6' }, sourceMaps: 'inline' }],
  },
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  // most of the suite waits for processes, leases and timers: a worker more than there are cores costs nothing
  maxWorkers: Math.max(3, availableParallelism() - 1),
  testTimeout: 20_000,
  reporters: ['default', '<rootDir>/test/support/closing-line.cjs'],
};
