import { elapsed } from '../clock'
import { MillraceError, messageOf } from '../errors'
import type { SubTopology } from '../graph/subtopologies'
import type { StateDirectory } from '../stores/backend'
import { GLOBAL_TASK } from './global-tables'
import type { ResolvedOptions } from './options'

/** The state of tasks that this worker has in its directory without running them. */
export interface LocalState {
  /** The sum of the changelog offsets at which their stores stand, by task. */
  readonly offsets: ReadonlyMap<string, number>
  /** The task has been closed here; its stores stand there. */
  closed(taskId: string, offset: number): void
  /**
   * Removes what has not been in use for longer than `stateCleanupDelayMs`. What another thread of the process has open is left
   * alone, as is what cannot be removed now.
   * @param inUse tasks of this worker, and of those that share its directory
   */
  cleanUp(inUse: ReadonlySet<string>): Promise<void>
}

/** Reads what earlier runs have left behind. @throws MillraceError STATE_LOCKED: another process has the directory; OutageError */
export async function readLocalState(options: ResolvedOptions): Promise<LocalState> {
  const { state, memory, topology, clock, logger } = options
  const offsets = new Map<string, number>()
  /** When each was last in use, ms; for what was found at the start that is now. */
  const lastUse = new Map<string, number>()
  for (const id of await state.tasks()) {
    if (id === GLOBAL_TASK) continue
    lastUse.set(id, elapsed(clock))
    const sub = topology.subTopologies[Number(id.split('_')[0])]
    const offset = sub === undefined ? undefined : await storedOffset(state, sub, id)
    if (offset !== undefined) offsets.set(id, offset)
  }
  /** Memory is needed for what is in use; files may lie for a while. */
  const keepMs = state.volatile === true ? 0 : options.stateCleanupDelayMs

  async function wipe(id: string): Promise<void> {
    try {
      await state.wipe(id)
      lastUse.delete(id)
      offsets.delete(id)
      logger.info({ task: id }, `task ${id}: its state has been removed, since it runs elsewhere`)
    } catch (error) {
      if (!(error instanceof MillraceError)) throw error
      logger.debug({ task: id, err: error }, `task ${id}: its state cannot be removed now: ${messageOf(error)}`)
    }
  }

  return {
    offsets,
    closed: (id, offset) => {
      offsets.set(id, offset)
      lastUse.set(id, elapsed(clock))
    },
    cleanUp: async (inUse) => {
      const now = elapsed(clock)
      for (const id of inUse) if (lastUse.has(id)) lastUse.set(id, now)
      for (const id of await memory.tasks()) if (!inUse.has(id)) await memory.wipe(id)
      for (const [id, at] of lastUse) if (!inUse.has(id) && now - at >= keepMs) await wipe(id)
    },
  }
}

/** Undefined where a store cannot be opened now: another thread has it, or it will have to be rebuilt. */
async function storedOffset(state: StateDirectory, sub: SubTopology, taskId: string): Promise<number | undefined> {
  try {
    let sum = 0
    for (const { name, changelog, backend: kept } of sub.stores) {
      if (!changelog || kept === 'memory') continue
      const backend = await state.open(taskId, name)
      sum += backend.position() ?? 0
      await backend.close()
    }
    return sum
  } catch (error) {
    if (error instanceof MillraceError && (isTaskLocked(error) || error.code === 'STATE_CORRUPT')) return undefined
    throw error
  }
}

/** Another thread of this process has the task's stores open, for now: tasks move between threads. */
export function isTaskLocked(error: unknown): boolean {
  return error instanceof MillraceError && error.code === 'STATE_LOCKED' && error.details.task !== undefined
}
