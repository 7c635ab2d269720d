/**
 * A write-back cache of decoded units over a back end. A unit that was changed stays here, decoded, until a commit has
 * written it; one that was only read or has been written stays while there is room. A commit in flight keeps what it has
 * encoded, and an iteration under way what it began with, whatever changes meanwhile.
 */
import type { ByteWrite, StoreBackend } from './backend'
import { fromId, toId } from './bytes'
import { type IdRange, type Ordered, ordered } from './ordered'
import { type Slot, unitCache } from './unit-cache'

export interface UnitCodec<U> {
  /** @param encoded what has been left in the unit's slot since it was set */
  encode(unit: U, id: string, encoded?: Buffer): Buffer | null
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

/** A unit that has been set, until it is drained. */
export interface Encodable {
  /** Bytes that spare encoding it: those that its codec can make use of. */
  encoded: Buffer | undefined
}

export interface WriteBack<U> {
  get(id: string): U | undefined
  /** undefined deletes. `changedAt`: timestamp (ms) of the record in hand. */
  set(id: string, unit: U | undefined, changedAt: number): Encodable
  /** The units of the range as of the call, in the order of their ids. */
  units(range: IdRange): Iterable<Unit<U>>
  /** Encodes what has changed since the last call, in the order of the first change. Nothing is drained when it throws. */
  drain(): readonly Drained<U>[]
  /** Writes what has been drained, and the position, in one batch; undefined where that is done. A batch that fails is part of the next one. */
  persist(position: number | undefined): Promise<void> | undefined
  /** Writes past the cache (restoring) in one batch with the position. */
  apply(writes: readonly ByteWrite[], position: number): Promise<void>
  approximateNumUnits(): number
}

/** A drained unit on its way to the back end. */
interface Flush<U> extends Drained<U> {
  readonly slot: Slot<U>
}

/** What an iteration sees of a unit that the back end does not have yet. */
interface Live<U> {
  readonly id: string
  readonly unit: U | undefined
}

export function writeBack<U>(backend: StoreBackend, codec: UnitCodec<U>, cacheBytes: number): WriteBack<U> {
  const cache = unitCache<U>(cacheBytes)
  /** Changed since the last drain, in the order of the first change. */
  let changed: Slot<U>[] = []
  /** Drained and not yet handed to the back end. */
  let pending: Flush<U>[] = []
  /** The batches that are being written. */
  const writing = new Set<readonly Flush<U>[]>()
  /** The order of what is live, kept from the first iteration on until nothing is. */
  let index: Ordered<Live<U>> | undefined

  /** What a cached unit weighs: slot and place in the map, and the objects of the value, of about twice its bytes. */
  function weigh(id: string, unit: U | undefined, value: Buffer | null): number {
    const extra = unit === undefined || codec.extraBytes === undefined ? 0 : codec.extraBytes(unit)
    return 160 + id.length + 2 * (value === null ? 0 : value.length) + extra
  }

  function load(id: string): U | undefined {
    const bytes = backend.get(fromId(id))
    const unit = bytes === undefined ? undefined : codec.decode(bytes, id)
    cache.keep(cache.add(id, unit), weigh(id, unit, bytes ?? null))
    return unit
  }

  function indexed(): Ordered<Live<U>> {
    if (index === undefined) {
      index = ordered<Live<U>>()
      for (const { id, unit } of liveSlots()) index.set({ id, unit })
    }
    return index
  }

  /** What the back end does not have as it is: changed, drained or being written. */
  function liveSlots(): ReadonlySet<Slot<U>> {
    return new Set([...changed, ...[...writing, pending].flatMap((flushes) => flushes.map(({ slot }) => slot))])
  }

  function encodeChanged(): Flush<U>[] {
    const flushes: Flush<U>[] = new Array(changed.length)
    for (let at = 0; at < changed.length; at++) {
      const slot = changed[at]!
      const { id, unit, changedAt, encoded } = slot
      const value = unit === undefined ? null : codec.encode(unit, id, encoded)
      flushes[at] = { id, unit, changedAt, key: fromId(id), value, slot }
    }
    return flushes
  }

  /** What has been written is clean, unless it changed or was drained again in the meantime. */
  function settle(written: readonly Flush<U>[]): void {
    for (const { slot, id, unit, value } of written) {
      slot.flushes -= 1
      if (slot.dirty || slot.flushes > 0) continue
      index?.delete(id)
      cache.keep(slot, weigh(id, unit, value))
    }
    if (!isLive()) index = undefined
  }

  const isLive = () => changed.length > 0 || pending.length > 0 || writing.size > 0

  function persist(position: number | undefined): Promise<void> | undefined {
    const written = pending
    pending = []
    if (written.length === 0 && (position === undefined || position === backend.position())) return undefined
    const underWay = backend.write(written, position)
    if (underWay === undefined) {
      settle(written)
      return undefined
    }
    writing.add(written)
    return underWay.then(
      () => {
        writing.delete(written)
        settle(written)
      },
      (error) => {
        writing.delete(written)
        pending = written.concat(pending)
        throw error
      },
    )
  }

  return {
    get(id) {
      const slot = cache.get(id)
      return slot === undefined ? load(id) : slot.unit
    },
    set(id, unit, changedAt) {
      const slot = cache.hold(id)
      slot.unit = unit
      slot.changedAt = changedAt
      slot.version = cache.version()
      slot.encoded = undefined
      if (!slot.dirty) {
        slot.dirty = true
        changed.push(slot)
      }
      if (index !== undefined) index.set({ id, unit })
      return slot
    },
    units: (range) => merge(isLive() ? indexed().items(range) : [], stored(range), range.reverse === true),
    drain() {
      if (changed.length === 0) return []
      const flushes = encodeChanged()
      changed = []
      for (const flush of flushes) {
        flush.slot.dirty = false
        flush.slot.encoded = undefined
        flush.slot.flushes += 1
        pending.push(flush)
      }
      return flushes
    },
    persist,
    async apply(writes, position) {
      const applied = backend.write(writes, position)
      cache.forget(writes)
      await applied
      cache.forget(writes)
    },
    approximateNumUnits() {
      let count = backend.approximateNumEntries()
      for (const { id, unit } of liveSlots()) {
        count += (unit === undefined ? 0 : 1) - (backend.get(fromId(id)) === undefined ? 0 : 1)
      }
      return Math.max(0, count)
    },
  }

  /** The back end's entries, decoded unless they are here already, unchanged. A scan is no use: it would sweep the cache clear. */
  function* decodeAll(
    entries: Iterable<{ readonly key: Buffer; readonly value: Buffer }>,
    version: number,
  ): Generator<Live<U>> {
    for (const { key, value } of entries) {
      const id = toId(key)
      const slot = cache.peek(id)
      const unit = slot !== undefined && slot.version < version ? slot.unit : codec.decode(value, id)
      yield { id, unit }
    }
  }

  function stored({ from, to, reverse = false }: IdRange): Iterable<Live<U>> {
    const range = {
      reverse,
      ...(from !== undefined && { from: fromId(from) }),
      ...(to !== undefined && { to: fromId(to) }),
    }
    return decodeAll(backend.entries(range), cache.nextVersion())
  }
}

/** Merges two ordered sequences; where both have an id the first one counts, and an entry without a unit is a deletion. */
function* merge<U>(live: Iterable<Live<U>>, stored: Iterable<Live<U>>, reverse: boolean): Generator<Unit<U>> {
  const liveSteps = live[Symbol.iterator]()
  const storedSteps = stored[Symbol.iterator]()
  try {
    let a = liveSteps.next()
    let b = storedSteps.next()
    while (!a.done || !b.done) {
      const takeLive = !a.done && (b.done || a.value.id === b.value.id || a.value.id < b.value.id !== reverse)
      const { id, unit }: Live<U> = takeLive ? a.value : b.value
      if (takeLive) {
        if (!b.done && b.value.id === id) b = storedSteps.next()
        a = liveSteps.next()
      } else {
        b = storedSteps.next()
      }
      if (unit !== undefined) yield { id, unit }
    }
  } finally {
    storedSteps.return?.()
  }
}
