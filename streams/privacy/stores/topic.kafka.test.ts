import { randomUUID } from 'node:crypto'
import { kafkaSuite } from '../../../test/kafka/suite'
import { openKafkaLog } from '../../log/kafkajs'
import { keyStoreContract } from '../../testing/contracts/key-store'
import type { KeyStore } from '../port'
import { openTopicKeyStore } from './topic'

kafkaSuite('keys in a topic of Kafka', (kafka) => {
  keyStoreContract('in a topic of Kafka', async () => {
    const log = await openKafkaLog({ brokers: kafka().brokers })
    const topic = `keys-${randomUUID()}`
    const opened: KeyStore[] = []
    const open = async () => {
      const store = await openTopicKeyStore(log, { topic })
      opened.push(store)
      return store
    }
    return {
      store: await open(),
      again: open,
      close: async () => {
        await Promise.all(opened.map((store) => store.close()))
        await log.close()
      },
    }
  })
})
