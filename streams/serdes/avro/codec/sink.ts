/**
 * Where values are written: a slab that values share, one after the other, so that a value is written once and never
 * copied; only one that does not fit any more moves to the next slab.
 */

export interface Sink {
  bytes: Buffer
  /** Where the value being written begins. */
  start: number
  /** Where the next byte goes. */
  pos: number
  readonly slabSize: number
  /** Items of arrays and maps that the value may still have. */
  items: number
  /** Records that may still stand in the one being written. */
  depth: number
}

/** Appends the value. What it throws says what is wrong with the value. */
export type Write = (value: unknown, sink: Sink) => void

const defaultSlab = 16 * 1024

/** The first slab comes with the first value. */
export function newSink(slabSize = defaultSlab): Sink {
  return { bytes: Buffer.alloc(0), start: 0, pos: 0, slabSize, items: 0, depth: 0 }
}

/** What was written since the last call; it stays as it is for as long as it is held. */
export function take(sink: Sink): Buffer {
  const taken = sink.bytes.subarray(sink.start, sink.pos)
  sink.start = sink.pos
  return taken
}
