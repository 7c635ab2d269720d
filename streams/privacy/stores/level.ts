import { MillraceError, messageOf } from '../../errors'
import type { KeyStore } from '../port'
import { fromJson, toJson, unavailable } from './format'
import { keyTable } from './memory'

/**
 * Keys in a directory of this machine, for one process. What is removed is also gone from the files, not only marked so.
 * All wrapped keys are held in memory too, about 300 bytes each.
 * @throws MillraceError STATE_LOCKED when another process has it; OutageError KEYS_UNAVAILABLE
 */
export async function openLevelKeyStore(directory: string): Promise<KeyStore> {
  const { ClassicLevel } = require('classic-level') as typeof import('classic-level') // only here: it delays a start
  const level = new ClassicLevel<string, string>(directory)
  await level.open().catch((error: unknown) => {
    throw openingError(directory, error)
  })
  const table = keyTable()
  const listeners: ((id: string) => void)[] = []
  const attempt = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw unavailable(directory, error)
    }
  }
  await attempt(async () => {
    for await (const [id, json] of level.iterator()) table.set(fromJson(id, json))
  })

  return {
    get: async (id) => table.byId.get(id),
    keysOf: async (subject) => table.keysOf(subject),
    known: table.keysOf,
    put: (key) =>
      attempt(async () => {
        await level.put(key.id, toJson(key), { sync: true })
        table.set(key)
      }),
    replace: (key) =>
      attempt(async () => {
        if (!table.byId.has(key.id)) return
        table.set(key)
        await level.put(key.id, toJson(key), { sync: true })
        // It may have been removed while it was written.
        if (!table.byId.has(key.id)) await level.del(key.id, { sync: true })
      }),
    remove: (ids) =>
      attempt(async () => {
        const present = ids.filter(table.delete)
        for (const id of present) for (const listener of listeners) listener(id)
        await level.batch(
          ids.map((key) => ({ type: 'del', key })),
          { sync: true },
        )
        // Level keeps what was deleted in its files until it compacts them. The log of writes goes with the next one.
        for (const id of ids) await level.compactRange(id, `${id}~`)
      }),
    all: async () => [...table.byId.values()],
    onRemoved: (listener) => {
      listeners.push(listener)
    },
    close: () => level.close(),
  }
}

function openingError(directory: string, error: unknown): MillraceError {
  const cause = error instanceof Error ? (error.cause as { readonly code?: string } | undefined) : undefined
  if (cause?.code !== 'LEVEL_LOCKED') return unavailable(directory, cause ?? error)
  const message = `the keys in ${directory} are in use by another process: ${messageOf(error)}`
  return new MillraceError('STATE_LOCKED', message, { cause: error, details: { directory } })
}
