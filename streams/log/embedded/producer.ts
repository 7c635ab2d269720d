import { MillraceError } from '../../errors'
import type { LogProducer } from '../port'
import { appender } from './appending'
import type { Decisions } from './decisions'
import type { Storage } from './storage'
import type { Topics } from './topics'

/** A producer without transactions. */
export function plainProducer(topics: Topics, decisions: Decisions, storage: Storage): LogProducer {
  const { append } = appender(topics, { producerId: decisions.newProducerId(), producerEpoch: 0 }, false)
  let isClosed = false
  return {
    async send(batches) {
      if (isClosed) throw new MillraceError('CLOSED', 'the producer is closed')
      const appended = append(batches)
      storage.sync()
      return appended
    },
    async close() {
      isClosed = true
    },
  }
}
