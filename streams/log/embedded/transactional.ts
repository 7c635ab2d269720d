import type { Clock } from '../../clock'
import { FencedError, MillraceError, messageOf, OutageError } from '../../errors'
import type { GroupMetadata, PartitionOffset, TransactionalOptions, TransactionalProducer } from '../port'
import { appender } from './appending'
import type { Decisions, ProducerIdentity } from './decisions'
import type { PartitionLog } from './partition'
import type { Topics } from './topics'

export interface CoordinatorOptions {
  readonly topics: Topics
  readonly decisions: Decisions
  readonly clock: Clock
  /** @throws FencedError MEMBER_FENCED when the group has gone on since */
  assertCurrent(group: GroupMetadata): void
}

/** The transactional ids of the log and who owns each. */
export interface TransactionCoordinator {
  open(options: TransactionalOptions): TransactionalProducer
  /** Aborts what is open and closes every producer. */
  close(): void
}

/** The one producer that may use a transactional id now. */
interface Owner {
  readonly producer: ProducerIdentity
  /** Partitions that the current transaction has written to. */
  readonly partitions: Set<PartitionLog>
  /** Ends the wait for the transaction's timeout. */
  deadline: AbortController | undefined
}

export function transactionCoordinator(options: CoordinatorOptions): TransactionCoordinator {
  const { topics, decisions, clock } = options
  const owners = new Map<string, Owner>()
  let isClosed = false

  function settle(owner: Owner): void {
    owner.deadline?.abort()
    owner.deadline = undefined
    for (const log of owner.partitions) {
      const open = log.transactions.open.get(owner.producer.producerId)
      if (open !== undefined) log.settle(open, 'abort')
    }
    owner.partitions.clear()
  }

  function disown(transactionalId: string): void {
    const owner = owners.get(transactionalId)
    if (owner === undefined) return
    owners.delete(transactionalId)
    settle(owner)
  }

  /** The log aborts a transaction by itself when its producer has not come to an end in time. */
  async function expire(transactionalId: string, owner: Owner, timeoutMs: number): Promise<void> {
    const deadline = new AbortController()
    owner.deadline = deadline
    await clock.sleep(timeoutMs, deadline.signal)
    if (!deadline.signal.aborted && owners.get(transactionalId) === owner) disown(transactionalId)
  }

  return {
    open({ transactionalId, timeoutMs }) {
      disown(transactionalId)
      const producer = decisions.nextOwner(transactionalId)
      const owner: Owner = { producer, partitions: new Set(), deadline: undefined }
      owners.set(transactionalId, owner)
      const { append } = appender(topics, producer, true)
      let failure: unknown

      function assertUsable(): void {
        if (isClosed) throw new MillraceError('CLOSED', 'the log is closed')
        if (owners.get(transactionalId) === owner) return
        throw new FencedError(
          'PRODUCER_FENCED',
          `transactional id ${transactionalId} has a newer producer, or its transaction took longer than ${timeoutMs} ms`,
          { details: { transactionalId, ...producer } },
        )
      }

      /** After a send that failed halfway only an abort gives a transaction of which we know what it holds. */
      function assertWhole(): void {
        if (failure === undefined) return
        throw new OutageError('LOG_UNAVAILABLE', `the transaction must be aborted: ${messageOf(failure)}`, {
          cause: failure,
          details: { transactionalId },
        })
      }

      return {
        async send(batches) {
          assertUsable()
          assertWhole()
          try {
            return append(batches, (log) => {
              if (owner.deadline === undefined) void expire(transactionalId, owner, timeoutMs)
              owner.partitions.add(log)
            })
          } catch (error) {
            failure = error
            throw error
          }
        },
        async commit(offsets, group) {
          assertUsable()
          assertWhole()
          for (const each of offsets) topics.partition(each)
          if (offsets.length > 0) options.assertCurrent(group)
          const partitions = began(owner)
          if (partitions.length > 0 || offsets.length > 0) {
            decisions.commit({ producer, partitions, groupId: group.groupId, offsets })
          }
          settle(owner)
        },
        async abort() {
          assertUsable()
          settle(owner)
          failure = undefined
        },
        async close() {
          if (owners.get(transactionalId) === owner) disown(transactionalId)
        },
      }
    },
    close() {
      isClosed = true
      for (const transactionalId of [...owners.keys()]) disown(transactionalId)
    },
  }
}

/** Where the owner's transaction began in each of its partitions. */
function began({ producer, partitions }: Owner): PartitionOffset[] {
  return [...partitions].flatMap(({ topic, partition, transactions }) => {
    const open = transactions.open.get(producer.producerId)
    return open === undefined ? [] : [{ topic, partition, offset: open.firstOffset }]
  })
}
