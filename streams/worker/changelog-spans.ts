import { MillraceError } from '../errors'
import type { Log, PartitionOffset, TopicPartition } from '../log/port'
import type { ManagedStore } from '../stores/managed'
import type { TaskStores } from '../tasks/task-stores'

/** What a store has yet to read of its changelog. */
export interface ChangelogSpan {
  readonly store: ManagedStore
  readonly from: TopicPartition
  /** The offset to read on from. */
  readonly position: number
  readonly end: number
}

export interface ChangelogSpansOptions {
  readonly log: Log
  readonly taskId: string
  readonly stores: TaskStores
  readonly partition: number
}

/**
 * Finds where each store of a task stands in its changelog, and where that ends now.
 * @throws MillraceError STATE_CORRUPT when a store is ahead of its changelog or behind its beginning: it is to be wiped
 */
export async function changelogSpans(options: ChangelogSpansOptions): Promise<readonly ChangelogSpan[]> {
  const { log, taskId, stores, partition } = options
  const changelogs = [...stores.changelogs].map(([name, topic]) => ({
    store: stores.all.get(name)!,
    from: { topic, partition },
  }))
  if (changelogs.length === 0) return []
  const partitions = changelogs.map(({ from }) => from)
  const [starts, ends] = await Promise.all([
    log.admin.offsets(partitions, 'earliest'),
    log.admin.offsets(partitions, 'latest'),
  ])
  return changelogs.map(({ store, from }) => {
    const start = offsetOf(starts, from)
    const end = offsetOf(ends, from)
    const position = store.position ?? start
    if (position > end || position < start) {
      throw new MillraceError(
        'STATE_CORRUPT',
        `store ${store.name} of task ${taskId} stands at offset ${position}, but its changelog ${from.topic}-${partition} holds ${start} to ${end}`,
        { details: { task: taskId, store: store.name, ...from } },
      )
    }
    return { store, from, position, end }
  })
}

function offsetOf(offsets: readonly PartitionOffset[], { topic }: TopicPartition): number {
  return offsets.find((offset) => offset.topic === topic)?.offset ?? 0
}
