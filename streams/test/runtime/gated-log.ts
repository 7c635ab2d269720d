import type { GroupMember, Log, LogProducer, OutgoingBatch, TransactionalProducer } from '../../log/port'

/** A call by which a worker gets something into the log. */
export interface LogCall {
  readonly what: 'send' | 'commit' | 'txn-open' | 'txn-send' | 'txn-commit' | 'join'
  /** What is sent, by topic; none for a commit. */
  readonly topics: readonly string[]
}

/** What becomes of a call: it may be held up, or fail, before the log has heard of it and after. */
export interface Gate {
  before?(call: LogCall): Promise<void> | void
  after?(call: LogCall): Promise<void> | void
}

/** A log whose every writing call goes through a gate. */
export function gatedLog(log: Log, gate: Gate): Log {
  const through = async <T>(call: LogCall, run: () => Promise<T>): Promise<T> => {
    await gate.before?.(call)
    const result = await run()
    await gate.after?.(call)
    return result
  }
  const topicsOf = (batches: readonly OutgoingBatch[]) => batches.map(({ topic }) => topic)
  const producing = (producer: LogProducer): LogProducer => ({
    ...producer,
    send: (batches, more) => through({ what: 'send', topics: topicsOf(batches) }, () => producer.send(batches, more)),
  })
  const transactional = (producer: TransactionalProducer): TransactionalProducer => ({
    ...producer,
    send: (batches) => through({ what: 'txn-send', topics: topicsOf(batches) }, () => producer.send(batches)),
    commit: (offsets, group) => through({ what: 'txn-commit', topics: [] }, () => producer.commit(offsets, group)),
  })
  return {
    ...log,
    producer: async (options) => producing(await log.producer(options)),
    transactionalProducer: (options) =>
      through({ what: 'txn-open', topics: [] }, async () => transactional(await log.transactionalProducer(options))),
    member: (options) => {
      const member = log.member(options)
      const gated: Partial<GroupMember> = {
        commit: (offsets) => through({ what: 'commit', topics: [] }, () => member.commit(offsets)),
        join: () => through({ what: 'join', topics: [] }, () => member.join()),
      }
      return Object.create(member, Object.getOwnPropertyDescriptors(gated)) as GroupMember
    },
  }
}
