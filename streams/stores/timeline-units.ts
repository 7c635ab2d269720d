import type { StoreBackend } from './backend'
import { type Bundle, type PayloadCodec, packBundle, type Slot, unpackBundle } from './bundle'
import { metaCodec } from './stream-time'
import { kindOf } from './timeline-ids'
import { type UnitCodec, type WriteBack, writeBack } from './write-back'

export interface TimelineCodecs<P> {
  readonly atLength: number
  readonly payloads: PayloadCodec<P>
  /** Units that a store keeps beside its timelines, under `latestId`. */
  readonly latest?: UnitCodec<unknown>
}

/** A slot, its cell and their buffers, as objects. */
const SLOT_OVERHEAD_BYTES = 200

const isBundle = (unit: unknown): boolean => typeof unit === 'object' && unit !== null && 'slots' in unit

/** The cache that all units of such a store share, so that one batch holds them. An id tells what kind its unit is. */
export function timelineUnits<P>(
  backend: StoreBackend,
  codecs: TimelineCodecs<P>,
  cacheBytes: number,
): WriteBack<unknown> {
  const { atLength, payloads } = codecs
  const bundle: UnitCodec<Bundle<P>> = {
    encode: (unit) => packBundle(unit, payloads),
    decode: (bytes) => unpackBundle(bytes, atLength, payloads),
    extraBytes: (unit) => unit.slots.length * SLOT_OVERHEAD_BYTES,
  }
  const slot: UnitCodec<Slot<P>> = {
    encode: (unit) => payloads.pack(unit.payload!),
    decode: (bytes, id) => ({ at: id.slice(-atLength), payload: payloads.unpack(bytes), changedAt: 0, logged: true }),
  }
  const byKind = { bundle, slot, meta: metaCodec, latest: codecs.latest ?? slot } as Record<string, UnitCodec<unknown>>
  const codec: UnitCodec<unknown> = {
    encode: (unit, id) => byKind[kindOf(id)]!.encode(unit, id),
    decode: (bytes, id) => byKind[kindOf(id)]!.decode(bytes, id),
    extraBytes: (unit) => (isBundle(unit) ? bundle.extraBytes!(unit as Bundle<P>) : 0),
  }
  return writeBack(backend, codec, cacheBytes)
}
