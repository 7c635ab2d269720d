/** One configuration for the engine and the application; sources are compiled by swc and checked by tsc. */
module.exports = {
  testEnvironment: 'node',
  // Nothing is judged by how long it takes; who waits in vain ends here, on a busy machine too.
  testTimeout: 30_000,
  testMatch: ['<rootDir>/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['<rootDir>/streams/dist'],
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons', 'require', 'default'] },
  transform: {
    '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, sourceMaps: 'inline' }],
  },
  testSequencer: '<rootDir>/test/kafka/sequencer.js',
  globalSetup: '<rootDir>/test/kafka/global-setup.ts',
  globalTeardown: '<rootDir>/test/kafka/global-teardown.ts',
}
