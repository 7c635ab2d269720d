import { posix } from 'node:path'
import type { Storage, StorageFile } from './storage'

interface Content {
  bytes: Buffer
  size: number
}

/** Files in memory, for tests: the embedded log without a disk. */
export function memoryStorage(): Storage {
  const files = new Map<string, Content>()
  const within = (path: string, folder: string) => path === folder || path.startsWith(`${folder}/`)

  return {
    list(folder) {
      const names = [...files.keys()]
        .filter((path) => within(path, folder))
        .map((path) => posix.relative(folder, path).split('/')[0]!)
      return [...new Set(names)].sort()
    },
    file: (path) => memoryFile(path, files),
    read: (path) => contentOf(files.get(path)),
    replace: (path, bytes) => {
      files.set(path, { bytes, size: bytes.length })
    },
    rename(from, to) {
      const content = files.get(from)
      if (content === undefined) throw new Error(`no file ${from}`)
      files.delete(from)
      files.set(to, content)
    },
    remove(path) {
      for (const each of files.keys()) if (within(each, path)) files.delete(each)
    },
    sync: () => {},
    close: () => {},
  }
}

function memoryFile(path: string, files: Map<string, Content>): StorageFile {
  return {
    path,
    get size() {
      return files.get(path)?.size ?? 0
    },
    append(chunks) {
      const content = files.get(path) ?? { bytes: Buffer.alloc(0), size: 0 }
      const size = chunks.reduce((sum, chunk) => sum + chunk.length, content.size)
      if (size > content.bytes.length) {
        // What was read before are views of the old bytes, which stay as they are.
        const grown = Buffer.allocUnsafe(Math.max(size, content.bytes.length * 2, 1024))
        content.bytes.copy(grown, 0, 0, content.size)
        content.bytes = grown
      }
      for (const chunk of chunks) {
        content.bytes.set(chunk, content.size)
        content.size += chunk.length
      }
      files.set(path, content)
    },
    read(at, length) {
      const content = files.get(path)
      return content === undefined ? Buffer.alloc(0) : content.bytes.subarray(at, Math.min(at + length, content.size))
    },
    truncate(size) {
      const content = files.get(path)
      if (content !== undefined) files.set(path, { bytes: Buffer.from(content.bytes.subarray(0, size)), size })
    },
  }
}

function contentOf(content: Content | undefined): Buffer | undefined {
  return content?.bytes.subarray(0, content.size)
}
