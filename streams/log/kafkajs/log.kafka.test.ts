import { kafkaSuite } from '../../../test/kafka/suite'
import { logContract } from '../../testing/contracts/log'
import { openKafkaLog } from '.'

kafkaSuite('the log on Kafka', (kafka) => {
  logContract('kafkajs', async () => {
    const brokers = kafka().brokers
    let log = await openKafkaLog({ brokers })
    return {
      log,
      reopen: async () => {
        await log.close()
        log = await openKafkaLog({ brokers })
        return log
      },
      close: () => log.close(),
    }
  })
})
