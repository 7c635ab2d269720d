/** Finds who answers for one partition of a store, and asks them: the owner first, then standbys where that is allowed. */
import { elapsed } from '../../clock'
import { MillraceError, messageOf } from '../../errors'
import { GLOBAL_TASK } from '../global-tables'
import type { MemberMetadata } from '../member-info'
import { isUnavailable, storeUnavailable, type Unavailable } from './errors'
import { type PartitionAnswer, type PartitionAsk, taskIdOf } from './here'
import type { QueryPlace } from './host'
import type { ReadOptions } from './query'
import { answerThere } from './there'

/** The instance that asks, where it is a member itself. */
export interface OwnPart {
  readonly memberId: string | undefined
  /** Whether it has the task, to process it or as a standby. */
  has(taskId: string): 'active' | 'standby' | undefined
  answer(ask: PartitionAsk): Promise<PartitionAnswer>
  /** Why nobody can be asked for a task. */
  absence(taskId: string): readonly [Unavailable, string]
}

export interface AskingOptions {
  readonly host: QueryPlace
  /** Absent where who asks is no member. */
  readonly own?: OwnPart
  /** What other members ask for. */
  readonly token?: string
}

export type AskPartition = (asking: PartitionAsk, options: Pick<ReadOptions, 'local'>) => Promise<PartitionAnswer>

const RETRY_MS = 50
/** Waiting does not help. */
const final: ReadonlySet<unknown> = new Set<Unavailable>(['ended', 'not-here', 'not-started'])

export function asking({ host, own, token }: AskingOptions): AskPartition {
  const isHere = ({ memberId }: MemberMetadata) => memberId === own?.memberId

  /** Waits out what passes, and asks anew whoever has the task by then. */
  async function askUntil(asking: PartitionAsk, options: Pick<ReadOptions, 'local'>): Promise<PartitionAnswer> {
    for (;;) {
      try {
        return await attempt(asking, options)
      } catch (error) {
        if (!isUnavailable(error) || final.has(error.details.reason)) throw error
        const left = asking.deadline - elapsed(host.clock)
        if (left <= 0) throw error
        host.logger.debug({ store: asking.placed.declaration.name, err: error }, `${messageOf(error)}; asking again`)
        await host.clock.sleep(Math.min(RETRY_MS, left))
        await host.refresh?.()
      }
    }
  }
  async function attempt(asking: PartitionAsk, { local }: Pick<ReadOptions, 'local'>): Promise<PartitionAnswer> {
    const { placed, partition, allowStandby } = asking
    const taskId = taskIdOf(placed, partition)
    refuseAtEnd(placed.declaration.name, taskId)
    if (placed.subTopology === undefined) return answerGlobal(asking)
    if (local === true && own !== undefined) return answerOnlyHere(asking, own)
    if (own?.has(taskId) === 'active') return own.answer(asking)
    const standbys = allowStandby ? host.members.filter(({ standby }) => standby.includes(taskId)) : []
    try {
      return await askOwner(asking, taskId, standbys.length > 0)
    } catch (error) {
      if (!isUnavailable(error) || standbys.length === 0) throw error
      return askStandbys(asking, standbys, error)
    }
  }
  /** Who has left the group no longer learns who its members are. */
  function refuseAtEnd(store: string, taskId: string): void {
    const [reason, why] = own?.absence(taskId) ?? []
    if (reason === 'ended' || reason === 'not-started') throw storeUnavailable(store, reason, why ?? '')
  }
  /** Everyone has a global table. */
  function answerGlobal(asking: PartitionAsk): Promise<PartitionAnswer> {
    return own === undefined ? askMember(asking, host.members[0], GLOBAL_TASK) : own.answer(asking)
  }
  async function answerOnlyHere(asking: PartitionAsk, { answer }: OwnPart): Promise<PartitionAnswer> {
    try {
      return await answer(asking)
    } catch (error) {
      if (!isUnavailable(error) || error.details.reason !== 'moved') throw error
      throw storeUnavailable(asking.placed.declaration.name, 'not-here', error.message, error)
    }
  }
  function askOwner(asking: PartitionAsk, taskId: string, isFirst: boolean): Promise<PartitionAnswer> {
    const owner = host.members.find(({ active }) => active.includes(taskId))
    const now = elapsed(host.clock)
    // A standby that could answer is not kept from it by an owner that is silent.
    const giveUpAt = isFirst ? now + (asking.deadline - now) / 2 : undefined
    return askMember({ ...asking, allowStandby: false, giveUpAt }, owner, taskId)
  }
  async function askStandbys(
    asking: PartitionAsk,
    standbys: readonly MemberMetadata[],
    first: unknown,
  ): Promise<PartitionAnswer> {
    let last = first
    for (const standby of [...standbys].sort((a, b) => Number(isHere(b)) - Number(isHere(a)))) {
      try {
        return await askMember(asking, standby, taskIdOf(asking.placed, asking.partition))
      } catch (error) {
        if (!isUnavailable(error)) throw error
        last = error
      }
    }
    throw last
  }
  async function askMember(
    asking: PartitionAsk,
    member: MemberMetadata | undefined,
    taskId: string,
  ): Promise<PartitionAnswer> {
    const store = asking.placed.declaration.name
    if (member === undefined) {
      const [reason, why] = own?.absence(taskId) ?? ['rebalancing', `no member is known that has task ${taskId}`]
      throw storeUnavailable(store, reason === 'moved' ? 'rebalancing' : reason, why)
    }
    if (own !== undefined && isHere(member)) return own.answer(asking)
    if (member.endpoint !== undefined) return answerThere(host, asking, { endpoint: member.endpoint, token })
    throw new MillraceError(
      'CONFIG_INVALID',
      `store ${store}: task ${taskId} is at member ${member.memberId}, which answers no queries; give every worker an applicationServer`,
      { details: { store, task: taskId, member: member.memberId } },
    )
  }

  return askUntil
}
