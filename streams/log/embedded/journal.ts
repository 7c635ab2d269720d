import { MillraceError } from '../../errors'
import type { Logger } from '../../logger'
import { crc32c } from '../records'
import type { Storage, StorageFile } from './storage'

/** The decisions of the log in the order in which they were taken: an append-only file of small JSON entries. */
export interface Journal<Entry> {
  /** The entry is taken as a whole or, when it throws, not at all. */
  append(entry: Entry): void
}

export interface JournalOptions<Entry> {
  readonly storage: Storage
  readonly path: string
  readonly logger: Logger
  /** Told each entry in order, while the journal is opened. */
  replay(entry: Entry): void
  /** Entries that stand for all there were, when the file is written anew; undefined when it must not be just now. */
  snapshot(): readonly Entry[] | undefined
}

/** Each entry: this word, the length and the CRC-32C of the text, the text. */
const word = 0x4d4c4a31
const frameBytes = 12
const rewriteAboveBytes = 1024 * 1024

/** @throws MillraceError LOG_CORRUPT (details: file, position) when an entry is broken and whole ones follow it */
export function openJournal<Entry>(options: JournalOptions<Entry>): Journal<Entry> {
  const { storage, path, logger } = options
  let file = storage.file(path)
  let rewriteAt = 0
  replayAll(file, logger, options.replay)
  rewrite()

  function rewrite(): void {
    const entries = options.snapshot()
    if (entries === undefined) return
    // The old entries may go only when what they decided has reached the disk.
    storage.sync()
    storage.replace(path, Buffer.concat(entries.flatMap(framed)))
    file = storage.file(path)
    rewriteAt = Math.max(rewriteAboveBytes, file.size * 4)
  }

  return {
    append(entry) {
      if (file.size > rewriteAt) rewrite()
      file.append(framed(entry))
    },
  }
}

function replayAll<Entry>(file: StorageFile, logger: Logger, replay: (entry: Entry) => void): void {
  const bytes = file.read(0, file.size)
  let at = 0
  for (let end = entryEnd(bytes, at); end !== undefined; end = entryEnd(bytes, at)) {
    replay(JSON.parse(bytes.toString('utf8', at + frameBytes, end)) as Entry)
    at = end
  }
  if (at === bytes.length) return
  const details = { file: file.path, position: at }
  if (hasEntryAfter(bytes, at)) {
    throw new MillraceError('LOG_CORRUPT', `${file.path} is corrupt at byte ${at}, and it is not its end`, { details })
  }
  logger.warn({ ...details, bytes: bytes.length - at }, `cut ${bytes.length - at} bytes off the end of ${file.path}`)
  file.truncate(at)
}

/** Where the entry that begins here ends; undefined when there is no whole one. */
function entryEnd(bytes: Buffer, at: number): number | undefined {
  if (at + frameBytes > bytes.length || bytes.readUInt32BE(at) !== word) return undefined
  const end = at + frameBytes + bytes.readUInt32BE(at + 4)
  if (end > bytes.length || bytes.readUInt32BE(at + 8) !== crc32c(bytes, at + frameBytes, end)) return undefined
  return end
}

function hasEntryAfter(bytes: Buffer, at: number): boolean {
  const start = Buffer.alloc(4)
  start.writeUInt32BE(word)
  for (let next = bytes.indexOf(start, at + 1); next !== -1; next = bytes.indexOf(start, next + 1)) {
    if (entryEnd(bytes, next) !== undefined) return true
  }
  return false
}

function framed(entry: unknown): Buffer[] {
  const text = Buffer.from(JSON.stringify(entry))
  const frame = Buffer.alloc(frameBytes)
  frame.writeUInt32BE(word)
  frame.writeUInt32BE(text.length, 4)
  frame.writeUInt32BE(crc32c(text), 8)
  return [frame, text]
}
