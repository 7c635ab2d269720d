import { FencedError } from '../errors'
import type {
  AppendedBatch,
  GroupMember,
  GroupMetadata,
  Log,
  LogProducer,
  OutgoingBatch,
  TransactionalProducer,
} from '../log/port'
import type { TaskCommit } from '../tasks/task'

export type ProcessingGuarantee = 'at_least_once' | 'exactly_once_v2'

/** How a task's commit gets into the log. One per task. */
export interface Committer {
  /** Resolves once everything is acknowledged; gives what was appended, outputs and changelogs. */
  commit(commit: TaskCommit): Promise<readonly AppendedBatch[]>
  /** Outputs ahead of their commit; absent where nothing may be seen before it. */
  send?(outputs: readonly OutgoingBatch[]): Promise<readonly AppendedBatch[]>
  /** Drops what is not committed, then closes. */
  close(): Promise<void>
}

export interface CommitterOptions {
  readonly log: Log
  readonly member: GroupMember
  readonly group: () => GroupMetadata
  readonly applicationId: string
  readonly taskId: string
  /** The producer that tasks share under at-least-once. */
  readonly shared: LogProducer
  readonly transactionTimeoutMs: number
}

/**
 * At-least-once: outputs and changelogs acknowledged, then the offsets, then (by the caller) the stores. A crash in
 * between repeats records and loses none.
 */
export function atLeastOnce({ member, shared }: Pick<CommitterOptions, 'member' | 'shared'>): Committer {
  // Nothing fences this producer: what it wrote late would overwrite the new owner's state in the changelog.
  const forbidden = () =>
    member.status === 'lost' || member.status === 'left'
      ? new FencedError('MEMBER_FENCED', 'the group has gone on without us: nothing may be written')
      : undefined
  const send = async (outgoing: readonly OutgoingBatch[]): Promise<readonly AppendedBatch[]> => {
    const refusal = forbidden()
    if (refusal !== undefined) throw refusal
    const batches = nonEmpty(outgoing)
    return batches.length === 0 ? [] : shared.send(batches, { forbidden })
  }
  return {
    commit: async ({ outputs, changelogs, offsets }) => {
      const appended = await send([...outputs, ...changelogs])
      if (offsets.length > 0) await member.commit(offsets)
      return appended
    },
    send,
    close: async () => undefined,
  }
}

/**
 * Exactly-once: one transactional producer per task (KIP-98, with the group's generation of KIP-447). Opening it fences
 * the task's former owner, so offsets are read and stores restored only afterwards.
 */
export async function exactlyOnce(options: Omit<CommitterOptions, 'shared' | 'member'>): Promise<Committer> {
  const { log, group, applicationId, taskId, transactionTimeoutMs } = options
  const producer: TransactionalProducer = await log.transactionalProducer({
    transactionalId: `${applicationId}-${taskId}`,
    timeoutMs: transactionTimeoutMs,
    groupId: applicationId,
  })
  return {
    commit: async ({ outputs, changelogs, offsets }) => {
      const batches = nonEmpty([...outputs, ...changelogs])
      const appended = batches.length === 0 ? [] : await producer.send(batches)
      await producer.commit(offsets, group())
      return appended
    },
    // Nothing to abort: what was sent without a commit is settled when the next owner opens the same id.
    close: () => producer.close(),
  }
}

function nonEmpty(batches: readonly OutgoingBatch[]): readonly OutgoingBatch[] {
  return batches.filter(({ records }) => records.count > 0)
}
