/**
 * A write-back cache of decoded units over a back end. A unit that was changed stays here, decoded, until a commit has
 * written it; one that was only read or has been written stays while there is room. Every entry is immutable: a
 * change makes a new one, so that an iteration under way and a commit in flight keep what they began with.
 */
import type { ByteWrite, StoreBackend } from './backend'
import { type ByteLru, byteLru } from './byte-lru'
import { fromId, toId } from './bytes'
import { type IdRange, type Ordered, ordered } from './ordered'

export interface UnitCodec<U> {
  encode(unit: U, id: string): Buffer | null
  decode(bytes: Buffer, id: string): U
  /** Memory of a decoded unit beyond what its bytes suggest. */
  extraBytes?(unit: U): number
}

export interface Unit<U> {
  readonly id: string
  readonly unit: U
}

/** A changed unit, encoded once for the changelog and the back end alike. */
export interface Drained<U> {
  readonly id: string
  readonly unit: U | undefined
  readonly key: Buffer
  /** null: deleted. */
  readonly value: Buffer | null
  /** Timestamp (ms) of the record that made the latest change. */
  readonly changedAt: number
}

export interface WriteBack<U> {
  get(id: string): U | undefined
  /** undefined deletes. `changedAt`: timestamp (ms) of the record in hand. */
  set(id: string, unit: U | undefined, changedAt: number): void
  /** The units of the range as of the call, in the order of their ids. */
  units(range: IdRange): Iterable<Unit<U>>
  /** Encodes what has changed since the last call, in the order of the first change. Nothing is drained when it throws. */
  drain(): readonly Drained<U>[]
  /** Writes what has been drained, and the position, in one batch. A batch that fails is part of the next one. */
  persist(position: number | undefined): Promise<void>
  /** Writes past the cache (restoring) in one batch with the position. */
  apply(writes: readonly ByteWrite[], position: number): Promise<void>
  approximateNumUnits(): number
}

interface Entry<U> {
  readonly id: string
  readonly unit: U | undefined
  readonly changedAt: number
  /** Estimated bytes when clean. */
  size: number
  drained: boolean
}

/** A drained entry on its way to the back end. */
interface Flush<U> extends Drained<U> {
  readonly entry: Entry<U>
}

export function writeBack<U>(backend: StoreBackend, codec: UnitCodec<U>, cacheBytes: number): WriteBack<U> {
  /** Changed and not yet written, whether drained or not. */
  const live = new Map<string, Entry<U>>()
  /** The order of `live`, kept from the first iteration on until nothing is live. */
  let index: Ordered<Entry<U>> | undefined
  const clean: ByteLru<Entry<U>> = byteLru(cacheBytes)
  let pending: Flush<U>[] = []

  /** What a cached unit weighs: entry and place in the map, and the objects of the value, of about twice its bytes. */
  function weigh(id: string, unit: U | undefined, value: Buffer | null): number {
    const extra = unit === undefined ? 0 : (codec.extraBytes?.(unit) ?? 0)
    return 160 + id.length + 2 * (value?.length ?? 0) + extra
  }

  function load(id: string): U | undefined {
    const bytes = backend.get(fromId(id))
    const unit = bytes === undefined ? undefined : codec.decode(bytes, id)
    clean.set({ id, unit, changedAt: 0, size: weigh(id, unit, bytes ?? null), drained: true })
    return unit
  }

  function indexed(): Ordered<Entry<U>> {
    if (index === undefined) {
      index = ordered<Entry<U>>()
      for (const entry of live.values()) index.set(entry)
    }
    return index
  }

  /** What has been written is clean, unless it changed again in the meantime. */
  function settle(written: typeof pending): void {
    for (const { entry } of written) {
      if (live.get(entry.id) !== entry) continue
      live.delete(entry.id)
      index?.delete(entry.id)
      clean.set(entry)
    }
    if (live.size === 0) index = undefined
  }

  function persist(position: number | undefined): Promise<void> {
    const written = pending
    pending = []
    if (written.length === 0 && (position === undefined || position === backend.position())) return Promise.resolve()
    return backend.write(written, position).then(
      () => settle(written),
      (error) => {
        pending = written.concat(pending)
        throw error
      },
    )
  }

  return {
    get(id) {
      const entry = live.get(id) ?? clean.get(id)
      return entry === undefined ? load(id) : entry.unit
    },
    set(id, unit, changedAt) {
      const entry = { id, unit, changedAt, size: 0, drained: false }
      live.set(id, entry)
      index?.set(entry)
    },
    units: (range) => merge(live.size === 0 ? [] : indexed().items(range), stored(range), range.reverse === true),
    drain() {
      const drained: Flush<U>[] = []
      for (const entry of live.values()) {
        if (entry.drained) continue
        const { id, unit, changedAt } = entry
        drained.push({
          id,
          unit,
          changedAt,
          key: fromId(id),
          value: unit === undefined ? null : codec.encode(unit, id),
          entry,
        })
      }
      for (const flush of drained) {
        flush.entry.drained = true
        flush.entry.size = weigh(flush.id, flush.unit, flush.value)
        pending.push(flush)
      }
      return drained
    },
    persist,
    apply(writes, position) {
      const applied = backend.write(writes, position)
      for (const { key } of writes) clean.delete(toId(key))
      return applied.then(() => {
        for (const { key } of writes) clean.delete(toId(key))
      })
    },
    approximateNumUnits() {
      let count = backend.approximateNumEntries()
      for (const { id, unit } of live.values()) {
        count += (unit === undefined ? 0 : 1) - (backend.get(fromId(id)) === undefined ? 0 : 1)
      }
      return Math.max(0, count)
    },
  }

  /** The back end's entries, decoded unless they are here already. A scan is no use: it would sweep the cache clear. */
  function* decodeAll(entries: Iterable<{ readonly key: Buffer; readonly value: Buffer }>): Generator<Entry<U>> {
    for (const { key, value } of entries) {
      const id = toId(key)
      yield clean.peek(id) ?? { id, unit: codec.decode(value, id), changedAt: 0, size: 0, drained: true }
    }
  }

  function stored({ from, to, reverse = false }: IdRange): Iterable<Entry<U>> {
    const range = {
      reverse,
      ...(from !== undefined && { from: fromId(from) }),
      ...(to !== undefined && { to: fromId(to) }),
    }
    return decodeAll(backend.entries(range))
  }
}

/** Merges two ordered sequences; where both have an id the first one counts, and an entry without a unit is a deletion. */
function* merge<U>(live: Iterable<Entry<U>>, stored: Iterable<Entry<U>>, reverse: boolean): Generator<Unit<U>> {
  const liveSteps = live[Symbol.iterator]()
  const storedSteps = stored[Symbol.iterator]()
  try {
    let a = liveSteps.next()
    let b = storedSteps.next()
    while (!a.done || !b.done) {
      const takeLive = !a.done && (b.done || a.value.id === b.value.id || a.value.id < b.value.id !== reverse)
      const entry: Entry<U> = takeLive ? a.value : b.value
      if (takeLive) {
        if (!b.done && b.value.id === entry.id) b = storedSteps.next()
        a = liveSteps.next()
      } else {
        b = storedSteps.next()
      }
      if (entry.unit !== undefined) yield entry as Unit<U>
    }
  } finally {
    storedSteps.return?.()
  }
}
