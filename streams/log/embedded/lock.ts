import { createHash } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Who holds a directory, as its lock file says. */
export interface LockOwner {
  readonly pid: number
  /** When the process started, where the system tells: a later process may get the same pid. */
  readonly started: string | null
  /** Where it serves the log to other processes. */
  readonly socket: string
}

export interface Lock {
  release(): void
}

const fileName = 'lock'
const attempts = 100

/** Takes the directory for this process, over the lock of a process that is dead too; or tells which process has it. */
export function acquireLock(directory: string, socket: string): Lock | LockOwner {
  mkdirSync(directory, { recursive: true })
  const path = join(directory, fileName)
  const content = JSON.stringify({ pid: process.pid, started: startOf(process.pid), socket } satisfies LockOwner)
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (writeNew(path, content)) return lockOf(path, content)
    const found = read(path)
    const owner = found === undefined ? undefined : parse(found)
    if (owner !== undefined && isAlive(owner)) return owner
    if (found !== undefined && takeOver(path, found, content)) return lockOf(path, content)
  }
  throw new Error(`${path} changes hands all the time`)
}

function lockOf(path: string, content: string): Lock {
  return {
    release() {
      if (read(path) === content) rmSync(path, { force: true })
    },
  }
}

/**
 * Replaces exactly this stale lock. Of several processes that see it only the one that makes the claim may, and only while the
 * stale lock is still there: else it would throw out a process that has taken over just before.
 */
function takeOver(path: string, stale: string, content: string): boolean {
  const claim = `${path}.${createHash('sha256').update(stale).digest('hex').slice(0, 16)}`
  if (!writeNew(claim, content)) {
    const claimant = parse(read(claim) ?? '')
    if (claimant === undefined || !isAlive(claimant)) rmSync(claim, { force: true })
    return false
  }
  try {
    if (read(path) !== stale) return false
    writeFileSync(`${claim}.new`, content)
    renameSync(`${claim}.new`, path)
    return true
  } finally {
    rmSync(claim, { force: true })
  }
}

/** Creates the file with its content in one step, so that nobody reads it half written; false when it is there already. */
function writeNew(path: string, content: string): boolean {
  const temporary = `${path}.${process.pid}`
  writeFileSync(temporary, content)
  try {
    return creates(() => linkSync(temporary, path))
  } catch {
    // Some file systems have no links; there the content follows the name.
    return creates(() => writeFileSync(path, content, { flag: 'wx' }))
  } finally {
    rmSync(temporary, { force: true })
  }
}

function creates(create: () => void): boolean {
  try {
    create()
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function parse(content: string): LockOwner | undefined {
  try {
    const { pid, started = null, socket } = JSON.parse(content) as Partial<LockOwner>
    return typeof pid === 'number' && typeof socket === 'string' ? { pid, started, socket } : undefined
  } catch {
    return undefined
  }
}

function isAlive({ pid, started }: LockOwner): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: it lives, and belongs to another user.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  const now = startOf(pid)
  return started === null || now === null || started === now
}

/**
 * When a process started: the boot, and the ticks from it; null where there is no /proc. A process that has ended and only waits
 * for its parent to notice has another start than any living one.
 */
function startOf(pid: number): string | null {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the name in brackets, which may hold anything; after it the state, and as the 20th the start.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? 'ended' : `${boot} ${fields[19]}`
  } catch {
    return null
  }
}
