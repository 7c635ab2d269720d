import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { MillraceError, messageOf, OutageError } from '../errors'
import { type LocalRegistry, localRegistry } from './local'
import type { RegistryEntry } from './state'

export interface EmbeddedRegistry extends LocalRegistry {
  close(): void
}

/**
 * A registry that keeps its entries in a directory, as lines of JSON in `registry.jsonl`, appended and never rewritten. A
 * last line that a crash cut off is dropped. One process at a time may have it open.
 * @throws MillraceError STATE_CORRUPT, naming file and line; OutageError REGISTRY_UNAVAILABLE where the disk refuses
 */
export function embeddedRegistry(directory: string): EmbeddedRegistry {
  const path = join(directory, 'registry.jsonl')
  let file = unlessRefused(path, () => {
    mkdirSync(directory, { recursive: true })
    return openSync(path, 'a+')
  })
  const bytes = unlessRefused(path, () => readFileSync(path))
  // Everything after the last line end was being written when the process died.
  let length = bytes.lastIndexOf(0x0a) + 1
  if (length < bytes.length) unlessRefused(path, () => ftruncateSync(file, length))

  const append = (entry: RegistryEntry) => {
    if (file < 0) throw new MillraceError('CLOSED', 'the registry is closed')
    const line = Buffer.from(`${JSON.stringify(entry)}\n`)
    try {
      for (let done = 0; done < line.length; ) done += writeSync(file, line, done)
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
      if (file >= 0) closeSync(file)
      file = -1
    },
  }
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
