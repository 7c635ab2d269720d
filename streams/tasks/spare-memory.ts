import type { Memory } from '../log/records/buffer'

/** What is kept at most: more is left to the garbage collector. */
const MAX_SPARE_BYTES = 4 * 1024 * 1024

/** Memory that is used again, commit after commit: the least that is large enough, unless it is larger by far. */
export function spareMemory(maxBytes = MAX_SPARE_BYTES): Memory {
  /** The smallest first. */
  const spares: Buffer[] = []
  let bytes = 0
  return {
    take(size) {
      const at = spares.findIndex(({ length }) => length >= size)
      const found = spares[at]
      if (found === undefined || found.length > 4 * size) return Buffer.allocUnsafeSlow(size)
      spares.splice(at, 1)
      bytes -= found.length
      return found
    },
    give(spare) {
      if (bytes + spare.length > maxBytes) return
      const behind = spares.findIndex(({ length }) => length > spare.length)
      spares.splice(behind < 0 ? spares.length : behind, 0, spare)
      bytes += spare.length
    },
  }
}
