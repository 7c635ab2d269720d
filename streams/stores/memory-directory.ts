import { MillraceError } from '../errors'
import type { StateDirectory, StoreBackend } from './backend'
import { memoryBackend } from './memory'

/** State in memory, kept for as long as the directory: a store that is closed and opened again is as it was, a wiped one is new. */
export function memoryStateDirectory(): StateDirectory {
  const tasks = new Map<string, Map<string, StoreBackend>>()
  const inUse = new Set<string>()

  return {
    volatile: true,
    async open(taskId, storeName) {
      const name = `${taskId}/${storeName}`
      if (inUse.has(name))
        throw new MillraceError('STATE_LOCKED', `Store ${storeName} of task ${taskId} is open already.`, {
          details: { task: taskId },
        })
      inUse.add(name)
      const stores = tasks.get(taskId) ?? new Map<string, StoreBackend>()
      tasks.set(taskId, stores)
      const backend = stores.get(storeName) ?? memoryBackend()
      stores.set(storeName, backend)
      return closable(backend, { what: `store ${storeName} of task ${taskId}`, onClose: () => inUse.delete(name) })
    },
    async wipe(taskId) {
      for (const storeName of tasks.get(taskId)?.keys() ?? []) {
        if (!inUse.has(`${taskId}/${storeName}`)) continue
        throw new MillraceError('STATE_LOCKED', `Store ${storeName} of task ${taskId} is open and cannot be wiped.`, {
          details: { task: taskId },
        })
      }
      tasks.delete(taskId)
    },
    tasks: async () => [...tasks.keys()].sort(),
    async close() {
      tasks.clear()
      inUse.clear()
    },
  }
}

/** A late commit of one who has closed it must not write what another has open by now: it refuses, as a closed database does. */
function closable(
  backend: StoreBackend,
  { what, onClose }: { readonly what: string; readonly onClose: () => void },
): StoreBackend {
  let closed = false
  const refusal = () => Promise.reject(new MillraceError('STORE_CLOSED', `The ${what} is closed.`))
  return {
    ...backend,
    write: (writes, position) => (closed ? refusal() : backend.write(writes, position)),
    clear: (range) => (closed ? refusal() : backend.clear(range)),
    close: async () => {
      if (closed) return
      closed = true
      onClose()
    },
  }
}
