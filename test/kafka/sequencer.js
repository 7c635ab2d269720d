const { default: Sequencer } = require('@jest/test-sequencer')

/**
 * Tells global-setup.ts whether a test that needs a Kafka is about to run: jest asks the sequencer for the order of the
 * selected files just before it calls the global set-up, and it is the only place that sees them.
 */
module.exports = class KafkaAwareSequencer extends Sequencer {
  sort(tests) {
    const paths = Array.from(tests, (test) => test.path)
    process.env.MILLRACE_TEST_KAFKA_NEEDED = paths.some((path) => path.endsWith('.kafka.test.ts')) ? '1' : ''
    process.env.MILLRACE_TEST_LOCAL_KAFKA_NEEDED = paths.some((path) => path.endsWith('.local.kafka.test.ts'))
      ? '1'
      : ''
    return super.sort(tests)
  }
}
