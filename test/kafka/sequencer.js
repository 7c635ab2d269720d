const { default: Sequencer } = require('@jest/test-sequencer')

/**
 * Tells global-setup.ts whether tests that need a Kafka are about to run: jest asks the sequencer for the order of the
 * selected files just before it calls the global set-up, and it is the only place that sees them.
 */
module.exports = class KafkaAwareSequencer extends Sequencer {
  sort(tests) {
    const needing = Array.from(tests, (test) => test.path).filter((path) => path.endsWith('.kafka.test.ts'))
    const local = needing.filter((path) => path.endsWith('.local.kafka.test.ts'))
    process.env.MILLRACE_TEST_KAFKA_NEEDED = needing.length > local.length ? '1' : ''
    process.env.MILLRACE_TEST_LOCAL_KAFKA_NEEDED = local.length > 0 ? '1' : ''
    return super.sort(tests)
  }
}
