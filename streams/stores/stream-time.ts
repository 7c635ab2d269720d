import { readLong, writeLong } from './bytes'
import type { UnitCodec } from './write-back'

/** What a store remembers beside its entries: written with every commit that changes it. */
export interface StoreMeta {
  /** Largest time ever put (ms). */
  readonly time: number
  /** Number given to the last duplicate. */
  readonly sequence: number
}

export const metaCodec: UnitCodec<StoreMeta> = {
  encode({ time, sequence }) {
    const bytes = Buffer.alloc(12)
    writeLong(bytes, time, 0)
    bytes.writeUInt32BE(sequence, 8)
    return bytes
  },
  decode: (bytes) => ({ time: readLong(bytes, 0), sequence: bytes.readUInt32BE(8) }),
}

/**
 * A store's own stream time and what follows from it. Time is cut into segments of half the retention, so that what is
 * visible lies in four of them at most, and what has expired is thrown away segment by segment.
 */
export interface StreamTime {
  /** A put at `time`: it counts for expiry even when it is expired itself. */
  observe(time: number): void
  /** Whether what lies at `time` has not expired: `time` > largest time put - retention. */
  isVisible(time: number): boolean
  nextSequence(): number
  /** A sequence number met while restoring. */
  observeSequence(sequence: number): void
  segmentOf(time: number): number
  /** The visible part of `from..to` (both inclusive); undefined where it is empty. */
  visiblePart(from: number, to: number): TimeSpan | undefined
  /** Segments before this one hold nothing visible. */
  oldestSegment(): number | undefined
  /** Largest time put, less the retention; -Infinity before the first put. */
  horizon(): number
  /** What is to be remembered, when it has changed since the last call. */
  takeChanged(): StoreMeta | undefined
}

export interface TimeSpan {
  /** Inclusive, ms. */
  readonly from: number
  /** Inclusive, ms. */
  readonly to: number
  /** Ascending. */
  readonly segments: readonly number[]
}

export function streamTime(retentionMs: number, remembered: StoreMeta | undefined): StreamTime {
  const interval = Math.max(1, Math.ceil(retentionMs / 2))
  let latest = remembered?.time ?? Number.NEGATIVE_INFINITY
  let sequence = remembered?.sequence ?? 0
  let changed = false

  const segmentOf = (time: number) => Math.floor(time / interval)
  const horizon = () => latest - retentionMs

  function visiblePart(from: number, to: number): TimeSpan | undefined {
    const begin = Math.max(from, horizon() + 1)
    const end = Math.min(to, latest)
    if (latest === Number.NEGATIVE_INFINITY || !(begin <= end)) return undefined
    const segments: number[] = []
    for (let segment = segmentOf(begin), last = segmentOf(end); segment <= last; segment++) segments.push(segment)
    return { from: begin, to: end, segments }
  }

  return {
    observe(time) {
      if (time <= latest) return
      latest = time
      changed = true
    },
    isVisible: (time) => time > horizon(),
    nextSequence() {
      sequence = (sequence + 1) & 0x7fff_ffff
      changed = true
      return sequence
    },
    observeSequence(met) {
      if (met <= sequence) return
      sequence = met
      changed = true
    },
    segmentOf,
    visiblePart,
    oldestSegment: () => (latest === Number.NEGATIVE_INFINITY ? undefined : segmentOf(horizon() + 1)),
    horizon,
    takeChanged() {
      if (!changed || latest === Number.NEGATIVE_INFINITY) return undefined
      changed = false
      return { time: latest, sequence }
    },
  }
}
