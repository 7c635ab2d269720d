import type { KafkaHandle, LocalKafka, StartOptions } from './handle'
import { startLocalKafka } from './java'

const START_TIMEOUT_MS = 90_000

/**
 * A `describe` for tests on a real Kafka, in files named `*.kafka.test.ts`. All files of a run share one broker, so each
 * test uses topics, groups and transactional ids of its own. Skipped where no Kafka is found; failed with REQUIRE_KAFKA=1.
 */
export function kafkaSuite(name: string, define: (kafka: () => KafkaHandle) => void): void {
  const found = process.env.MILLRACE_TEST_KAFKA
  if (found === undefined) throw new Error('a file with a kafkaSuite must be named *.kafka.test.ts')
  if (found === 'none') {
    skipped(name)
    return
  }
  const handle: KafkaHandle = { ...(JSON.parse(found) as KafkaHandle), stop: async () => undefined }
  describe(name, () => define(() => handle))
}

/**
 * A `describe` with brokers of its own, which its tests may kill and start again, in files named
 * `*.local.kafka.test.ts`. Skipped where there is no Java 17 with Maven; failed with REQUIRE_KAFKA=1.
 */
export function localKafkaSuite(
  name: string,
  options: StartOptions | (() => Promise<StartOptions>),
  define: (kafka: () => LocalKafka) => void,
): void {
  const found = process.env.MILLRACE_TEST_LOCAL_KAFKA
  if (found === undefined) throw new Error('a file with a localKafkaSuite must be named *.local.kafka.test.ts')
  if (found === 'none') {
    skipped(name)
    return
  }
  describe(name, () => {
    let kafka: LocalKafka | undefined
    beforeAll(async () => {
      kafka = await startLocalKafka(typeof options === 'function' ? await options() : options)
    }, START_TIMEOUT_MS)
    afterAll(async () => kafka?.stop())
    define(() => {
      if (kafka === undefined) throw new Error('the brokers are started before the tests, not before the describes')
      return kafka
    })
  })
}

function skipped(name: string): void {
  if (process.env.REQUIRE_KAFKA !== '1') {
    describe.skip(name, () => test('needs a Kafka', () => undefined))
    return
  }
  test(`${name} needs a Kafka`, () => {
    throw new Error('REQUIRE_KAFKA=1, but no Kafka was found; the first lines of this run say why')
  })
}
