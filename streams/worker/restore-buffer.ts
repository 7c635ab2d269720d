import type { ManagedStore, RestoreRecord } from '../stores/managed'

/** What is read of one changelog, on its way into the store. */
export interface RestoreBuffer {
  /** @param nextOffset where restoring goes on after these records */
  add(records: readonly RestoreRecord[], nextOffset: number): Promise<void>
  /** Puts in what is left. */
  flush(): Promise<void>
}

const MAX_BYTES = 8 * 1024 * 1024

/**
 * A changelog that has not been compacted holds most keys many times. Where only the last record of a key counts, the others
 * are left out before the store is written, and the next records are read while it is.
 */
export function restoreBuffer(store: ManagedStore, maxBytes = MAX_BYTES): RestoreBuffer {
  if (!store.latestCounts) return { add: store.restore, flush: async () => undefined }
  let latest = new Map<string, RestoreRecord>()
  let bytes = 0
  let position: number | undefined
  let writing: Promise<void> = Promise.resolve()

  function put(record: RestoreRecord): void {
    if (record.key === null) return
    const id = record.key.toString('latin1')
    const before = latest.get(id)
    bytes += sizeOf(record) - (before === undefined ? 0 : sizeOf(before))
    latest.set(id, copied(record))
  }
  /** One batch after the other: the positions that go with them must rise. */
  async function write(): Promise<void> {
    if (position === undefined) return
    const records = [...latest.values()]
    const nextOffset = position
    latest = new Map()
    bytes = 0
    position = undefined
    await writing
    writing = store.restore(records, nextOffset)
    writing.catch(() => undefined) // the next call hears of it
  }

  return {
    async add(records, nextOffset) {
      for (const record of records) put(record)
      position = nextOffset
      if (bytes >= maxBytes) await write()
    },
    async flush() {
      await write()
      await writing
    },
  }
}

/** A record is a view of all that was fetched with it, which would stay in memory for one of its keys. */
function copied({ key, value, timestamp }: RestoreRecord): RestoreRecord {
  return { key: key && Buffer.from(key), value: value && Buffer.from(value), timestamp }
}

const sizeOf = ({ key, value }: RestoreRecord) => (key?.length ?? 0) + (value?.length ?? 0)
