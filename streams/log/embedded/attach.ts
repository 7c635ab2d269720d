import { type MillraceError, TerminalError } from '../../errors'
import type { Log, LogAdmin } from '../port'
import type { CompressionType } from '../records'
import type { LockOwner } from './lock'
import { type Call, callsTo } from './remote-call'
import { remoteProducer } from './remote-producer'
import { remoteReader } from './remote-reader'

/**
 * The log of another process, as far as a second process may use it: topics, offsets, reading and appending. Members of groups
 * and transactions live in the owner's process. @throws OutageError LOG_UNAVAILABLE from each method when the owner is gone
 */
export function attachLog(owner: LockOwner, compression: CompressionType): Log {
  const { call, close } = callsTo(owner)
  return {
    kind: 'embedded',
    admin: remoteAdmin(call),
    producer: () => remoteProducer(call, compression),
    reader: async (options) => remoteReader(call, options),
    async transactionalProducer() {
      throw notHere('a transactional producer', owner)
    },
    member() {
      throw notHere('a member of a group', owner)
    },
    async close() {
      close()
    },
  }
}

function notHere(what: string, { pid }: LockOwner): MillraceError {
  return new TerminalError(
    'LOG_LOCKED',
    `process ${pid} has the log open: ${what} can only be opened there, or here once it has ended`,
    { details: { pid } },
  )
}

function remoteAdmin(call: Call): LogAdmin {
  const on =
    (method: keyof LogAdmin) =>
    (...args: readonly unknown[]): Promise<never> =>
      call('admin', { method, args })
  return {
    listTopics: on('listTopics'),
    describeTopics: async (names) => new Map(await on('describeTopics')(names)),
    createTopics: on('createTopics'),
    deleteTopics: on('deleteTopics'),
    offsets: on('offsets'),
    committedOffsets: on('committedOffsets'),
    listGroups: on('listGroups'),
    setOffsets: on('setOffsets'),
    deleteGroup: on('deleteGroup'),
  }
}
