import { elapsed } from '../clock'
import { MillraceError, messageOf } from '../errors'
import type { SubTopology } from '../graph/subtopologies'
import type { FetchedBatch, PartitionOffset } from '../log/port'
import { type TaskStores, taskStores } from '../tasks/task-stores'
import { changelogSpans } from './changelog-spans'
import { openBackends } from './open-backends'
import type { ResolvedOptions } from './options'
import { restoreAtOnce } from './restore-buffer'

/** How far a copy of a store has read its changelog. */
export interface ChangelogProgress {
  /** The offset to read on from. */
  readonly position: number
  /** The end as last seen. */
  readonly end: number
  /** When it was last known to be at the end, by what has elapsed (ms); when it was opened, where it never was. */
  readonly currentAt: number
}

/** A copy of the stores of a task that runs elsewhere, kept current from the changelogs (StandbyTask of Kafka Streams). */
export interface Standby {
  readonly taskId: string
  readonly partition: number
  /** The view of a store. @throws MillraceError STORE_UNKNOWN */
  view(store: string): unknown
  /** Undefined for a store without a changelog, which stays empty. */
  changelog(store: string): ChangelogProgress | undefined
  /** Records behind, over all its stores. */
  readonly lag: number
}

export interface OpenStandby extends Standby {
  readonly stores: TaskStores
  /** From where its changelogs are to be read on. */
  readonly positions: readonly PartitionOffset[]
  /** Applies what was read; each batch and its position are written at once. @throws OutageError; MillraceError STATE_CORRUPT */
  apply(batch: FetchedBatch): Promise<void>
  close(): Promise<void>
}

export interface OpenStandbyOptions {
  readonly options: ResolvedOptions
  readonly subTopology: SubTopology
  readonly partition: number
  readonly signal: AbortSignal
}

/** Opens it where it was left off. What does not fit its changelog is wiped, and read from the beginning. */
export async function openStandby(context: OpenStandbyOptions): Promise<OpenStandby> {
  try {
    return await openOnce(context)
  } catch (error) {
    if (!(error instanceof MillraceError) || error.code !== 'STATE_CORRUPT') throw error
    const { options, subTopology, partition } = context
    const taskId = `${subTopology.id}_${partition}`
    options.logger.warn({ task: taskId, err: error }, `standby of ${taskId}: ${messageOf(error)}; reading it anew`)
    await options.state.wipe(taskId)
    return openOnce(context)
  }
}

async function openOnce({ options, subTopology, partition, signal }: OpenStandbyOptions): Promise<OpenStandby> {
  const { log, clock, applicationId, registry, personalKeys, cacheBytes } = options
  const taskId = `${subTopology.id}_${partition}`
  const backends = await openBackends({ options, subTopology, taskId, signal })
  const stores = taskStores(
    { subTopology, applicationId, partition, registry, personalKeys, backends, cacheBytes, clock },
    clock.now,
  )
  try {
    await stores.ready
    const spans = await changelogSpans({ log, taskId, stores, partition })
    const opened = elapsed(clock)
    const progress = new Map(
      spans.map(({ store, from, position, end }) => [from.topic, { store, position, end, currentAt: opened }]),
    )
    return {
      taskId,
      partition,
      stores,
      view: stores.view,
      changelog: (store) => progress.get(stores.changelogs.get(store) ?? ''),
      get lag() {
        return [...progress.values()].reduce((sum, { position, end }) => sum + Math.max(0, end - position), 0)
      },
      get positions() {
        return [...progress].map(([topic, { position: offset }]) => ({ topic, partition, offset }))
      },
      apply: async ({ topic, records, nextOffset, endOffset }) => {
        const own = progress.get(topic)!
        // Where the reader was assigned anew while this was applied, it begins with what has been applied since.
        if (nextOffset <= own.position) return
        const further = records.filter(({ offset }) => offset >= own.position)
        await restoreAtOnce(own.store, further, nextOffset)
        const end = Math.max(endOffset, nextOffset)
        const currentAt = nextOffset >= end ? elapsed(clock) : own.currentAt
        progress.set(topic, { store: own.store, position: nextOffset, end, currentAt })
      },
      close: () => stores.close(),
    }
  } catch (error) {
    await stores.close()
    throw error
  }
}
