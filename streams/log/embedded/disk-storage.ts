import {
  closeSync,
  constants,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writevSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { MillraceError, messageOf, OutageError } from '../../errors'
import { type Descriptors, openDescriptors } from './descriptors'
import type { Storage, StorageFile } from './storage'

export interface DiskOptions {
  /** Whether `sync` flushes to the disk. Without it data survives the process, however it ends, but not the machine. */
  readonly fsync: boolean
}

/** Buffers one writev takes (IOV_MAX). */
const maxChunks = 1024

/** Files below a folder of the disk. */
export function diskStorage(root: string, { fsync }: DiskOptions): Storage {
  const descriptors = openDescriptors()
  const unsynced = new Set<string>()
  const full = (path: string) => join(root, path)

  let isClosed = false

  function written(path: string): void {
    if (fsync) unsynced.add(path)
  }

  /** Another process may have the folder once this one has closed it. */
  function attempt<T>(path: string, work: () => T): T {
    if (isClosed) throw new MillraceError('CLOSED', 'the log is closed')
    return attempted(path, work)
  }

  return {
    list: (folder) => attempt(folder, () => (exists(full(folder)) ? readdirSync(full(folder)).sort() : [])),
    file: (path) => diskFile({ path: full(path), descriptors, attempt, written }),
    read: (path) => attempt(path, () => (exists(full(path)) ? readFileSync(full(path)) : undefined)),
    replace(path, bytes) {
      const temporary = `${full(path)}.tmp`
      attempt(path, () => {
        mkdirSync(dirname(temporary), { recursive: true })
        writeFileSync(temporary, bytes)
        if (fsync) syncPath(temporary)
        descriptors.close(full(path))
        renameSync(temporary, full(path))
        written(dirname(full(path)))
      })
    },
    rename(from, to) {
      attempt(from, () => {
        descriptors.close(full(from))
        descriptors.close(full(to))
        // What replaces a file must be on the disk before the file it replaces is gone.
        if (unsynced.delete(full(from))) syncPath(full(from))
        renameSync(full(from), full(to))
        written(dirname(full(to)))
      })
    },
    remove(path) {
      attempt(path, () => {
        const gone = full(path)
        for (const each of unsynced) if (each === gone || each.startsWith(`${gone}/`)) unsynced.delete(each)
        descriptors.close(gone)
        rmSync(gone, { recursive: true, force: true })
      })
    },
    sync() {
      for (const path of unsynced) {
        attempt(path, () => {
          if (exists(path)) syncPath(path)
        })
        unsynced.delete(path)
      }
    },
    close() {
      descriptors.close(root)
      isClosed = true
    },
  }
}

interface DiskFileOptions {
  readonly path: string
  readonly descriptors: Descriptors
  attempt<T>(path: string, work: () => T): T
  written(path: string): void
}

function diskFile({ path, descriptors, attempt, written }: DiskFileOptions): StorageFile {
  let size: number | undefined
  /** Whether a write failed midway, so that bytes may stand behind the end. */
  let ragged = false

  function currentSize(): number {
    if (size === undefined) size = exists(path) ? statSync(path).size : 0
    return size
  }

  function cutTo(end: number): void {
    ragged = true
    ftruncateSync(descriptors.of(path), end)
    ragged = false
  }

  return {
    path,
    get size() {
      return currentSize()
    },
    append(chunks) {
      attempt(path, () => {
        const end = currentSize()
        if (ragged) cutTo(end)
        if (end === 0) makeFolder(dirname(path), written)
        ragged = true
        size = writeAll(descriptors.of(path), chunks, end)
        ragged = false
        written(path)
      })
    },
    read: (at, length) =>
      attempt(path, () => {
        const available = Math.max(0, Math.min(length, currentSize() - at))
        return available === 0 ? Buffer.alloc(0) : readAt(descriptors.of(path), at, available)
      }),
    truncate(to) {
      attempt(path, () => {
        cutTo(to)
        size = to
        written(path)
      })
    },
  }
}

function readAt(fd: number, at: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length)
  let read = 0
  while (read < length) {
    const count = readSync(fd, bytes, read, length - read, at + read)
    if (count === 0) break
    read += count
  }
  return bytes.subarray(0, read)
}

/** Writes every chunk from `at` on and gives where it ended; the system may write less than it was asked to. */
function writeAll(fd: number, chunks: readonly Buffer[], at: number): number {
  let position = at
  let rest = chunks.filter((chunk) => chunk.length > 0)
  while (rest.length > 0) {
    let written = writevSync(fd, rest.slice(0, maxChunks), position)
    position += written
    let whole = 0
    while (whole < rest.length && written >= rest[whole]!.length) written -= rest[whole++]!.length
    rest = rest.slice(whole)
    if (written > 0) rest[0] = rest[0]!.subarray(written)
  }
  return position
}

function makeFolder(folder: string, written: (path: string) => void): void {
  if (exists(folder)) return
  mkdirSync(folder, { recursive: true })
  written(dirname(folder))
  written(folder)
}

function syncPath(path: string): void {
  const fd = openSync(path, constants.O_RDONLY)
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined
}

function attempted<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw new OutageError('LOG_UNAVAILABLE', `the embedded log cannot use ${path}: ${messageOf(error)}`, {
      cause: error,
      details: { file: path },
    })
  }
}
