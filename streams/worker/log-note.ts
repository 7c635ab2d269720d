import { type Clock, systemClock } from '../clock'
import type { Log } from '../log/port'
import { recordsBuffer } from '../log/records'
import type { StateNote } from '../stores/backend'

const POLL_MS = 500
const KEY = Buffer.from('note')

/** A small text in a compacted topic of one partition: the last record is it. */
export function logNote(log: Log, topic: string, clock: Clock = systemClock): StateNote {
  const partition = { topic, partition: 0 }
  return {
    read: async () => {
      if (!(await log.admin.describeTopics([topic])).has(topic)) return undefined
      const [end] = await log.admin.offsets([partition], 'latest')
      const [start] = await log.admin.offsets([partition], 'earliest')
      const reader = await log.reader({ isolation: 'read_committed' })
      try {
        reader.assign([start!])
        let text: string | undefined
        for (let position = start!.offset; position < end!.offset; ) {
          for (const batch of await reader.poll(POLL_MS)) {
            text = batch.records.at(-1)?.value?.toString('utf8') ?? text
            position = batch.nextOffset
          }
        }
        return text
      } finally {
        await reader.close()
      }
    },
    write: async (text) => {
      await log.admin.createTopics([{ name: topic, partitions: 1, config: { 'cleanup.policy': 'compact' } }])
      const producer = await log.producer({ clientId: topic })
      try {
        const records = recordsBuffer()
        records.append(KEY, Buffer.from(text, 'utf8'), clock.now(), [])
        await producer.send([{ ...partition, records }])
      } finally {
        await producer.close()
      }
    },
  }
}
