import type { ClassicLevel } from 'classic-level'
import { MillraceError } from '../errors'
import type { ByteEntry, ByteRange, ByteWrite, StoreBackend } from './backend'
import { readLong, writeLong } from './bytes'
import { classicLevel } from './classic-level'
import { levelError } from './level-errors'
import { type LevelRanges, levelRanges } from './level-ranges'

type Database = ClassicLevel<Buffer, Buffer>

const BYTES = { keyEncoding: 'buffer', valueEncoding: 'buffer' } as const

/** The first byte of a key in the database tells the store's entries from what is ours. */
const OWN = 0
const ENTRY = 1
const ALL_ENTRIES = { gte: Buffer.of(ENTRY), lt: Buffer.of(ENTRY + 1) }

/** Under this key: one byte, the number of this layout, then 8 bytes of changelog position. */
const POSITION_KEY = Buffer.from([OWN, ...Buffer.from('position')])
const LAYOUT = 1

/**
 * A back end on classic-level in one directory. A commit is one batch that holds the position too: after a crash either
 * all of it is there or nothing. Batches are not flushed to the disk one by one, so a power cut may take the latest ones
 * back, whole ones, and the changelog is read again from the position that is left.
 *
 * @param ranges shared by the stores of a process; without it the store has one of its own.
 * @throws MillraceError STATE_LOCKED, STATE_CORRUPT, STATE_INCOMPATIBLE; OutageError STATE_UNAVAILABLE
 */
export async function levelBackend(location: string, ranges?: LevelRanges): Promise<StoreBackend> {
  const db: Database = new (classicLevel().ClassicLevel)(location, { ...BYTES, multithreading: true })
  try {
    await db.open()
    const position = readPosition(db)
    if (ranges !== undefined) return levelStore(db, ranges, position)
    const own = levelRanges()
    const store = levelStore(db, own, position)
    return { ...store, close: () => store.close().finally(own.close) }
  } catch (error) {
    await db.close()
    throw levelError(error, location)
  }
}

function levelStore(db: Database, ranges: LevelRanges, positionAtOpen: number | undefined): StoreBackend {
  const { location } = db
  let position = positionAtOpen
  /** Batches are written one after the other: two at once could overtake each other. */
  let lastWrite: Promise<void> = Promise.resolve()

  async function batch(writes: readonly ByteWrite[], newPosition: number | undefined): Promise<void> {
    try {
      // Handed over one by one: an array of operations is copied into objects of its own first.
      const chained = db.batch()
      for (const { key, value } of writes) {
        if (value === null) chained.del(entryKey(key))
        else chained.put(entryKey(key), value)
      }
      if (newPosition !== undefined) chained.put(POSITION_KEY, positionBytes(newPosition))
      await chained.write()
    } catch (error) {
      throw levelError(error, location)
    }
    if (newPosition !== undefined) position = newPosition
  }

  function assertOpen(): void {
    if (db.status !== 'open') throw new MillraceError('STORE_CLOSED', `The store in ${location} is closed.`)
  }

  return {
    get(key) {
      try {
        return db.getSync(entryKey(key))
      } catch (error) {
        throw levelError(error, location)
      }
    },
    entries(range) {
      assertOpen()
      return withoutPrefix(ranges.entries(location, entryRange(range)))
    },
    write(writes, newPosition) {
      const written = lastWrite.then(() => batch(writes, newPosition))
      lastWrite = written.catch(() => {})
      return written
    },
    async clear(range) {
      const { from, to } = entryRange(range)
      await db.clear({ gte: from, lt: to }).catch((error) => {
        throw levelError(error, location)
      })
    },
    position: () => position,
    approximateNumEntries() {
      assertOpen()
      return ranges.count(location, entryRange({}))
    },
    async close() {
      await lastWrite
      ranges.release(location)
      await db.close()
    },
  }
}

function readPosition(db: Database): number | undefined {
  const bytes = db.getSync(POSITION_KEY)
  if (bytes === undefined) return undefined
  if (bytes[0] !== LAYOUT) {
    throw new MillraceError(
      'STATE_INCOMPATIBLE',
      `State in ${db.location} has layout ${bytes[0]}; this version reads layout ${LAYOUT}.`,
      {
        details: { directory: db.location },
      },
    )
  }
  return readLong(bytes, 1)
}

function positionBytes(position: number): Buffer {
  const bytes = Buffer.alloc(9, LAYOUT)
  writeLong(bytes, position, 1)
  return bytes
}

function entryKey(key: Buffer): Buffer {
  const prefixed = Buffer.allocUnsafe(key.length + 1)
  prefixed[0] = ENTRY
  key.copy(prefixed, 1)
  return prefixed
}

function entryRange({ from, to, reverse = false }: ByteRange) {
  return { from: from ? entryKey(from) : ALL_ENTRIES.gte, to: to ? entryKey(to) : ALL_ENTRIES.lt, reverse }
}

function* withoutPrefix(entries: Iterable<ByteEntry>): Generator<ByteEntry> {
  for (const { key, value } of entries) yield { key: key.subarray(1), value }
}
