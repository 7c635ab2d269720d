import type { StoreBackend } from '../stores/backend'

/** How far a global table has read each partition of its topic, kept beside its rows. */
export interface GlobalPositions {
  /** The offset to read on from; undefined where nothing has been read. */
  of(partition: number): number | undefined
  set(partition: number, nextOffset: number): void
  /** Writes what was set since the last call. @throws OutageError STATE_UNAVAILABLE: it is written by the next call */
  persist(): Promise<void>
  close(): Promise<void>
}

export function globalPositions(backend: StoreBackend): GlobalPositions {
  const changed = new Map<number, number>()
  return {
    of: (partition) => {
      const bytes = backend.get(keyBytes(partition))
      return changed.get(partition) ?? (bytes && Number(bytes.readBigInt64BE()))
    },
    set: (partition, nextOffset) => {
      changed.set(partition, nextOffset)
    },
    persist: async () => {
      if (changed.size === 0) return
      const written = [...changed]
      const writes = written.map(([partition, offset]) => ({ key: keyBytes(partition), value: offsetBytes(offset) }))
      await backend.write(writes)
      for (const [partition, offset] of written) if (changed.get(partition) === offset) changed.delete(partition)
    },
    close: () => backend.close(),
  }
}

function keyBytes(partition: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(partition)
  return bytes
}

function offsetBytes(offset: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(BigInt(offset))
  return bytes
}
