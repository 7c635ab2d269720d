import { randomUUID } from 'node:crypto'
import { kafkaSuite } from '../../../test/kafka/suite'
import { openKafkaLog } from '../../log/kafkajs'
import { finalTablesSuite, type Setting } from './suite'

const settings: readonly Setting[] = [
  { guarantee: 'exactly_once_v2', state: 'memory' },
  { guarantee: 'at_least_once', state: 'memory' },
  { guarantee: 'exactly_once_v2', state: 'level' },
  { guarantee: 'at_least_once', state: 'level' },
]

kafkaSuite('the final tables on Kafka', (kafka) => {
  finalTablesSuite({
    prefix: `conformance-${randomUUID().slice(0, 8)}.`,
    open: () => openKafkaLog({ brokers: kafka().brokers }),
    settingOf: (index) => settings[index % settings.length]!,
    sideBySide: 8,
    timeoutMs: 300_000,
  })
})
