import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'

/** A disk that can be full: file systems of a few megabytes, as any user may mount in a name space of its own. */
export interface SmallDisk {
  /** Reaches into that name space, so that every process and the verifier see it as a directory like another. */
  readonly path: string
  close(): Promise<void>
}

/** Why there can be none here; undefined where there can. */
export async function whyNoSmallDisk(): Promise<string | undefined> {
  try {
    await promisify(execFile)('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'])
    return undefined
  } catch (error) {
    const said = error instanceof Error ? error.message.trim().split('\n').at(-1) : String(error)
    return `\`unshare -rm\` cannot mount a small disk here (${said}); allow user name spaces, or run it as root`
  }
}

export async function openSmallDisk(directory: string, megabytes: number): Promise<SmallDisk> {
  const mountPoint = join(directory, 'disk')
  await mkdir(mountPoint, { recursive: true })
  // It lives as long as we do: its input ends with us.
  const script = `mount -t tmpfs -o size=${megabytes}m tmpfs "$1" && echo ready && exec cat`
  const holder = spawn('unshare', ['-rm', 'sh', '-c', script, 'sh', mountPoint], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(holder, 'exit')
  await Promise.race([
    once(createInterface({ input: holder.stdout }), 'line'),
    ended.then(([code]) => {
      throw new Error(`the small disk could not be mounted: unshare ended with ${code}`)
    }),
  ])
  return {
    path: `/proc/${holder.pid}/root${mountPoint}`,
    close: async () => {
      holder.stdin.end()
      await ended
    },
  }
}
