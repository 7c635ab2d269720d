import { findKafka } from './find'
import type { KafkaHandle } from './handle'
import { findJava, kafkaJars } from './jars'

declare global {
  // Jest gives the set-up and the tear-down no other way to share a value.
  var millraceTestKafka: KafkaHandle | undefined
}

const note = (line: string) => process.stderr.write(`${line}\n`)

/** Finds one Kafka for the whole run, and only if a file named `*.kafka.test.ts` is about to run (see sequencer.js). */
export default async function setUp(): Promise<void> {
  if (!process.env.MILLRACE_TEST_KAFKA_NEEDED) return
  const kafka = await findKafka({ note: (line) => note(`${line}; suites that need one are skipped`) })
  globalThis.millraceTestKafka = kafka
  process.env.MILLRACE_TEST_KAFKA = kafka ? JSON.stringify({ brokers: kafka.brokers, source: kafka.source }) : 'none'
  if (kafka) note(`Kafka for this run: ${kafka.brokers.join(',')} (${kafka.source})`)
  if (process.env.MILLRACE_TEST_LOCAL_KAFKA_NEEDED) process.env.MILLRACE_TEST_LOCAL_KAFKA = await localKafka()
}

/** Suites that kill brokers start their own, which takes Java even where the shared one comes from elsewhere. */
async function localKafka(): Promise<string> {
  try {
    await findJava()
    await kafkaJars()
    return 'yes'
  } catch (error) {
    note(`suites that kill brokers are skipped: ${error instanceof Error ? error.message : error}`)
    return 'none'
  }
}
