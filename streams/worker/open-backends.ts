import type { SubTopology } from '../graph/subtopologies'
import type { StoreBackend } from '../stores/backend'
import { isTaskLocked } from './local-state'
import type { ResolvedOptions } from './options'

const ASK_AGAIN_MS = 20

export interface OpenBackendsOptions {
  readonly options: ResolvedOptions
  readonly subTopology: SubTopology
  readonly taskId: string
  /** Ends waiting. */
  readonly signal: AbortSignal
}

/**
 * Opens the back ends of a task's stores, by their names. Where another thread of this process still has them open, which
 * has just been told to let go of the task, that is waited for.
 */
export async function openBackends(context: OpenBackendsOptions): Promise<ReadonlyMap<string, StoreBackend>> {
  const { options, signal } = context
  for (;;) {
    try {
      return await openAll(context)
    } catch (error) {
      if (!isTaskLocked(error) || signal.aborted) throw error
      await options.clock.sleep(ASK_AGAIN_MS, signal)
    }
  }
}

async function openAll({ options, subTopology, taskId }: OpenBackendsOptions) {
  const backends = new Map<string, StoreBackend>()
  try {
    for (const { name } of subTopology.stores) backends.set(name, await options.state.open(taskId, name))
    return backends
  } catch (error) {
    await Promise.all([...backends.values()].map((backend) => backend.close()))
    throw error
  }
}
