import type { ByteEntry, ByteRange, StoreBackend } from './backend'
import { fromId, toId } from './bytes'
import { type Keyed, type Ordered, ordered } from './ordered'

interface Item extends Keyed {
  readonly value: string
}

/**
 * A back end in memory: what is written is there when `write` returns.
 *
 * Bytes are kept as strings of one byte a character: immutable, compact, nothing of a caller's larger buffer is held,
 * and their order is that of the bytes. The order is kept only from the first range on: many stores never see one.
 */
export function memoryBackend(): StoreBackend {
  const items = new Map<string, Item>()
  let index: Ordered<Item> | undefined
  let position: number | undefined

  function indexed(): Ordered<Item> {
    if (index === undefined) {
      index = ordered<Item>()
      for (const id of [...items.keys()].sort(byUnit)) index.set(items.get(id)!)
    }
    return index
  }

  return {
    get(key) {
      const item = items.get(toId(key))
      return item === undefined ? undefined : fromId(item.value)
    },
    entries: (range) => decoded(indexed().items(idRange(range))),
    write(writes, newPosition) {
      for (const { key, value } of writes) {
        const id = toId(key)
        if (value === null) {
          items.delete(id)
          index?.delete(id)
        } else {
          const item = { id, value: toId(value) }
          items.set(id, item)
          index?.set(item)
        }
      }
      if (newPosition !== undefined) position = newPosition
      return undefined
    },
    async clear(range) {
      const { from = '', to } = idRange(range)
      for (const id of items.keys()) {
        if (id < from || (to !== undefined && id >= to)) continue
        items.delete(id)
        index?.delete(id)
      }
    },
    position: () => position,
    approximateNumEntries: () => items.size,
    async close() {},
  }
}

function* decoded(items: Iterable<Item>): Generator<ByteEntry> {
  for (const { id, value } of items) yield { key: fromId(id), value: fromId(value) }
}

function idRange({ from, to, reverse = false }: ByteRange) {
  return { from: from && toId(from), to: to && toId(to), reverse }
}

const byUnit = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
