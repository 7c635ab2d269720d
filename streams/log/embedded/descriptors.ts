import { closeSync, constants, openSync } from 'node:fs'

/** Descriptors kept open; a container may allow no more than a thousand. */
const maxOpen = 128

/** Open descriptors by path, the least recently used first. */
export interface Descriptors {
  of(path: string): number
  /** Closes those of a file, or of all files in a folder. */
  close(path: string): void
}

export function openDescriptors(): Descriptors {
  const open = new Map<string, number>()

  function close(path: string): void {
    const fd = open.get(path)
    if (fd === undefined) return
    open.delete(path)
    closeSync(fd)
  }

  return {
    of(path) {
      let fd = open.get(path)
      if (fd === undefined) {
        if (open.size >= maxOpen) close(open.keys().next().value!)
        fd = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o644)
      } else {
        open.delete(path)
      }
      open.set(path, fd)
      return fd
    },
    close(path) {
      for (const each of [...open.keys()]) if (each === path || each.startsWith(`${path}/`)) close(each)
    },
  }
}
