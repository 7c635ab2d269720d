import type { StoreBackend } from './backend'
import { type Bundle, EMPTY, findSlot, isLarge, type Slot, SPILLED, slotsBetween, withSlot } from './bundle'
import { segmentExpiry } from './segment-expiry'
import type { StoreMeta, StreamTime } from './stream-time'
import { bundleId, bundleKey, bundleRange, kindOf, metaId, parseSlotId, slotId, slotRange } from './timeline-ids'
import { type WriteBack, writtenAndClosed } from './write-back'

/**
 * Values by key and time: what window, session and versioned stores have in common. Per key and segment of time there
 * is a bundle of slots, read by key without a range, decoded once, written whole; where it grows large its slots stand
 * by themselves. Keys are ids of their bytes, times are segments and `at`s (see stream-time.ts, timeline-ids.ts).
 */
export interface Timelines<P> {
  get(segment: number, key: string, at: string): P | undefined
  put(segment: number, key: string, slot: Slot<P>): void
  /** Slots of one key, in the order of `at`. */
  slots(segment: number, key: string, range: AtRange): Iterable<Slot<P>>
  /** The keys `fromKey..toKey` (open where undefined) that have something in one of the segments, in the order of their bytes. */
  lines(segments: readonly number[], fromKey?: string, toKey?: string): Iterable<Line<P>>
  /** What was remembered at the last commit. */
  meta(): StoreMeta | undefined
  /** Encodes all that has changed, and gives what the changelog does not have. Nothing is drained when it throws. */
  drain(time: StreamTime): readonly Change<P>[]
  /** Writes what has been drained; undefined where that is done. What had expired by then is deleted behind the scenes. */
  persist(position: number | undefined): Promise<void> | undefined
  /** As of a `WriteBack`. */
  readonly position: number | undefined
  readonly unwrittenBytes: number
  acknowledge(position: number | undefined): void
  close(): Promise<void>
}

export interface AtRange {
  /** Inclusive. */
  readonly from?: string
  /** Exclusive. */
  readonly to?: string
  readonly reverse?: boolean
}

/** What one key has in some segments. */
export interface Line<P> {
  readonly key: string
  slots(range: AtRange): Iterable<Slot<P>>
}

export interface Change<P> {
  readonly key: string
  readonly at: string
  /** null: deleted. */
  readonly payload: P | null
  readonly changedAt: number
}

export function timelines<P>(backend: StoreBackend, units: WriteBack<unknown>): Timelines<P> {
  const bundles = units as WriteBack<Bundle<P>>
  const singles = units as WriteBack<Slot<P>>
  const expiry = segmentExpiry(backend)
  /** As of the last drain: what expired after it may be needed again, should the process die before the next commit. */
  let oldestSegment: number | undefined

  const bundleAt = (segment: number, key: string): Bundle<P> => bundles.get(bundleId(segment, key)) ?? EMPTY

  function putSingle(segment: number, key: string, slot: Slot<P>): void {
    singles.set(slotId(segment, key, slot.at), slot.payload === null ? undefined : slot, slot.changedAt)
  }

  function spill(segment: number, key: string, bundle: Bundle<P>): void {
    for (const slot of bundle.slots) putSingle(segment, key, slot)
    bundles.set(bundleId(segment, key), SPILLED, 0)
  }

  function slotsOf(bundle: Bundle<P>, segment: number, key: string, range: AtRange): Iterable<Slot<P>> {
    if (bundle.spilled) return values(singles.units({ ...slotRange(segment, key, range), reverse: range.reverse }))
    const slots = slotsBetween(bundle, range.from, range.to)
    return range.reverse ? slots.reverse() : slots
  }

  return {
    get(segment, key, at) {
      const bundle = bundleAt(segment, key)
      const slot = bundle.spilled ? singles.get(slotId(segment, key, at)) : findSlot(bundle, at)
      return slot?.payload ?? undefined
    },
    put(segment, key, slot) {
      const bundle = bundleAt(segment, key)
      if (!bundle.spilled && isLarge(bundle)) spill(segment, key, bundle)
      if (bundle.spilled || isLarge(bundle)) putSingle(segment, key, slot)
      else bundles.set(bundleId(segment, key), withSlot(bundle, slot), slot.changedAt)
    },
    slots: (segment, key, range) => slotsOf(bundleAt(segment, key), segment, key, range),
    lines(segments, fromKey, toKey) {
      const walks = segments.map((segment) => bundles.units(bundleRange(segment, fromKey, toKey)))
      return byKey(walks, segments, slotsOf)
    },
    meta: () => units.get(metaId) as StoreMeta | undefined,
    drain(time) {
      const meta = time.takeChanged()
      if (meta !== undefined) units.set(metaId, meta, 0)
      const drained = units.drain()
      oldestSegment = time.oldestSegment()
      const changes: Change<P>[] = []
      for (const { id, unit, changedAt } of drained) {
        const kind = kindOf(id)
        if (kind === 'bundle') pushUnlogged(changes, bundleKey(id), (unit as Bundle<P>).slots)
        if (kind !== 'slot') continue
        const { key, at } = parseSlotId(id)
        if (unit === undefined) changes.push({ key, at, payload: null, changedAt })
        else pushUnlogged(changes, key, [unit as Slot<P>])
      }
      return changes
    },
    persist(position) {
      const expired = oldestSegment
      const expire = () => {
        if (expired !== undefined) expiry.expire(expired)
      }
      const writing = expiry.failed() ?? units.persist(position)
      if (writing !== undefined) return writing.then(expire)
      expire()
      return undefined
    },
    get position() {
      return units.position
    },
    get unwrittenBytes() {
      return units.pendingBytes
    },
    acknowledge: units.acknowledge,
    close: () => expiry.settled().then(() => writtenAndClosed(units, backend)),
  }
}

function* values<T>(units: Iterable<{ readonly unit: T }>): Generator<T> {
  for (const { unit } of units) yield unit
}

/** The slots that the changelog is to hear of; it has then. */
function pushUnlogged<P>(changes: Change<P>[], key: string, slots: readonly Slot<P>[]): void {
  for (const slot of slots) {
    if (slot.logged) continue
    slot.logged = true
    changes.push({ key, at: slot.at, payload: slot.payload, changedAt: slot.changedAt })
  }
}

type BundleWalk<P> = Iterable<{ readonly id: string; readonly unit: Bundle<P> }>
type SlotsOf<P> = (bundle: Bundle<P>, segment: number, key: string, range: AtRange) => Iterable<Slot<P>>

/** Merges the segments' bundles, each in the order of keys, into one line per key. */
function* byKey<P>(
  walks: readonly BundleWalk<P>[],
  segments: readonly number[],
  slotsOf: SlotsOf<P>,
): Generator<Line<P>> {
  const heads = walks.map((walk, at) => {
    const steps = walk[Symbol.iterator]()
    return { segment: segments[at]!, steps, step: steps.next() }
  })
  try {
    for (;;) {
      const [key] = heads.flatMap(({ step }) => (step.done ? [] : [bundleKey(step.value.id)])).sort()
      if (key === undefined) return
      const parts: { readonly segment: number; readonly bundle: Bundle<P> }[] = []
      for (const head of heads) {
        if (head.step.done || bundleKey(head.step.value.id) !== key) continue
        parts.push({ segment: head.segment, bundle: head.step.value.unit })
        head.step = head.steps.next()
      }
      yield { key, slots: (range) => inTurn(parts.map(({ bundle, segment }) => slotsOf(bundle, segment, key, range))) }
    }
  } finally {
    for (const { steps } of heads) steps.return?.()
  }
}

function* inTurn<T>(parts: readonly Iterable<T>[]): Generator<T> {
  for (const part of parts) yield* part
}
