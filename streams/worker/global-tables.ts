import { MillraceError, messageOf, OutageError, TaskFailure } from '../errors'
import type { GlobalTableSource } from '../graph/specs/global-table'
import type { FetchedBatch, LogReader, LogRecord, PartitionOffset, TopicPartition } from '../log/port'
import { memoryBackend } from '../stores'
import type { StoreBackend } from '../stores/backend'
import { type GlobalTableStore, globalTableStore } from '../tasks/global-table'
import { type Counters, count } from './counters'
import { type GlobalPositions, globalPositions } from './global-positions'
import type { ResolvedOptions } from './options'
import type { PreparedTopics } from './topics'

/** Where their stores stand in the state directory: beside the tasks, as one that nobody is assigned. */
export const GLOBAL_TASK = 'global'

const READ_BYTES = 4 * 1024 * 1024
const POLL_MS = 500
const OUTAGE_WAIT_MS = 1_000

/** The global tables of a process: read to their ends before its first task opens, and kept current from there on. */
export interface GlobalTables {
  /** What tasks and queries see, by the name of the store. Filled by `open`. */
  readonly views: ReadonlyMap<string, unknown>
  /** Records not yet read, by partition; nothing before it has been read to its end once. */
  readonly lag: readonly (TopicPartition & { readonly lag: number })[]
  /** The rows of a table as far as it has been read; undefined before that has been to its end. */
  replica(store: string): GlobalReplica | undefined
  /**
   * Resolves when every partition has been read to where it ended at the call; outages are waited out.
   * @throws TaskFailure DESERIALIZATION_FAILED where the policy says `fail`; MillraceError CLOSED when it is closed meanwhile
   */
  open(): Promise<void>
  /** Ends waiting and reading; `close` is still to be called. */
  stop(): void
  close(): Promise<void>
}

export interface GlobalTablesOptions {
  readonly options: ResolvedOptions
  readonly topics: PreparedTopics
  readonly counters: Counters
  /** What ended the reading after `open`. */
  readonly onFatal: (error: unknown) => void
}

/** A global table to be queried. */
export interface GlobalReplica {
  view(): unknown
  /** The offset to read each partition of its topic on from. */
  readonly positions: readonly PartitionOffset[]
}

interface OpenTable {
  readonly table: GlobalTableStore
  readonly positions: GlobalPositions
}

export function globalTables(context: GlobalTablesOptions): GlobalTables {
  const { options, topics, onFatal } = context
  const { applicationId, topology, log, logger, clock, state } = options
  const closing = new AbortController()
  const views = new Map<string, unknown>()
  /** The ends of the partitions as last seen, by place. */
  const ends = new Map<string, number>()
  let opened: readonly OpenTable[] = []
  /** They have been read to their ends once. */
  let current = false
  let reader: LogReader | undefined
  let reading: Promise<void> = Promise.resolve()

  /** Nothing is at fault while something does not answer: it is asked again until it does. */
  async function throughOutages<T>(run: () => Promise<T> | T): Promise<T> {
    for (;;) {
      if (closing.signal.aborted) throw new MillraceError('CLOSED', `the global tables of ${applicationId} were closed`)
      try {
        return await run()
      } catch (error) {
        if (!(error instanceof OutageError)) throw error
        logger.warn({ applicationId, err: error }, `${applicationId}: global tables: ${messageOf(error)}; waiting`)
        await clock.sleep(OUTAGE_WAIT_MS, closing.signal)
      }
    }
  }

  async function openAll(): Promise<void> {
    const all: OpenTable[] = []
    try {
      for (const source of topology.globalTables) all.push(await openOne(source, context))
      await Promise.all(all.map(({ table }) => table.ready))
      opened = all
    } catch (error) {
      await Promise.all(all.map(closeOne))
      throw error
    }
  }
  /** From where each partition is to be read, and to where it reaches now. */
  async function spans() {
    const partitions = [...new Set(topology.globalTables.map(({ topic }) => topic.name))].flatMap((topic) =>
      Array.from({ length: topics.partitionsOf(topic) }, (_, partition) => ({ topic, partition })),
    )
    const [starts, ends] = await Promise.all([
      log.admin.offsets(partitions, 'earliest'),
      log.admin.offsets(partitions, 'latest'),
    ])
    return { starts: offsetsByPlace(starts), ends: offsetsByPlace(ends), partitions }
  }
  /** Where two tables read one topic, it is read from where the one that is further behind stands. */
  const positionOf = (from: TopicPartition, start: number): number =>
    Math.min(
      ...opened
        .filter(({ table }) => table.source.topic.name === from.topic)
        .map(({ positions }) => positions.of(from.partition) ?? start),
    )
  async function take(batches: readonly FetchedBatch[]): Promise<void> {
    for (const batch of batches) {
      for (const { table, positions } of opened) {
        if (table.source.topic.name !== batch.topic) continue
        await throughOutages(() => table.prepare(batch))
        table.apply(batch)
        ends.set(placeOf(batch), batch.endOffset)
        positions.set(batch.partition, batch.nextOffset)
      }
    }
    if (batches.length === 0) return
    for (const { table, positions } of opened) {
      await throughOutages(() => table.persist())
      // Afterwards: what is read again after a crash is put again, and gives the same rows.
      await throughOutages(() => positions.persist())
    }
  }
  async function catchUp(): Promise<void> {
    const { starts, ends, partitions } = await throughOutages(spans)
    const from = partitions.map((at) => {
      const [start, end] = [starts.get(placeOf(at)) ?? 0, ends.get(placeOf(at)) ?? 0]
      const offset = positionOf(at, start)
      if (offset < start || offset > end) throw corrupt(at, offset, { start, end })
      return { ...at, offset }
    })
    const reached = offsetsByPlace(from)
    reader = await throughOutages(() => log.reader({ isolation: 'read_committed', maxBytesPerPartition: READ_BYTES }))
    reader.assign(from)
    const began = clock.now()
    const behind = () => partitions.some((at) => reached.get(placeOf(at))! < (ends.get(placeOf(at)) ?? 0))
    while (behind()) {
      const batches = await throughOutages(() => reader!.poll(POLL_MS))
      await take(batches)
      for (const batch of batches) reached.set(placeOf(batch), batch.nextOffset)
    }
    logger.info(
      { applicationId, ms: clock.now() - began, tables: [...views.keys()] },
      `${applicationId}: read its global tables to their ends in ${clock.now() - began} ms`,
    )
  }
  async function keepCurrent(): Promise<void> {
    try {
      while (!closing.signal.aborted) await take(await throughOutages(() => reader!.poll(POLL_MS)))
    } catch (error) {
      if (!closing.signal.aborted) onFatal(error)
    }
  }
  /** State that is of no use is rebuilt from the topics, once. */
  async function openRead(): Promise<void> {
    await throughOutages(openAll)
    try {
      for (const { table } of opened) views.set(table.source.store.name, table.view)
      await catchUp()
    } catch (error) {
      await closeTables()
      throw error
    }
  }
  async function closeTables(): Promise<void> {
    current = false
    await reader?.close()
    reader = undefined
    await Promise.all(opened.map(closeOne))
    opened = []
  }

  const partitionsOf = ({ table }: OpenTable): readonly TopicPartition[] => {
    const topic = table.source.topic.name
    return Array.from({ length: topics.partitionsOf(topic) }, (_, partition) => ({ topic, partition }))
  }
  function replica(store: string): GlobalReplica | undefined {
    const found = current ? opened.find(({ table }) => table.source.store.name === store) : undefined
    return (
      found && {
        view: () => found.table.view,
        positions: partitionsOf(found).map((at) => ({ ...at, offset: found.positions.of(at.partition) ?? 0 })),
      }
    )
  }
  function stop(): void {
    closing.abort()
    reader?.wakeup()
  }

  return {
    views,
    replica,
    get lag() {
      if (!current) return []
      return opened.flatMap((one) =>
        partitionsOf(one).map((at) => {
          const position = one.positions.of(at.partition) ?? 0
          return { ...at, lag: Math.max(0, (ends.get(placeOf(at)) ?? position) - position) }
        }),
      )
    },
    open: async () => {
      if (topology.globalTables.length === 0) return
      try {
        await openRead()
      } catch (error) {
        if (!(error instanceof MillraceError) || error.code !== 'STATE_CORRUPT') throw error
        logger.warn(
          { applicationId, err: error },
          `${applicationId}: ${messageOf(error)}; reading its global tables anew`,
        )
        await state.wipe(GLOBAL_TASK)
        await openRead()
      }
      current = true
      reading = keepCurrent()
    },
    stop,
    close: async () => {
      stop()
      await reading
      await closeTables()
    },
  }
}

async function openOne(source: GlobalTableSource, { options, counters }: GlobalTablesOptions): Promise<OpenTable> {
  const { state, registry, personalKeys, cacheBytes } = options
  const { name, backend: kept } = source.store
  const open = (store: string): Promise<StoreBackend> =>
    kept === 'memory' ? Promise.resolve(memoryBackend()) : state.open(GLOBAL_TASK, store)
  const opened: StoreBackend[] = []
  try {
    const backend = await open(name)
    opened.push(backend)
    const positions = await open(`${name}.positions`)
    opened.push(positions)
    const handlers = handlersOf(source, options, counters)
    const table = globalTableStore({ source, backend, registry, personalKeys, cacheBytes, ...handlers })
    return { table, positions: globalPositions(positions) }
  } catch (error) {
    await Promise.all(opened.map((store) => store.close()))
    throw error
  }
}

async function closeOne({ table, positions }: OpenTable): Promise<void> {
  await Promise.all([table.close(), positions.close()])
}

function handlersOf({ onError, topic }: GlobalTableSource, options: ResolvedOptions, counters: Counters) {
  const { logger, onError: otherwise } = options
  const said = onError?.deserialization ?? otherwise.deserialization
  return {
    onPoison: (error: unknown, raw: LogRecord, from: TopicPartition) => {
      const details = { ...from, offset: raw.offset }
      const message = `deserialization of ${from.topic}-${from.partition} at offset ${raw.offset}, read as a global table, failed: ${messageOf(error)}`
      if (said === 'fail') throw new TaskFailure('DESERIALIZATION_FAILED', message, { cause: error, details })
      // It stays in its topic, where every process finds it: there is nothing to be put into the dead letters.
      count(counters.failures, 'continue')
      logger.warn({ ...details, err: error }, `${message} (continue)`)
    },
    onDropped: (reason: string, raw: LogRecord, { partition }: TopicPartition) => {
      count(counters.dropped, reason)
      logger.debug({ topic: topic.name, partition, offset: raw.offset }, `record dropped: ${reason}`)
    },
  }
}

const placeOf = ({ topic, partition }: TopicPartition) => `${topic}/${partition}`

function offsetsByPlace(offsets: readonly PartitionOffset[]): Map<string, number> {
  return new Map(offsets.map((at) => [placeOf(at), at.offset]))
}

function corrupt(
  { topic, partition }: TopicPartition,
  offset: number,
  { start, end }: { readonly start: number; readonly end: number },
): MillraceError {
  return new MillraceError(
    'STATE_CORRUPT',
    `a global table stands at offset ${offset} of ${topic}-${partition}, which holds ${start} to ${end}`,
    { details: { topic, partition, offset, start, end } },
  )
}
