import { MillraceError, messageOf } from '../errors'
import type { FetchedBatch, LogReader } from '../log/port'
import { isRecoverable } from '../tasks/task'
import { offsetSum } from './changelogs'
import { type Counters, count } from './counters'
import type { LocalState } from './local-state'
import type { ResolvedOptions } from './options'
import { type OpenStandby, openStandby, type Standby } from './standby'

const POLL_MS = 500
const TRY_AGAIN_MS = 1_000

/** The standby tasks of a worker: they read on their own, beside the tasks that process. */
export interface Standbys {
  readonly ids: readonly string[]
  /** Those whose stores are open. */
  readonly open: readonly Standby[]
  /** The sum of the offsets at which their stores stand, by task. */
  readonly offsets: ReadonlyMap<string, number>
  /** Closes those that are not named; resolves when that is done, so that the stores can be opened as those of a task. */
  keep(ids: readonly string[]): Promise<void>
  /** Begins with those that are new. Of `warmup` each is told of by `onCaughtUp`, once. */
  add(ids: readonly string[], warmup: readonly string[]): void
  close(): Promise<void>
}

export interface StandbysOptions {
  readonly options: ResolvedOptions
  readonly counters: Counters
  readonly local: LocalState
  /** It is no more behind than what may take over at once. */
  readonly onCaughtUp: (taskId: string) => void
  /** What cannot be mended: the worker stops. */
  readonly onFatal: (error: unknown) => void
}

interface Entry {
  readonly id: string
  readonly stop: AbortController
  standby: OpenStandby | undefined
  /** The opening, over all its tries. */
  opening: Promise<void>
}

export function createStandbys(context: StandbysOptions): Standbys {
  const { options, counters, local, onCaughtUp, onFatal } = context
  const { topology, log, clock, logger, acceptableRecoveryLag } = options
  const entries = new Map<string, Entry>()
  const stopping = new AbortController()
  const warming = new Set<string>()
  let reader: LogReader | undefined
  let reading: Promise<void> | undefined
  /** Rises with each assignment. Of a poll that one overtakes nobody knows from where it has read. */
  let assignment = 0
  /** What is being applied, or opened anew after it failed: a store is closed only afterwards. */
  let applying: Promise<void> = Promise.resolve()

  const opened = () => [...entries.values()].flatMap(({ standby }) => standby ?? [])

  function begin(id: string): void {
    const entry: Entry = { id, stop: new AbortController(), standby: undefined, opening: Promise.resolve() }
    entries.set(id, entry)
    entry.opening = open(entry)
  }
  async function open(entry: Entry): Promise<void> {
    const { id, stop } = entry
    const [sub, partition] = id.split('_').map(Number) as [number, number]
    const subTopology = topology.subTopologies[sub]!
    while (!stop.signal.aborted) {
      try {
        const standby = await openStandby({ options, subTopology, partition, signal: stop.signal })
        if (stop.signal.aborted) return await standby.close()
        entry.standby = standby
        logger.info({ task: id }, `standby of ${id}: ${standby.lag} changelog records behind`)
        follow()
        return tellCaughtUp(standby)
      } catch (error) {
        await bear(entry, error)
      }
    }
  }
  /** Waits where trying again can help. */
  async function bear({ id, stop }: Entry, error: unknown): Promise<void> {
    if (stop.signal.aborted) return
    if (!isRecoverable(error)) {
      stop.abort()
      return onFatal(error)
    }
    logger.warn({ task: id, err: error }, `standby of ${id}: ${messageOf(error)}; trying again`)
    await clock.sleep(TRY_AGAIN_MS, stop.signal)
  }
  /** Reads from now on what the open ones need. */
  function follow(): void {
    assign()
    reader?.wakeup()
    reading ??= read()
  }
  function assign(): void {
    assignment += 1
    reader?.assign(opened().flatMap(({ positions }) => positions))
  }
  async function read(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        if (reader === undefined) {
          reader = await log.reader({ isolation: 'read_committed' })
          follow()
        }
        const polled = assignment
        const batches = await reader.poll(POLL_MS)
        applying = apply(batches, polled)
        await applying
        // What was left out is read again, from where each stands by now.
        if (polled !== assignment) assign()
      } catch (error) {
        await recover(error)
      }
    }
  }
  async function apply(batches: readonly FetchedBatch[], polled: number): Promise<void> {
    for (const batch of batches) {
      if (polled !== assignment) return
      const entry = [...entries.values()].find(({ standby }) =>
        standby?.positions.some(({ topic, partition }) => topic === batch.topic && partition === batch.partition),
      )
      if (entry?.standby === undefined) continue
      try {
        await entry.standby.apply(batch)
        count(counters.standbyRecords, entry.id, batch.records.length)
        tellCaughtUp(entry.standby)
      } catch (error) {
        await reopen(entry, error)
      }
    }
  }
  function tellCaughtUp({ taskId, lag }: Standby): void {
    // By half: until the leader looks, the changelog has grown, and it would have to be told again.
    if (lag <= acceptableRecoveryLag / 2 && warming.delete(taskId)) onCaughtUp(taskId)
  }
  /** A store that could not be written, or was found damaged, is opened again from what it holds. */
  async function reopen(entry: Entry, error: unknown): Promise<void> {
    const isCorrupt = error instanceof MillraceError && error.code === 'STATE_CORRUPT'
    const { id, standby } = entry
    entry.standby = undefined
    await standby?.close().catch(() => undefined)
    const mended = isCorrupt ? options.state.wipe(id).catch((wipe) => bear(entry, wipe)) : bear(entry, error)
    entry.opening = mended.then(() => open(entry))
  }
  async function reopenAll(outside: readonly Entry[], error: unknown): Promise<void> {
    for (const entry of outside) await reopen(entry, error)
    assign()
  }
  async function recover(error: unknown): Promise<void> {
    if (stopping.signal.aborted) return
    // A changelog has been cut off, or made anew: whoever stands outside of it begins again.
    if (error instanceof MillraceError && error.code === 'OFFSET_OUT_OF_RANGE') {
      const outside = [...entries.values()].filter(({ standby }) =>
        standby?.positions.some(
          ({ topic, partition }) => topic === error.details.topic && partition === error.details.partition,
        ),
      )
      const corrupt = new MillraceError('STATE_CORRUPT', messageOf(error), { cause: error })
      applying = reopenAll(outside, corrupt)
      return applying
    }
    if (!isRecoverable(error)) {
      stopping.abort()
      return onFatal(error)
    }
    logger.warn({ err: error }, `standbys: ${messageOf(error)}; waiting`)
    await clock.sleep(TRY_AGAIN_MS, stopping.signal)
  }
  async function end(entry: Entry): Promise<void> {
    entries.delete(entry.id)
    warming.delete(entry.id)
    entry.stop.abort()
    // In this order: what could not be applied is opened again, and perhaps wiped before.
    await applying
    await entry.opening
    if (entry.standby === undefined) return
    local.closed(entry.id, offsetSum(entry.standby.stores, options.memoryStores))
    await entry.standby
      .close()
      .catch((error) => logger.warn({ task: entry.id, err: error }, `standby of ${entry.id}: ${messageOf(error)}`))
  }
  async function keep(ids: readonly string[]): Promise<void> {
    const gone = [...entries.values()].filter(({ id }) => !ids.includes(id))
    if (gone.length === 0) return
    await Promise.all(gone.map(end))
    assign()
  }

  return {
    get ids() {
      return [...entries.keys()]
    },
    get open() {
      return opened()
    },
    get offsets() {
      return new Map(opened().map(({ taskId, stores }) => [taskId, offsetSum(stores)]))
    },
    keep,
    add: (ids, warmup) => {
      warming.clear()
      for (const id of warmup) warming.add(id)
      for (const id of ids) if (!entries.has(id)) begin(id)
      for (const standby of opened()) tellCaughtUp(standby)
    },
    close: async () => {
      stopping.abort()
      reader?.wakeup()
      await Promise.all([...entries.values()].map(end))
      await reading
      await reader?.close()
    },
  }
}
