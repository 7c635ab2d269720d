import { type Clock, systemClock } from '../clock'
import type { Log, LogProducer, TopicSpec } from '../log/port'
import { readRanges, wholeRanges } from '../log/read-range'
import { recordsBuffer } from '../log/records'
import type { StateNote } from '../stores/backend'

const KEY = Buffer.from('note')

/** What `logNote` writes to, to be created with others at once. */
export const noteTopic = (name: string): TopicSpec => ({
  name,
  partitions: 1,
  config: { 'cleanup.policy': 'compact' },
})

export interface LogNoteOptions {
  readonly clock?: Clock
  /** To write with; default: one of its own. */
  readonly producer?: Promise<LogProducer>
}

/** A small text in a compacted topic of one partition: the last record is it. */
export function logNote(log: Log, topic: string, options: LogNoteOptions = {}): StateNote {
  const { clock = systemClock, producer: given } = options
  const partition = { topic, partition: 0 }
  return {
    read: async () => {
      if (!(await log.admin.describeTopics([topic], { config: false })).has(topic)) return undefined
      let text: string | undefined
      for await (const { records } of readRanges(log, await wholeRanges(log, [partition])))
        text = records.at(-1)?.value?.toString('utf8') ?? text
      return text
    },
    write: async (text) => {
      await log.admin.createTopics([noteTopic(topic)])
      const producer = await (given ?? log.producer({ clientId: topic }))
      try {
        const records = recordsBuffer()
        records.append(KEY, Buffer.from(text, 'utf8'), clock.now(), [])
        await producer.send([{ ...partition, records }])
      } finally {
        if (given === undefined) await producer.close()
      }
    },
    remove: () => log.admin.deleteTopics([topic]),
  }
}
