/** One value on a key's line of time. `at` orders the slots of a key; all of a store have the same length. */
export interface Slot<P> {
  readonly at: string
  /** null: deleted, and kept until the changelog has heard of it. */
  readonly payload: P | null
  /** Timestamp (ms) of the record that made the change. */
  readonly changedAt: number
  /** The changelog has it. */
  logged: boolean
}

/** The slots of one key in one segment of time, in order. Immutable: a change makes a new one. */
export interface Bundle<P> {
  readonly slots: readonly Slot<P>[]
  /** True: it has grown large, and its slots stand in the back end one by one. */
  readonly spilled: boolean
  /** Bytes it had when it was last read or written. */
  bytes: number
}

export interface PayloadCodec<P> {
  pack(payload: P): Buffer
  unpack(bytes: Buffer): P
}

/** A bundle is written whole with every commit that changes it, so it must stay small; a few slots of large values it may hold. */
const MAX_BUNDLE_SLOTS = 256
const MAX_BUNDLE_BYTES = 8 * 1024
const FEW_SLOTS = 8

export const isLarge = ({ slots, bytes }: Bundle<unknown>): boolean =>
  slots.length >= MAX_BUNDLE_SLOTS || (slots.length >= FEW_SLOTS && bytes > MAX_BUNDLE_BYTES)

export const EMPTY: Bundle<never> = Object.freeze({ slots: [], spilled: false, bytes: 0 })
export const SPILLED: Bundle<never> = Object.freeze({ slots: [], spilled: true, bytes: 0 })

/** The bundle with one slot put in its place; deletions that the changelog has are left out. */
export function withSlot<P>(bundle: Bundle<P>, slot: Slot<P>): Bundle<P> {
  if (bundle.slots.length === 0) return { slots: [slot], spilled: false, bytes: bundle.bytes }
  const slots = bundle.slots.filter((present) => present.payload !== null || !present.logged)
  const at = lowerBound(slots, slot.at)
  slots.splice(at, slots[at]?.at === slot.at ? 1 : 0, slot)
  return { slots, spilled: false, bytes: bundle.bytes }
}

export function findSlot<P>(bundle: Bundle<P>, at: string): Slot<P> | undefined {
  const slot = bundle.slots[lowerBound(bundle.slots, at)]
  return slot?.at === at ? slot : undefined
}

/** Slots with `from <= at < to` that are not deleted. */
export function slotsBetween<P>(bundle: Bundle<P>, from: string | undefined, to: string | undefined): Slot<P>[] {
  const { slots } = bundle
  const begin = from === undefined ? 0 : lowerBound(slots, from)
  const end = to === undefined ? slots.length : lowerBound(slots, to)
  return slots.slice(begin, end).filter((slot) => slot.payload !== null)
}

/** Index of the first slot at or after `at`. */
function lowerBound(slots: readonly Slot<unknown>[], at: string): number {
  let low = 0
  let high = slots.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (slots[middle]!.at < at) low = middle + 1
    else high = middle
  }
  return low
}

const SMALL = 0
const LARGE = 1

/** One byte that tells whether it has spilled; then, slot after slot: `at`, length, payload. null: nothing is left of it. */
export function packBundle<P>(bundle: Bundle<P>, codec: PayloadCodec<P>): Buffer | null {
  if (bundle.spilled) return Buffer.of(LARGE)
  const live = bundle.slots.filter((slot) => slot.payload !== null)
  if (live.length === 0) return null
  const payloads = live.map((slot) => codec.pack(slot.payload!))
  const length = payloads.reduce((sum, payload, at) => sum + live[at]!.at.length + 4 + payload.length, 1)
  const packed = Buffer.allocUnsafe(length)
  let end = packed.writeUInt8(SMALL, 0)
  payloads.forEach((payload, at) => {
    end += packed.write(live[at]!.at, end, 'latin1')
    end = packed.writeUInt32BE(payload.length, end)
    end += payload.copy(packed, end)
  })
  bundle.bytes = length
  return packed
}

export function unpackBundle<P>(packed: Buffer, atLength: number, codec: PayloadCodec<P>): Bundle<P> {
  if (packed[0] === LARGE) return SPILLED
  const slots: Slot<P>[] = []
  for (let begin = 1; begin < packed.length; ) {
    const payloadAt = begin + atLength + 4
    const end = payloadAt + packed.readUInt32BE(payloadAt - 4)
    slots.push({
      at: packed.toString('latin1', begin, begin + atLength),
      payload: codec.unpack(packed.subarray(payloadAt, end)),
      changedAt: 0,
      logged: true,
    })
    begin = end
  }
  return { slots, spilled: false, bytes: packed.length }
}

/** For reading raw state: the slots of a packed bundle as bytes. */
export const rawPayloads: PayloadCodec<Buffer> = { pack: (bytes) => bytes, unpack: (bytes) => bytes }
