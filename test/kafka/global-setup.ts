import { findKafka } from './find'
import type { KafkaHandle } from './handle'
import { findJava, kafkaJars } from './jars'

declare global {
  // Jest gives the set-up and the tear-down no other way to share a value.
  var millraceTestKafka: KafkaHandle | undefined
}

const note = (line: string) => process.stderr.write(`${line}\n`)

/** Finds what is needed for the files that are about to run (see sequencer.js); for unit tests alone that is nothing. */
export default async function setUp(): Promise<void> {
  if (process.env.MILLRACE_TEST_KAFKA_NEEDED) process.env.MILLRACE_TEST_KAFKA = await sharedKafka()
  if (process.env.MILLRACE_TEST_LOCAL_KAFKA_NEEDED) process.env.MILLRACE_TEST_LOCAL_KAFKA = await localKafka()
}

/** One Kafka for the whole run. */
async function sharedKafka(): Promise<string> {
  const kafka = await findKafka({ note, consequence: 'suites that need one are skipped' })
  globalThis.millraceTestKafka = kafka
  if (kafka === undefined) return 'none'
  note(`Kafka for this run: ${kafka.brokers.join(',')} (${kafka.source})`)
  return JSON.stringify({ brokers: kafka.brokers, source: kafka.source })
}

/** Suites with brokers of their own start them by themselves, which takes Java even where the shared one comes from elsewhere. */
async function localKafka(): Promise<string> {
  try {
    await findJava()
    await kafkaJars()
    return 'yes'
  } catch (error) {
    const alreadySaid = process.env.MILLRACE_TEST_KAFKA === 'none'
    if (!alreadySaid)
      note(`suites that start brokers of their own are skipped: ${error instanceof Error ? error.message : error}`)
    return 'none'
  }
}
