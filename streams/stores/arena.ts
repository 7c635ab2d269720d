/** Bytes of many values in one piece of memory, for as long as all of them are needed. */
export interface Arena {
  /** It may be another one after the next `reserve`. */
  readonly memory: Buffer
  /** Bytes in use. */
  readonly size: number
  /** Where so many more bytes stand. */
  reserve(size: number): number
  /** Nothing in it is needed any more. */
  clear(): void
}

const FIRST_BYTES = 16 * 1024
const ROOM_STEP = 16

/** Room for a value comes in steps of so many bytes: a counter that gains a digit does not move its value. */
export const roomFor = (length: number): number => Math.ceil(length / ROOM_STEP) * ROOM_STEP

export function openArena(): Arena {
  let memory = Buffer.alloc(0)
  let size = 0
  return {
    get memory() {
      return memory
    },
    get size() {
      return size
    },
    reserve(bytes) {
      const at = size
      size += bytes
      if (size > memory.length) {
        const grown = Buffer.allocUnsafeSlow(Math.max(size, memory.length * 2, FIRST_BYTES))
        grown.set(memory.subarray(0, at))
        memory = grown
      }
      return at
    },
    clear() {
      size = 0
    },
  }
}
