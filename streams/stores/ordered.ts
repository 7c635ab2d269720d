/**
 * An ordered map of immutable items, in chunks of a few hundred: lookups and changes take O(log n) comparisons and
 * a small copy. A snapshot is free; a chunk that a snapshot may still read is copied before it is changed.
 */
export interface Keyed {
  readonly id: string
}

/** Ids are compared by UTF-16 unit; ids that hold one byte per character are so compared by byte. */
export interface IdRange {
  /** Inclusive. */
  readonly from?: string
  /** Exclusive. */
  readonly to?: string
  readonly reverse?: boolean
}

export interface Ordered<T extends Keyed> {
  readonly size: number
  set(item: T): void
  delete(id: string): void
  /** The items of the range as they are at the time of the call, whatever changes while they are walked. */
  items(range: IdRange): Iterable<T>
}

interface Chunk<T> {
  /** Changed in place only while no snapshot has been taken since the chunk was made. */
  readonly epoch: number
  readonly items: T[]
}

const MAX_CHUNK = 256
const MIN_CHUNK = 32

export function ordered<T extends Keyed>(): Ordered<T> {
  let epoch = 0
  let chunks: Chunk<T>[] = []
  let chunksEpoch = 0
  let size = 0

  function ownChunks(): Chunk<T>[] {
    if (chunksEpoch !== epoch) {
      chunks = chunks.slice()
      chunksEpoch = epoch
    }
    return chunks
  }

  function ownChunk(at: number): T[] {
    const chunk = chunks[at]!
    if (chunk.epoch === epoch) return chunk.items
    const items = chunk.items.slice()
    ownChunks()[at] = { epoch, items }
    return items
  }

  function insert(chunkAt: number, at: number, item: T): void {
    const items = ownChunk(chunkAt)
    if (items.length < MAX_CHUNK) {
      items.splice(at, 0, item)
    } else if (at === items.length && chunkAt === chunks.length - 1) {
      // Ascending inserts fill their chunks rather than leave them half full.
      ownChunks().push({ epoch, items: [item] })
    } else {
      const upper = items.splice(MAX_CHUNK / 2)
      ownChunks().splice(chunkAt + 1, 0, { epoch, items: upper })
      if (at <= items.length) items.splice(at, 0, item)
      else upper.splice(at - items.length, 0, item)
    }
    size++
  }

  function remove(chunkAt: number, at: number): void {
    const items = ownChunk(chunkAt)
    items.splice(at, 1)
    size--
    if (items.length === 0) {
      ownChunks().splice(chunkAt, 1)
      return
    }
    const next = chunks[chunkAt + 1]
    if (items.length < MIN_CHUNK && next !== undefined && items.length + next.items.length <= MAX_CHUNK / 2) {
      ownChunks().splice(chunkAt, 2, { epoch, items: items.concat(next.items) })
    }
  }

  return {
    get size() {
      return size
    },
    set(item) {
      const chunkAt = chunkOf(chunks, item.id)
      if (chunkAt < 0) {
        if (chunks.length === 0) ownChunks().push({ epoch, items: [] })
        insert(0, 0, item)
        return
      }
      const at = lowerBound(chunks[chunkAt]!.items, item.id)
      if (chunks[chunkAt]!.items[at]?.id === item.id) ownChunk(chunkAt)[at] = item
      else insert(chunkAt, at, item)
    },
    delete(id) {
      const chunkAt = chunkOf(chunks, id)
      if (chunkAt < 0) return
      const at = lowerBound(chunks[chunkAt]!.items, id)
      if (chunks[chunkAt]!.items[at]?.id === id) remove(chunkAt, at)
    },
    items(range) {
      epoch++
      return range.reverse ? descending(chunks, range) : ascending(chunks, range)
    },
  }
}

/** Index of the last chunk that begins at or before `id`; -1 when all begin after it. */
function chunkOf<T extends Keyed>(chunks: readonly Chunk<T>[], id: string): number {
  let low = 0
  let high = chunks.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (chunks[middle]!.items[0]!.id <= id) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** Index of the first item whose id is at or after `id`. */
function lowerBound<T extends Keyed>(items: readonly T[], id: string): number {
  let low = 0
  let high = items.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (items[middle]!.id < id) low = middle + 1
    else high = middle
  }
  return low
}

function* ascending<T extends Keyed>(chunks: readonly Chunk<T>[], { from, to }: IdRange): Generator<T> {
  let chunkAt = from === undefined ? 0 : Math.max(0, chunkOf(chunks, from))
  let at = from === undefined || chunkAt >= chunks.length ? 0 : lowerBound(chunks[chunkAt]!.items, from)
  for (; chunkAt < chunks.length; chunkAt++, at = 0) {
    const { items } = chunks[chunkAt]!
    for (; at < items.length; at++) {
      const item = items[at]!
      if (to !== undefined && item.id >= to) return
      yield item
    }
  }
}

function* descending<T extends Keyed>(chunks: readonly Chunk<T>[], { from, to }: IdRange): Generator<T> {
  let chunkAt = to === undefined ? chunks.length - 1 : chunkOf(chunks, to)
  let at =
    chunkAt < 0 ? -1 : (to === undefined ? chunks[chunkAt]!.items.length : lowerBound(chunks[chunkAt]!.items, to)) - 1
  while (chunkAt >= 0) {
    const { items } = chunks[chunkAt]!
    for (; at >= 0; at--) {
      const item = items[at]!
      if (from !== undefined && item.id < from) return
      yield item
    }
    chunkAt--
    at = (chunks[chunkAt]?.items.length ?? 0) - 1
  }
}
