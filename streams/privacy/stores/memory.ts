import type { KeyStore, WrappedKey } from '../port'

/** The keys of a process, in memory: for tests, and as what the other stores know at once. */
export interface KeyTable {
  readonly byId: ReadonlyMap<string, WrappedKey>
  keysOf(subject: string): readonly WrappedKey[]
  set(key: WrappedKey): void
  /** Whether it was there. */
  delete(id: string): boolean
}

export function keyTable(): KeyTable {
  const byId = new Map<string, WrappedKey>()
  const bySubject = new Map<string, Set<string>>()
  return {
    byId,
    keysOf: (subject) => [...(bySubject.get(subject) ?? [])].map((id) => byId.get(id)!),
    set: (key) => {
      byId.set(key.id, key)
      const ids = bySubject.get(key.subject) ?? new Set()
      bySubject.set(key.subject, ids.add(key.id))
    },
    delete: (id) => {
      const key = byId.get(id)
      if (key === undefined) return false
      byId.delete(id)
      const ids = bySubject.get(key.subject)!
      ids.delete(id)
      if (ids.size === 0) bySubject.delete(key.subject)
      return true
    },
  }
}

/** Keys that end with the process. */
export function memoryKeyStore(): KeyStore {
  const table = keyTable()
  const listeners: ((id: string) => void)[] = []
  return {
    get: async (id) => table.byId.get(id),
    keysOf: async (subject) => table.keysOf(subject),
    known: table.keysOf,
    put: async (key) => table.set(key),
    replace: async (key) => {
      if (table.byId.has(key.id)) table.set(key)
    },
    remove: async (ids) => {
      for (const id of ids) if (table.delete(id)) for (const listener of listeners) listener(id)
    },
    all: async () => [...table.byId.values()],
    onRemoved: (listener) => {
      listeners.push(listener)
    },
    close: async () => undefined,
  }
}
