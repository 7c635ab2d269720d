/**
 * A write-back cache of decoded units over a back end. A unit that was changed stays here, decoded, until a commit has
 * written it; one that was only read or has been written stays while there is room. A commit in flight keeps what it has
 * encoded, and an iteration under way what it began with, whatever changes meanwhile.
 */
import { type Arena, openArena, roomFor } from './arena'
import type { ByteWrite, StoreBackend } from './backend'
import { fromId, toId } from './bytes'
import { type IdRange, type Ordered, ordered } from './ordered'
import { NOTHING, type Pending, type Slot, unitCache } from './unit-cache'

export interface UnitCodec<U> {
  encode(unit: U, id: string): Buffer | null
  /** What the back end holds before what `encode` gave. */
  readonly head?: Head<U>
  /** From what the back end holds. */
  decode(bytes: Buffer, id: string): U
  /** Memory of a decoded unit beyond what its bytes suggest. */
  extraBytes?(unit: U): number
}

export interface Head<U> {
  readonly length: number
  write(unit: U, target: Buffer, at: number): void
}

export interface Unit<U> {
  readonly id: string
  readonly unit: U
}

/** A changed unit, encoded once for the changelog and the back end alike. */
export interface Drained<U> {
  readonly id: string
  readonly unit: U | undefined
  /** null: deleted. */
  readonly bytes: Buffer | null
  /** Timestamp (ms) of the record that made the latest change. */
  readonly changedAt: number
}

/** A unit that has been set, until it is drained. */
export interface Encodable {
  /** What its codec would give, from somebody who has it. */
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
  /** Up to which offset the changelog is here, in the back end or still on the way there. */
  readonly position: number | undefined
  /**
   * The changelog has what has been drained, up to `position`. It waits for `persist`, which writes once what changes again until then:
   * after a crash the changelog has it.
   */
  acknowledge(position: number | undefined): void
  /** What waits for `persist` takes about so many bytes. */
  readonly pendingBytes: number
  /** Writes what has been drained, and the position, in one batch; undefined where that is done. A batch that fails is part of the next one. */
  persist(position: number | undefined): Promise<void> | undefined
  /** Writes what waits, where the changelog has all of it. */
  flush(): Promise<void> | undefined
  /** Writes past the cache (restoring) in one batch with the position. */
  apply(writes: readonly ByteWrite[], position: number): Promise<void>
  approximateNumUnits(): number
}

/** A drained unit on its way to the back end. */
type Flush<U> = Pending<U> & { readonly slot: Slot<U> }

/** Of each unit that waits, beside what it comes to. */
const PENDING_BYTES = 100

/** What an iteration sees of a unit that the back end does not have yet. */
interface Live<U> {
  readonly id: string
  readonly unit: U | undefined
}

export function writeBack<U>(backend: StoreBackend, codec: UnitCodec<U>, cacheBytes: number): WriteBack<U> {
  const cache = unitCache<U>(cacheBytes)
  const { head } = codec
  const headLength = head?.length ?? 0
  /** Changed since the last drain, in the order of the first change. */
  let changed: Slot<U>[] = []
  /** Drained and not yet handed to the back end, one for each unit. */
  let pending: Flush<U>[] = []
  let arena = openArena()
  /** Of the last batch, for the next but one. */
  let spare: Arena | undefined
  let position = backend.position()
  /** Drained since the last acknowledgement. */
  let unacknowledged = false
  /** The batches that are being written. */
  const writing = new Set<readonly Flush<U>[]>()
  /** The order of what is live, kept from the first iteration on until nothing is. */
  let index: Ordered<Live<U>> | undefined

  /** What a cached unit weighs: slot and place in the map, and the objects of the value, of about twice its bytes. */
  function weigh(id: string, unit: U | undefined, length: number): number {
    const extra = unit === undefined || codec.extraBytes === undefined ? 0 : codec.extraBytes(unit)
    return 160 + id.length + 2 * Math.max(0, length) + extra
  }

  function load(id: string): U | undefined {
    const bytes = backend.get(fromId(id))
    const unit = bytes === undefined ? undefined : codec.decode(bytes, id)
    cache.keep(cache.add(id, unit), weigh(id, unit, bytes?.length ?? NOTHING))
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

  /** What each changed unit comes to; null for those that were deleted. */
  function encodeChanged(): (Buffer | null)[] {
    const encoded: (Buffer | null)[] = new Array(changed.length)
    for (let at = 0; at < changed.length; at++) {
      const slot = changed[at]!
      encoded[at] = slot.unit === undefined ? null : (slot.encoded ?? codec.encode(slot.unit, slot.id))
    }
    return encoded
  }

  function drainSlot(slot: Slot<U>, bytes: Buffer | null): Drained<U> {
    slot.dirty = false
    slot.encoded = undefined
    const { id, unit, changedAt } = slot
    wait(slot.pending ?? startPending(slot), unit, bytes)
    return { id, unit, bytes, changedAt }
  }

  function startPending(slot: Slot<U>): Pending<U> {
    const flush: Flush<U> = { slot, unit: undefined, arena, at: 0, length: NOTHING, room: 0 }
    slot.pending = flush
    slot.flushes += 1
    pending.push(flush)
    return flush
  }

  /** Takes the place of what waits already: only the last of what was drained is written. */
  function wait(place: Pending<U>, unit: U | undefined, bytes: Buffer | null): void {
    place.unit = unit
    place.length = bytes === null ? NOTHING : headLength + bytes.length
    if (bytes === null) return
    if (place.length > place.room) {
      place.room = roomFor(place.length)
      place.at = arena.reserve(place.room)
    }
    if (head !== undefined) head.write(unit!, arena.memory, place.at)
    arena.memory.set(bytes, place.at + headLength)
  }

  function writeOf({ slot, arena: { memory }, at, length }: Flush<U>): ByteWrite {
    return { key: fromId(slot.id), value: length === NOTHING ? null : memory.subarray(at, at + length) }
  }

  /** What has been written is clean, unless it changed or was drained again in the meantime. */
  function settle(written: readonly Flush<U>[]): void {
    for (const { slot, unit, length } of written) {
      slot.flushes -= 1
      if (slot.dirty || slot.flushes > 0) continue
      index?.delete(slot.id)
      cache.keep(slot, weigh(slot.id, unit, length))
    }
    if (!isLive()) index = undefined
  }

  const isLive = () => changed.length > 0 || pending.length > 0 || writing.size > 0

  function acknowledge(upTo: number | undefined): void {
    unacknowledged = false
    position = upTo ?? position
  }

  function persist(upTo: number | undefined): Promise<void> | undefined {
    acknowledge(upTo)
    return write()
  }

  /** Not after a failure: what waits then is still in it. */
  function reuse(written: Arena): void {
    written.clear()
    spare = written
  }

  function write(): Promise<void> | undefined {
    if (pending.length === 0 && position === backend.position()) return undefined
    const written = pending
    for (const { slot } of written) slot.pending = undefined
    const filled = arena
    pending = []
    arena = spare ?? openArena()
    spare = undefined
    const underWay = backend.write(written.map(writeOf), position)
    if (underWay === undefined) {
      settle(written)
      reuse(filled)
      return undefined
    }
    writing.add(written)
    return underWay.then(
      () => {
        writing.delete(written)
        settle(written)
        reuse(filled)
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
      const encoded = encodeChanged()
      const drained = changed.map((slot, at) => drainSlot(slot, encoded[at]!))
      changed = []
      unacknowledged = true
      return drained
    },
    get position() {
      return position
    },
    acknowledge,
    get pendingBytes() {
      return arena.size + pending.length * PENDING_BYTES
    },
    persist,
    flush: () => (unacknowledged || pending.length === 0 ? undefined : write()),
    async apply(writes, upTo) {
      const applied = backend.write(writes, upTo)
      cache.forget(writes)
      await applied
      cache.forget(writes)
      position = upTo
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

/** What the changelog has is written first, as far as that goes: the changelog has it. */
export async function writtenAndClosed(units: Pick<WriteBack<unknown>, 'flush'>, backend: StoreBackend): Promise<void> {
  try {
    await units.flush()
  } finally {
    await backend.close()
  }
}
