import { type Clock, systemClock } from '../../clock'
import { messageOf, OutageError } from '../../errors'
import type { FetchedBatch, Log, LogReader, PartitionOffset } from '../../log/port'
import { recordsBuffer } from '../../log/records'
import { type Logger, silentLogger } from '../../logger'
import type { KeyStore, WrappedKey } from '../port'
import { fromJson, toJson, unavailable } from './format'
import { type KeyTable, keyTable } from './memory'

export interface TopicKeyStoreOptions {
  /** A compacted topic of one partition, created where it is missing; `<application>-keys` by custom. */
  readonly topic: string
  /** How long to wait for what others have written (ms). Default 10,000. */
  readonly timeoutMs?: number
  readonly clock?: Clock
  readonly logger?: Logger
}

const POLL_MS = 1_000
const HOUR = 60 * 60 * 1_000

/** Compacted soon, so that what is removed does not stay in the files of the log for long. */
const config = {
  'cleanup.policy': 'compact',
  'min.cleanable.dirty.ratio': '0.01',
  'segment.ms': String(HOUR),
  'max.compaction.lag.ms': String(24 * HOUR),
}

/**
 * Keys in a compacted topic that all processes share: a record for each key, a tombstone for each that is removed. Every
 * process follows it and holds all wrapped keys in memory, about 300 bytes each.
 * @throws OutageError KEYS_UNAVAILABLE
 */
export async function openTopicKeyStore(log: Log, options: TopicKeyStoreOptions): Promise<KeyStore> {
  const { topic, timeoutMs = 10_000, clock = systemClock, logger = silentLogger } = options
  const attempt = <T>(work: () => Promise<T>): Promise<T> =>
    work().catch((error: unknown) => {
      throw unavailable(`topic ${topic}`, error)
    })
  const { producer, reader, start } = await attempt(() => openTopic(log, topic))
  const listeners: ((id: string) => void)[] = []
  const replica = replicaOf((id) => {
    for (const listener of listeners) listener(id)
  })
  const follower = follow({ reader, start, apply: replica.apply, clock, logger, topic })

  const send = (id: string, json: string | null) =>
    attempt(async () => {
      const records = recordsBuffer()
      records.append(Buffer.from(id), json === null ? null : Buffer.from(json), clock.now(), [])
      await producer.send([{ topic, partition: 0, records }])
    })
  /** Waits until this process has seen what everybody has written before now. */
  const catchUp = () =>
    attempt(async () => {
      const [end] = await log.admin.offsets([{ topic, partition: 0 }], 'latest')
      await follower.reached(end?.offset ?? 0, timeoutMs)
    })
  const put = async (key: WrappedKey) => {
    await send(key.id, toJson(key))
    await catchUp()
  }
  await catchUp()

  return {
    get: async (id) => {
      const known = replica.table.byId.get(id)
      if (known) return known
      await catchUp()
      return replica.table.byId.get(id)
    },
    keysOf: async (subject) => {
      await catchUp()
      return replica.table.keysOf(subject)
    },
    known: replica.table.keysOf,
    put,
    replace: async (key) => {
      await catchUp()
      if (!replica.table.byId.has(key.id)) return
      await put(key)
      // Removed meanwhile by another: a tombstone that came before our record must come after it again.
      if (replica.isRemoved(key.id)) await send(key.id, null)
    },
    remove: async (ids) => {
      for (const id of ids) await send(id, null)
      await catchUp()
    },
    all: async () => {
      await catchUp()
      return [...replica.table.byId.values()]
    },
    onRemoved: (listener) => {
      listeners.push(listener)
    },
    close: async () => {
      await follower.close()
      await producer.close()
    },
  }
}

async function openTopic(log: Log, topic: string) {
  await log.admin.createTopics([{ name: topic, partitions: 1, config }])
  const [earliest] = await log.admin.offsets([{ topic, partition: 0 }], 'earliest')
  const reader = await log.reader({ isolation: 'read_committed' })
  const start: PartitionOffset = earliest ?? { topic, partition: 0, offset: 0 }
  reader.assign([start])
  return { reader, start, producer: await log.producer({ clientId: `${topic}-writer` }) }
}

interface Replica {
  readonly table: KeyTable
  isRemoved(id: string): boolean
  apply(batch: FetchedBatch): void
}

/** An id is given once, so a key whose tombstone was seen stays removed, whatever a slower writer puts after it. */
function replicaOf(onRemoved: (id: string) => void): Replica {
  const table = keyTable()
  const removed = new Set<string>()
  return {
    table,
    isRemoved: (id) => removed.has(id),
    apply: ({ records }) => {
      for (const { key, value } of records) {
        const id = key?.toString('utf8') ?? ''
        if (value === null) {
          removed.add(id)
          table.delete(id)
          onRemoved(id)
        } else if (!removed.has(id)) table.set(fromJson(id, value.toString('utf8')))
      }
    },
  }
}

interface FollowOptions {
  readonly reader: LogReader
  readonly start: PartitionOffset
  readonly apply: (batch: FetchedBatch) => void
  readonly clock: Clock
  readonly logger: Logger
  readonly topic: string
}

interface Waiter {
  readonly offset: number
  resolve(): void
}

/** Reads a topic as it grows. */
function follow({ reader, start, apply, clock, logger, topic }: FollowOptions) {
  const closing = new AbortController()
  const waiting = new Set<Waiter>()
  let position = start.offset

  const advance = (batches: readonly FetchedBatch[]) => {
    for (const batch of batches) {
      apply(batch)
      position = batch.nextOffset
    }
    for (const one of waiting) if (one.offset <= position) one.resolve()
  }
  const run = async () => {
    while (!closing.signal.aborted) {
      try {
        advance(await reader.poll(POLL_MS))
      } catch (error) {
        if (closing.signal.aborted) return
        logger.warn({ topic, err: error }, `the keys in ${topic} cannot be read: ${messageOf(error)}; trying again`)
        await clock.sleep(POLL_MS, closing.signal)
      }
    }
  }
  const running = run()

  return {
    reached: async (offset: number, timeoutMs: number): Promise<void> => {
      if (position >= offset) return
      const timer = new AbortController()
      let own: Waiter | undefined
      try {
        const arrived = new Promise<true>((resolve) => {
          own = { offset, resolve: () => resolve(true) }
          waiting.add(own)
        })
        const timedOut = clock.sleep(timeoutMs, timer.signal).then(() => false)
        if (await Promise.race([arrived, timedOut])) return
        throw new OutageError('KEYS_UNAVAILABLE', `topic ${topic} could not be read to its end in ${timeoutMs} ms`)
      } finally {
        timer.abort()
        if (own !== undefined) waiting.delete(own)
      }
    },
    close: async () => {
      closing.abort()
      reader.wakeup()
      await running
      await reader.close()
    },
  }
}
