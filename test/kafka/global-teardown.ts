/** Stops the Kafka that global-setup.ts started. */
export default async function tearDown(): Promise<void> {
  await globalThis.millraceTestKafka?.stop()
  globalThis.millraceTestKafka = undefined
}
