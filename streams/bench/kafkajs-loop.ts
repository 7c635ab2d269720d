/**
 * For scale: what kafkajs's own consumer and producer do in a loop, with no state, no changelog and nothing committed but
 * offsets. Takes the environment of `bench/aggregate.ts`; `KAFKA_BROKERS=… IN_TOPIC=… OUT_TOPIC=… APP_ID=…`.
 */
import { Kafka, logLevel } from 'kafkajs'

const { env } = process

async function main(): Promise<void> {
  const kafka = new Kafka({
    brokers: (env.KAFKA_BROKERS ?? 'localhost:9092').split(','),
    logLevel: logLevel.ERROR,
  })
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 })
  const consumer = kafka.consumer({ groupId: env.APP_ID ?? 'kafkajs-loop' })
  await Promise.all([producer.connect(), consumer.connect()])
  await consumer.subscribe({ topic: env.IN_TOPIC ?? 'orders', fromBeginning: true })
  let counted = 0
  await consumer.run({
    eachBatch: async ({ batch }) => {
      const messages = batch.messages.map(({ key, value }) => {
        const order = JSON.parse(value!.toString()) as {
          orderId: string
          status: string
          amountCents: number
          note: string
        }
        counted += 1
        const { orderId, status, amountCents: totalCents, note } = order
        return { key, value: JSON.stringify({ orderId, status, count: counted, totalCents, note }) }
      })
      await producer.send({ topic: env.OUT_TOPIC ?? 'totals', messages })
    },
  })
}

main().catch((error: unknown) => {
  console.error(error)
  process.exit(1)
})
