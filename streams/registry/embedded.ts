import { closeSync, fdatasyncSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { MillraceError, messageOf, OutageError } from '../errors'
import { acquireLock, type Lock } from '../log/embedded/lock'
import { type LocalRegistry, localRegistry } from './local'
import type { RegistryEntry } from './state'

export interface EmbeddedRegistry extends LocalRegistry {
  close(): void
}

/**
 * A registry that keeps its entries in a directory, as lines of JSON in `registry.jsonl`, appended and never rewritten. A
 * change is on the disk before it is acknowledged; a last line that a crash cut off is dropped. One at a time may have it open.
 * @throws MillraceError STATE_LOCKED, naming the process that has it; STATE_CORRUPT, naming file and line;
 *   OutageError REGISTRY_UNAVAILABLE where the disk refuses
 */
export function embeddedRegistry(directory: string): EmbeddedRegistry {
  const path = join(directory, 'registry.jsonl')
  const lock = takeDirectory(directory)
  try {
    return openFile(path, lock)
  } catch (error) {
    lock.release()
    throw error
  }
}

function openFile(path: string, lock: Lock): EmbeddedRegistry {
  let file = unlessRefused(path, () => openSync(path, 'a+'))
  const bytes = unlessRefused(path, () => readFileSync(path))
  // Everything after the last line end was being written when the process died.
  let length = bytes.lastIndexOf(0x0a) + 1
  if (length < bytes.length) unlessRefused(path, () => ftruncateSync(file, length))

  const append = (entry: RegistryEntry) => {
    if (file < 0) throw new MillraceError('CLOSED', 'the registry is closed')
    const line = Buffer.from(`${JSON.stringify(entry)}\n`)
    try {
      for (let done = 0; done < line.length; ) done += writeSync(file, line, done)
      // Few are written, and an id that is forgotten makes records unreadable for ever.
      fdatasyncSync(file)
      length += line.length
    } catch (cause) {
      // Half a line must not stay before the next one.
      ftruncateSync(file, length)
      throw refused(path, cause)
    }
  }
  return {
    ...localRegistry({ entries: readEntries(path, bytes.subarray(0, length)), record: append }),
    close: () => {
      if (file < 0) return
      closeSync(file)
      file = -1
      lock.release()
    },
  }
}

function takeDirectory(directory: string): Lock {
  const taken = unlessRefused(directory, () => {
    mkdirSync(directory, { recursive: true })
    return acquireLock(directory, '')
  })
  if ('release' in taken) return taken
  const message = `process ${taken.pid} has the registry in ${directory} open; end it, or talk to it by its URL`
  throw new MillraceError('STATE_LOCKED', message, { details: { directory, pid: taken.pid } })
}

function readEntries(path: string, bytes: Buffer): readonly RegistryEntry[] {
  const lines = bytes.toString('utf8').split('\n').slice(0, -1)
  return lines.map((line, index) => {
    try {
      return JSON.parse(line) as RegistryEntry
    } catch (cause) {
      const details = { file: path, line: index + 1 }
      throw new MillraceError('STATE_CORRUPT', `${path}, line ${index + 1}, is not JSON`, { cause, details })
    }
  })
}

function unlessRefused<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    throw refused(path, cause)
  }
}

function refused(path: string, cause: unknown): OutageError {
  return new OutageError('REGISTRY_UNAVAILABLE', `the registry file ${path}: ${messageOf(cause)}`, { cause })
}
