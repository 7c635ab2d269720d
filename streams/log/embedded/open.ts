import { createHash, randomUUID } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type Clock, systemClock } from '../../clock'
import { MillraceError, messageOf } from '../../errors'
import { type Logger, silentLogger } from '../../logger'
import type { Log } from '../port'
import { type CompressionType, loadCompression } from '../records'
import { attachLog } from './attach'
import { type Core, openCore } from './core'
import { diskStorage } from './disk-storage'
import { type EmbeddedLog, logOf } from './embedded-log'
import { acquireLock, type LockOwner } from './lock'
import { memoryStorage } from './memory-storage'
import { serveLog } from './serve'
import type { Storage } from './storage'

export interface MemoryLogOptions {
  /** Time of transactions, rebalances, waiting polls and retention. Default: the system's. */
  readonly clock?: Clock
  readonly logger?: Logger
  /** Makes the distinguishing part of member ids. Default: random UUIDs. */
  newId?(): string
}

export interface EmbeddedLogOptions extends MemoryLogOptions {
  /**
   * `never`: what was acknowledged survives the end of the process, `kill -9` too, since the system has it; a power failure may
   * take the last seconds. `commit`: every acknowledged send, commit and offset is flushed to the disk first, which holds up the
   * process for as long as the disk takes. Default `never`.
   */
  readonly fsync?: 'never' | 'commit'
  /** How what is written through this log is packed. Default `none`; everything is read, however it is packed. */
  readonly compression?: CompressionType
  /** Where another process has the log open, use it through that process rather than fail. */
  readonly attach?: boolean
}

const cleanEveryMs = 5 * 60_000
/** What the address of a unix domain socket may hold, with some room. */
const maxSocketPathBytes = 100

/**
 * Opens the log in a directory, which it makes if need be: Kafka's semantics in one process, without a broker.
 * With `attach` it may be the log of another process, on which members and transactional producers cannot be opened.
 * @throws TerminalError CONFIG_INVALID for a compression that is unknown; MillraceError LOG_LOCKED (details: pid) when another process has it, LOG_CORRUPT (details: file, offset);
 *   OutageError LOG_UNAVAILABLE when the disk does not answer
 */
export function openEmbeddedLog(
  directory: string,
  options: EmbeddedLogOptions & { readonly attach: true },
): Promise<Log>
export function openEmbeddedLog(directory: string, options?: EmbeddedLogOptions): Promise<EmbeddedLog>
export async function openEmbeddedLog(directory: string, options: EmbeddedLogOptions = {}): Promise<Log> {
  const { fsync = 'never', attach = false, logger = silentLogger, compression = 'none' } = options
  await loadCompression(compression)
  const root = resolve(directory)
  const socket = socketPath(root)
  const lock = acquireLock(root, socket)
  if (!('release' in lock)) {
    if (attach) return attachLog(lock, compression)
    throw lockedBy(lock, root)
  }
  const storage = diskStorage(root, { fsync: fsync === 'commit' })
  try {
    const core = coreOn(storage, options)
    const stopServing = await serve(core, socket, logger)
    core.maintenance.every(cleanEveryMs)
    return logOf(core, { stopServing, release: lock.release })
  } catch (error) {
    storage.close()
    lock.release()
    throw error
  }
}

/** The same log in memory alone, for tests: nothing of it is left when it is closed. */
export function memoryLog(options: MemoryLogOptions = {}): EmbeddedLog {
  return logOf(coreOn(memoryStorage(), options))
}

function coreOn(storage: Storage, options: EmbeddedLogOptions): Core {
  const { clock = systemClock, logger = silentLogger, compression = 'none', newId = randomUUID } = options
  return openCore({ storage, clock, logger, compression, newId })
}

/** Not every file system has sockets; the log works without, only no second process can attach. */
async function serve(core: Core, socket: string, logger: Logger): Promise<() => Promise<void>> {
  try {
    return await serveLog(core, socket)
  } catch (error) {
    logger.warn({ socket, error: messageOf(error) }, 'other processes cannot attach to the embedded log')
    return async () => {}
  }
}

function socketPath(root: string): string {
  const path = join(root, 'log.sock')
  if (Buffer.byteLength(path) <= maxSocketPathBytes) return path
  return join(tmpdir(), `millrace-${createHash('sha256').update(root).digest('hex').slice(0, 24)}.sock`)
}

function lockedBy({ pid }: LockOwner, directory: string): MillraceError {
  return new MillraceError('LOG_LOCKED', `process ${pid} has the log in ${directory} open`, {
    details: { pid, directory },
  })
}
