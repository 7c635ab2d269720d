import { MillraceError } from '../../errors'
import type { Log, LogProducer, LogReader } from '../port'
import type { Core } from './core'
import { plainProducer } from './producer'
import { openReader } from './reader'

export interface EmbeddedLog extends Log {
  /** Deletes and compacts what is due now, rather than in the background. */
  maintain(): Promise<void>
  /** The group goes on without this member, as when its session has expired: for tests. */
  expireMember(groupId: string, memberId: string): void
}

export interface Closing {
  /** Ends what others use the log by, before the log itself is closed. */
  stopServing?(): Promise<void>
  /** Called last, whatever happened before. */
  release?(): void
}

/** The Log port on an open core. */
export function logOf(core: Core, closing: Closing = {}): EmbeddedLog {
  const { topics, decisions, groups, transactions, storage, clock } = core
  const open = new Set<LogReader | LogProducer>()
  let closed: Promise<void> | undefined

  function assertOpen(): void {
    if (closed !== undefined) throw new MillraceError('CLOSED', 'the log is closed')
  }

  function tracked<T extends LogReader | LogProducer>(opened: T): T {
    open.add(opened)
    return { ...opened, close: () => (open.delete(opened) ? opened.close() : Promise.resolve()) }
  }

  async function close(): Promise<void> {
    try {
      await closing.stopServing?.()
      groups.close()
      transactions.close()
      for (const each of open) await each.close()
      await core.maintenance.stop()
      storage.sync()
    } finally {
      storage.close()
      closing.release?.()
    }
  }

  return {
    kind: 'embedded',
    admin: core.admin,
    async producer() {
      assertOpen()
      return tracked(plainProducer(topics, decisions, storage))
    },
    async transactionalProducer(options) {
      assertOpen()
      return transactions.open(options)
    },
    async reader(options) {
      assertOpen()
      return tracked(openReader(topics, clock, options))
    },
    member(options) {
      assertOpen()
      return groups.member(options)
    },
    maintain: () => core.maintenance.run(),
    expireMember: groups.expire,
    close() {
      closed ??= close()
      return closed
    },
  }
}
