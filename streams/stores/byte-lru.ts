/**
 * Recently used items within a number of bytes. Two generations: what is used moves to the young one, and when that is
 * full the old one is forgotten. So a hit costs no reordering, and the bound holds as with an exact order of use.
 */
export interface Sized {
  readonly id: string
  /** Bytes, estimated. */
  readonly size: number
}

export interface ByteLru<T extends Sized> {
  /** A use. */
  get(id: string): T | undefined
  /** A look that is no use. */
  peek(id: string): T | undefined
  set(item: T): void
  delete(id: string): void
}

export function byteLru<T extends Sized>(limit: number): ByteLru<T> {
  const half = limit / 2
  let young = new Map<string, T>()
  let old = new Map<string, T>()
  let youngBytes = 0

  function add(item: T): void {
    const before = young.get(item.id)
    if (before !== undefined) youngBytes -= before.size
    if (youngBytes + item.size > half && young.size > 0) {
      old = young
      young = new Map()
      youngBytes = 0
    }
    young.set(item.id, item)
    youngBytes += item.size
  }

  function forget(id: string): void {
    const item = young.get(id)
    if (item !== undefined) {
      young.delete(id)
      youngBytes -= item.size
    }
    old.delete(id)
  }

  return {
    get(id) {
      const item = young.get(id)
      if (item !== undefined) return item
      const aged = old.get(id)
      if (aged !== undefined) {
        old.delete(id)
        add(aged)
      }
      return aged
    },
    peek: (id) => young.get(id) ?? old.get(id),
    set(item) {
      if (item.size > half) forget(item.id)
      else add(item)
    },
    delete: forget,
  }
}
