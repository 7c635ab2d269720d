import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { MillraceError } from '../errors'
import type { StateDirectory, StoreBackend } from './backend'
import { levelBackend } from './level'
import { levelError } from './level-errors'
import { acquireLock, type Release } from './level-lock'
import { fileNote } from './level-note'
import { levelRanges } from './level-ranges'

interface TaskState {
  readonly lock: Promise<Release>
  readonly stores: Map<string, Promise<StoreBackend>>
}

/**
 * State on level under `<stateDir>/<applicationId>/<taskId>/<store>`. One process at a time may use it; within the
 * process its threads may, each with its own tasks. The locks stand beside the tasks, under `.locks`.
 */
export function levelStateDirectory(stateDir: string, applicationId: string): StateDirectory {
  const root = join(stateDir, applicationId)
  const ranges = levelRanges()
  const note = fileNote(join(root, 'fingerprint.json'))
  const tasks = new Map<string, TaskState>()
  let processLock: Promise<Release> | undefined

  /** A lock that could not be had is asked for again the next time. */
  function lockProcess(): Promise<Release> {
    processLock ??= acquireLock(join(root, '.locks', 'process'), {
      shared: true,
      inUse: `State directory ${root} is in use by another process; give each process a state directory of its own.`,
    }).catch((error) => {
      processLock = undefined
      throw error
    })
    return processLock
  }

  async function lockTask(taskId: string): Promise<Release> {
    await lockProcess()
    const inUse = `The state of task ${taskId} in ${root} is in use by another owner in this process.`
    return acquireLock(join(root, '.locks', taskId), { shared: false, inUse, task: taskId })
  }

  function taskState(taskId: string): TaskState {
    const state = tasks.get(taskId) ?? { lock: lockTask(taskId), stores: new Map() }
    tasks.set(taskId, state)
    return state
  }

  /** The task's lock is held while one of its stores is open or being opened. */
  async function forget(taskId: string, storeName: string): Promise<void> {
    const state = tasks.get(taskId)
    if (!state?.stores.delete(storeName) || state.stores.size > 0) return
    tasks.delete(taskId)
    const release = await state.lock.catch(() => undefined)
    await release?.()
  }

  async function openStore(taskId: string, storeName: string, lock: Promise<Release>): Promise<StoreBackend> {
    try {
      await lock
      const backend = await levelBackend(join(root, taskId, storeName), ranges)
      return { ...backend, close: () => backend.close().finally(() => forget(taskId, storeName)) }
    } catch (error) {
      await forget(taskId, storeName)
      throw error
    }
  }

  return {
    async open(taskId, storeName) {
      const { lock, stores } = taskState(taskId)
      if (stores.has(storeName)) {
        throw new MillraceError('STATE_LOCKED', `Store ${storeName} of task ${taskId} is open already in ${root}.`, {
          details: { task: taskId },
        })
      }
      const opening = openStore(taskId, storeName, lock)
      stores.set(storeName, opening)
      return opening
    },
    async wipe(taskId) {
      if (tasks.has(taskId)) {
        throw new MillraceError('STATE_LOCKED', `The state of task ${taskId} in ${root} is open and cannot be wiped.`, {
          details: { task: taskId },
        })
      }
      const release = await lockTask(taskId)
      try {
        await rm(join(root, taskId), { recursive: true, force: true })
      } catch (error) {
        throw levelError(error, join(root, taskId))
      } finally {
        await release()
      }
    },
    note: {
      read: note.read,
      write: (text) => lockProcess().then(() => note.write(text)),
      remove: () => lockProcess().then(() => note.remove()),
    },
    tasks: () => taskDirectories(root),
    async close() {
      const stores = [...tasks.values()].flatMap((task) => [...task.stores.values()])
      await Promise.all(
        stores.map((opening) =>
          opening.then(
            (store) => store.close(),
            () => {},
          ),
        ),
      )
      await ranges.close()
      const release = await processLock?.catch(() => undefined)
      processLock = undefined
      await release?.()
    },
  }
}

async function taskDirectories(root: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(root, { withFileTypes: true })
    return entries.flatMap((entry) => (entry.isDirectory() && !entry.name.startsWith('.') ? [entry.name] : [])).sort()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw levelError(error, root)
  }
}
