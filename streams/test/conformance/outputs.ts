import type { LogRecord } from '../../log/port'
import { inMemoryRegistry } from '../../registry'
import { recordDecoder } from '../../testing/driver-io'
import type { Feeder } from './feed'
import type { Final, PlacedRecord } from './final'
import { asVectorRecord, type TopicNamed } from './run'
import type { WatchedLog } from './watched-log'

export interface OutputOptions {
  readonly names: readonly string[]
  readonly watched: WatchedLog
  readonly feeder: Feeder
  readonly topicNamed: TopicNamed
  readonly partitions: number
}

/**
 * What the topology wrote, as a consumer sees it that reads what is committed only. Read up to what was appended, not to
 * the end that the log tells: Kafka answers a commit before its markers stand in all partitions.
 */
export async function readOutputs(options: OutputOptions): Promise<Final['outputs']> {
  const { names, watched, feeder, topicNamed, partitions } = options
  const registry = inMemoryRegistry()
  const outputs = new Map<string, PlacedRecord[]>(names.map((name) => [name, []]))
  const places = names.flatMap((topic) => Array.from({ length: partitions }, (_, partition) => ({ topic, partition })))
  const asOutput = (topic: string, partition: number, raw: LogRecord): PlacedRecord => {
    const decoded = recordDecoder(topicNamed(topic), { registry })({ ...raw, partition, piped: false })
    return { ...asVectorRecord({ ...raw, partition, ...decoded }), partition }
  }
  const reader = await watched.log.reader({ isolation: 'read_committed' })
  reader.assign(await watched.log.admin.offsets(places, 'earliest'))
  while (!places.every(watched.isRead)) {
    for (const { topic, partition, records } of await reader.poll(100)) {
      const produced = records.filter(({ offset }) => !feeder.wrote({ topic, partition, offset }))
      outputs.get(topic)!.push(...produced.map((raw) => asOutput(topic, partition, raw)))
    }
  }
  await reader.close()
  return Object.fromEntries(outputs)
}
