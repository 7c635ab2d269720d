import type { Topology } from '../../graph/topology'
import { partitionFor } from '../../log/partitioner'
import type { Log, OutgoingBatch } from '../../log/port'
import { type RecordsBuffer, recordsBuffer } from '../../log/records'
import { inMemoryRegistry } from '../../registry'
import type { Serde, SerdeRole } from '../../serdes/serde'
import { headersOf, type TopicNamed } from './run'
import type { AdvanceStep, PipeStep, VectorStep } from './vector'

/** Steps that may be given at once: what comes of them does not depend on which task is quicker. */
export type Round = { readonly advance: number } | { readonly records: readonly FedRecord[] }

/** A record of a vector as it is written to the log. */
export interface FedRecord {
  readonly topic: string
  readonly partition: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly timestamp: number
  readonly headers: ReturnType<typeof headersOf>
}

export interface FeedOptions {
  readonly topology: Topology
  readonly topicNamed: TopicNamed
  readonly partitions: number
}

/**
 * The steps of a vector in rounds. Where tasks cannot meet, a round goes on until a task would have records of two topics
 * to choose from, since it would take them by their timestamps. Where they can (by a repartition topic, say), the order in
 * which their records arrive there is that of the steps only if each step is a round of its own.
 */
export function roundsOf(steps: readonly VectorStep[], options: FeedOptions): readonly Round[] {
  const apart = tasksNeverMeet(options.topology, steps)
  const rounds: Round[] = []
  let records: FedRecord[] = []
  let topicOf = new Map<number, string>()
  const close = () => {
    if (records.length > 0) rounds.push({ records })
    records = []
    topicOf = new Map()
  }
  for (const step of steps) {
    if (isAdvance(step)) {
      close()
      rounds.push({ advance: step.advanceWallClock })
      continue
    }
    const record = fedRecord(step, options)
    if (!apart || (topicOf.get(record.partition) ?? record.topic) !== record.topic) close()
    records.push(record)
    topicOf.set(record.partition, record.topic)
  }
  close()
  return rounds
}

function isAdvance(step: VectorStep): step is AdvanceStep {
  return 'advanceWallClock' in step
}

/** One sub-topology that reads all that is piped, and nothing that is written. */
function tasksNeverMeet({ subTopologies }: Topology, steps: readonly VectorStep[]): boolean {
  const [only, ...others] = subTopologies
  if (only === undefined || others.length > 0 || only.repartitionSources.length > 0) return false
  const read = new Set(only.sources.map(({ topic }) => topic.name))
  return steps.every((step) => isAdvance(step) || read.has(step.pipe.topic))
}

/** Where the test driver would put it: without a key, to partition 0. */
function fedRecord({ pipe }: PipeStep, { topicNamed, partitions }: FeedOptions): FedRecord {
  const topic = topicNamed(pipe.topic)
  const registry = inMemoryRegistry()
  const encode = (serde: Serde<unknown>, role: SerdeRole, value: unknown) =>
    value === null ? null : serde.open({ topic: topic.name, role, registry }).encode(value)
  const key = encode(topic.key, 'key', pipe.key)
  return {
    topic: topic.name,
    partition: key === null ? 0 : partitionFor(key, partitions),
    key,
    value: pipe.rawValue === undefined ? encode(topic.value, 'value', pipe.value) : Buffer.from(pipe.rawValue),
    timestamp: pipe.timestamp,
    headers: headersOf(pipe),
  }
}

export interface Feeder {
  write(records: readonly FedRecord[]): Promise<void>
  /** Whether that record was written here, as opposed to by the topology. */
  wrote(place: { readonly topic: string; readonly partition: number; readonly offset: number }): boolean
  close(): Promise<void>
}

export async function openFeeder(log: Log): Promise<Feeder> {
  const producer = await log.producer({ clientId: 'conformance' })
  const written = new Set<string>()
  return {
    write: async (records) => {
      for (const { topic, partition, baseOffset, nextOffset } of await producer.send(batched(records))) {
        for (let offset = baseOffset; offset < nextOffset; offset += 1) written.add(`${topic}/${partition}/${offset}`)
      }
    },
    wrote: ({ topic, partition, offset }) => written.has(`${topic}/${partition}/${offset}`),
    close: () => producer.close(),
  }
}

function batched(records: readonly FedRecord[]): readonly OutgoingBatch[] {
  const buffers = new Map<string, OutgoingBatch & { readonly records: RecordsBuffer }>()
  for (const { topic, partition, key, value, timestamp, headers } of records) {
    const place = `${topic}/${partition}`
    const batch = buffers.get(place) ?? { topic, partition, records: recordsBuffer() }
    batch.records.append(key, value, timestamp, headers)
    buffers.set(place, batch)
  }
  return [...buffers.values()]
}
