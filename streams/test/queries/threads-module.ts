/** A worker module for the test of queries to threads. */
import { stream } from '../../dsl/stream'
import { topology } from '../../graph/topology'
import { openKafkaLog } from '../../log/kafkajs'
import { json, long, string } from '../../serdes'
import { keyValueStore } from '../../stores'
import { topic } from '../../topics'
import { defineWorker } from '../../worker/threads/define-worker'

const { QUERY_TEST_ID: id = 'none', QUERY_TEST_BROKERS: brokers = '' } = process.env

export const numbersOf = (test: string) =>
  topic(`threads-${test}`, { key: string, value: json<number>(), partitions: 4 })
export const sums = keyValueStore('sums', { key: string, value: long })
export const summingOf = (test: string) =>
  topology(`threads-${test}`, [
    stream(numbersOf(test))
      .process(
        (context) => ({
          process({ key, value }) {
            context.store(sums).put(key, (context.store(sums).get(key) ?? 0) + value)
          },
        }),
        { stores: [sums] },
      )
      .foreach(() => undefined),
  ])

export default defineWorker(async ({ logger }) => ({
  topology: summingOf(id),
  log: await openKafkaLog({ brokers: brokers.split(',') }),
  applicationServer: '127.0.0.1:0',
  logger,
}))
