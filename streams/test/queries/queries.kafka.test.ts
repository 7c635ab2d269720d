import { randomUUID } from 'node:crypto'
import { kafkaSuite } from '../../../test/kafka/suite'
import { systemClock } from '../../clock'
import { openKafkaLog } from '../../log/kafkajs'
import { json, long, string } from '../../serdes'
import { keyValueStore } from '../../stores'
import { topic } from '../../topics'
import { openTopicWriter } from '../../worker/topic-writer'
import { summing, until, workersOn } from '../workers'

const keys = Array.from({ length: 30 }, (_, index) => `key-${10 + index}`)

kafkaSuite('queries of two workers on Kafka', (kafka) => {
  jest.setTimeout(90_000)
  const workers = workersOn(() => openKafkaLog({ brokers: kafka().brokers }))

  test.each(['at_least_once', 'exactly_once_v2'] as const)(
    'what is written is read, by whoever is asked, with %s; a standby answers for an owner that does not',
    async (guarantee) => {
      const id = randomUUID().slice(0, 8)
      const numbers = topic(`numbers-${id}`, { key: string, value: json<number>(), partitions: 4 })
      const sums = keyValueStore('sums', { key: string, value: long })
      const start = (applicationServer: string) =>
        workers.start({
          topology: summing({ name: `summing-${id}`, numbers, sums }),
          guarantee,
          standbyReplicas: 1,
          sessionTimeoutMs: 10_000,
          applicationServer,
          listen: '127.0.0.1:0',
        })
      // Others are told to ask it where nobody is.
      const silent = await start('127.0.0.1:1')
      const asked = await start('127.0.0.1:0')
      await until(() =>
        workers.running.every(({ ready, tasks, standbys }) => ready && tasks.length === 2 && standbys.length === 2),
      )

      const writer = await openTopicWriter({ log: workers.log, topic: numbers, clientId: 'test', clock: systemClock })
      const write = (value: number) => Promise.all(keys.map((key) => writer.write(key, value)))
      const first = await write(1)
      const all = await silent.store(sums).all({ atLeast: first, timeoutMs: 20_000 }).answer()
      expect(all.value).toEqual(keys.map((key) => ({ key, value: 1 })))
      expect(all.staleness).toEqual({ records: 0, ms: 0 })

      const second = await write(2)
      const stale = await asked.store(sums).all({ atLeast: second, allowStandby: true, timeoutMs: 30_000 }).answer()
      expect(stale.value).toEqual(keys.map((key) => ({ key, value: 3 })))
      expect(stale.answeredBy.map(({ role }) => role).sort()).toEqual(['active', 'active', 'standby', 'standby'])

      // The owner ends: the standby takes over, and there is nobody to be asked but oneself.
      await silent.close()
      const taken = await asked.store(sums).all({ atLeast: second, timeoutMs: 30_000 }).answer()
      expect(taken.value).toEqual(keys.map((key) => ({ key, value: 3 })))
      expect(taken.answeredBy.map(({ role }) => role)).toEqual(['active', 'active', 'active', 'active'])
      await writer.close()
    },
  )
})
