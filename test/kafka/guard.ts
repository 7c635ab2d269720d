import { spawn } from 'node:child_process'
import path from 'node:path'

/** Ends processes and removes directories when this process is gone, even by kill -9. See guard-process.js. */
export interface Guard {
  hold(kind: 'pid' | 'dir', what: number | string): void
  release(kind: 'pid' | 'dir', what: number | string): void
  /** Ends and removes what is still held; resolves when that is done. */
  close(): Promise<void>
}

export function startGuard(): Guard {
  const child = spawn(process.execPath, [path.join(__dirname, 'guard-process.js')], {
    detached: true, // Ctrl-C in a terminal reaches the whole process group; the guard must outlive it.
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  child.unref()
  ;(child.stdin as unknown as { unref(): void }).unref()
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const tell = (change: string, what: number | string) => child.stdin.write(`${JSON.stringify([change, what])}\n`)
  return {
    hold: (kind, what) => tell(`+${kind}`, what),
    release: (kind, what) => tell(`-${kind}`, what),
    close: () => {
      child.ref()
      child.stdin.end()
      return ended
    },
  }
}
