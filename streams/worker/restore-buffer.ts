import type { ManagedStore, RestoreRecords } from '../stores/managed'
import { latestRecords } from './latest-records'

/** What is read of one changelog, on its way into the store. The next records are read while the store writes. */
export interface RestoreBuffer {
  /**
   * Takes records in.
   * @param nextOffset where restoring goes on after these records
   * @throws what the store could not do with earlier ones
   */
  add(records: RestoreRecords, nextOffset: number): Promise<void>
  /** Puts in what is left, and resolves when all is in. @throws as `add` */
  flush(): Promise<void>
}

/** @param maxBytes what it holds before the store is written; while the store writes, it may be as much again */
export function restoreBuffer(store: ManagedStore, maxBytes: number): RestoreBuffer {
  return store.latestCounts ? latestOnly(store, maxBytes) : oneByOne(store)
}

/**
 * A changelog that has not been compacted holds most keys many times. Where only the last record of a key counts, the others
 * are left out before the store is written.
 */
function latestOnly(store: ManagedStore, maxBytes: number): RestoreBuffer {
  const inTurn = turns()
  let latest = latestRecords()
  /** What the store is writing from, if anything. */
  let other = latestRecords()
  let position: number | undefined

  async function write(): Promise<void> {
    if (position === undefined) return
    await inTurn.all()
    const [full, nextOffset] = [latest, position]
    latest = other
    other = full
    position = undefined
    await inTurn.next(async () => {
      await store.restore(full.records(), nextOffset)
      full.clear()
    })
  }

  return {
    async add(records, nextOffset) {
      latest.add(records)
      position = nextOffset
      if (latest.bytes >= maxBytes) await write()
    },
    async flush() {
      await write()
      await inTurn.all()
    },
  }
}

/** Puts records in at once, for one who reads on and on and answers queries meanwhile. */
export function restoreAtOnce(store: ManagedStore, records: RestoreRecords, nextOffset: number): Promise<void> {
  if (!store.latestCounts || records.length < 2) return store.restore(records, nextOffset)
  const latest = latestRecords()
  latest.add(records)
  return store.restore(latest.records(), nextOffset)
}

function oneByOne(store: ManagedStore): RestoreBuffer {
  const inTurn = turns()
  return {
    add: (records, nextOffset) => inTurn.next(() => store.restore(records, nextOffset)),
    flush: inTurn.all,
  }
}

/** Work that is done one after the other: the positions that go with it must rise. */
function turns() {
  let last: Promise<void> = Promise.resolve()
  return {
    /** Resolves when the work has begun. @throws what the work before has thrown */
    async next(work: () => Promise<void>): Promise<void> {
      await last
      last = work()
      last.catch(() => undefined) // the next call hears of it
    },
    /** Resolves when all is done. @throws what the last work has thrown */
    all: () => last,
  }
}
