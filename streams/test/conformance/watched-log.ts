import type {
  AppendedBatch,
  Log,
  LogProducer,
  LogReader,
  OutgoingBatch,
  SendOptions,
  TopicPartition,
  TransactionalProducer,
} from '../../log/port'

/** A log of which it is known how far each partition has been written and read through it. */
export interface WatchedLog {
  readonly log: Log
  /** Everything appended to the partition has been handed to who reads it. */
  isRead(partition: TopicPartition): boolean
}

export function watchedLog(log: Log): WatchedLog {
  const ends = new Map<string, number>()
  const positions = new Map<string, number>()
  const place = ({ topic, partition }: TopicPartition) => `${topic}/${partition}`

  const noting = <P extends LogProducer | TransactionalProducer>(producer: P): P => ({
    ...producer,
    send: async (batches: readonly OutgoingBatch[], options?: SendOptions): Promise<readonly AppendedBatch[]> => {
      const appended = await producer.send(batches, options)
      for (const batch of appended) ends.set(place(batch), Math.max(ends.get(place(batch)) ?? 0, batch.nextOffset))
      return appended
    },
  })
  const notingReader = (reader: LogReader): LogReader => ({
    ...reader,
    assign: (from) => {
      for (const position of from) positions.set(place(position), position.offset)
      reader.assign(from)
    },
    poll: async (maxWaitMs) => {
      const batches = await reader.poll(maxWaitMs)
      for (const batch of batches) positions.set(place(batch), batch.nextOffset)
      return batches
    },
  })
  return {
    log: {
      ...log,
      producer: async (options) => noting(await log.producer(options)),
      transactionalProducer: async (options) => noting(await log.transactionalProducer(options)),
      reader: async (options) => notingReader(await log.reader(options)),
    },
    isRead: (partition) => (positions.get(place(partition)) ?? 0) >= (ends.get(place(partition)) ?? 0),
  }
}
