/** Finds who answers for each partition of a store, asks them, and puts their answers together. */
import { elapsed } from '../../clock'
import { MillraceError, messageOf } from '../../errors'
import { GLOBAL_TASK } from '../global-tables'
import type { MemberMetadata } from '../member-info'
import { countPair } from './counts'
import { isUnavailable, queryInvalid, storeUnavailable, type Unavailable } from './errors'
import { type PartitionAnswer, type PartitionAsk, taskIdOf } from './here'
import type { QueryPlace } from './host'
import { merged } from './merge'
import { type PlacedStore, type Placing, placing } from './placing'
import { type AnsweredBy, boundsOf, keyOf, type ReadOptions, type StoreItem, type StoreQuery } from './query'
import { refuseUnfit } from './run'
import { answerThere } from './there'

/** The answer of all partitions that were asked. */
export interface Routed {
  readonly answeredBy: readonly AnsweredBy[]
  /** The sum over them, where that was asked. */
  readonly count?: number
  /** In the order of the store. Ends what is under way when it is left early. */
  readonly items: AsyncIterable<StoreItem>
  /** To be called where the items are not read. */
  close(): void
}

/** Who has a key: cf. KeyQueryMetadata of Kafka Streams. */
export interface KeyLocation {
  readonly partition: number
  readonly taskId: string
  /** Undefined during a rebalance. */
  readonly active: MemberMetadata | undefined
  readonly standbys: readonly MemberMetadata[]
}

export interface Router {
  readonly placing: Placing
  /**
   * Asks the owners of a store, wherever they are.
   * @throws MillraceError STORE_UNKNOWN, POSITION_NOT_REACHED; TerminalError QUERY_INVALID; OutageError STORE_UNAVAILABLE,
   *   when it has been so until the time was up
   */
  ask(store: string, query: StoreQuery, options?: ReadOptions): Promise<Routed>
  /**
   * Who has a key (cf. KafkaStreams#queryMetadataForKey).
   * @throws MillraceError STORE_UNKNOWN; TerminalError QUERY_INVALID where the key does not say its partition
   */
  locate(store: string, key: unknown): Promise<KeyLocation>
}

const DEFAULT_TIMEOUT_MS = 5_000
const RETRY_MS = 50
/** Waiting does not help. */
const final: ReadonlySet<unknown> = new Set<Unavailable>(['ended', 'not-here', 'not-started'])

/** The instance that asks, where it is a member itself. */
export interface OwnPart {
  readonly memberId: string | undefined
  /** Whether it has the task, to process it or as a standby. */
  has(taskId: string): 'active' | 'standby' | undefined
  answer(ask: PartitionAsk): Promise<PartitionAnswer>
  /** Why nobody can be asked for a task. */
  absence(taskId: string): readonly [Unavailable, string]
}

export interface RouterOptions {
  readonly host: QueryPlace
  /** Absent where who asks is no member. */
  readonly own?: OwnPart
  /** What other members ask for. */
  readonly token?: string
}

export function createRouter({ host, own, token }: RouterOptions): Router {
  const places = placing({
    topology: host.topology,
    applicationId: host.applicationId,
    registry: host.registry,
    partitionsOf: (topic) => host.partitionsOf(topic),
  })

  async function ask(store: string, query: StoreQuery, options: ReadOptions = {}): Promise<Routed> {
    const began = elapsed(host.clock)
    countPair(host.counts.asked, store, query.kind)
    try {
      return await askAll(places.find(store), query, options)
    } catch (error) {
      countPair(host.counts.failed, store, error instanceof MillraceError ? error.code : 'INTERNAL')
      throw error
    } finally {
      host.counts.seconds.total += (elapsed(host.clock) - began) / 1000
    }
  }
  async function askAll(placed: PlacedStore, query: StoreQuery, options: ReadOptions): Promise<Routed> {
    refuseUnfit(placed.declaration, query)
    const deadline = elapsed(host.clock) + (options.timeoutMs ?? DEFAULT_TIMEOUT_MS)
    const bounds = boundsOf(options)
    const partitions = await partitionsFor(placed, query, options)
    const asked = await Promise.allSettled(
      partitions.map((partition) =>
        askOne({ placed, partition, query, bounds, allowStandby: options.allowStandby === true, deadline }, options),
      ),
    )
    const answers = asked.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    const failed = asked.find((one) => one.status === 'rejected')
    if (failed === undefined) return together(placed, query, answers)
    for (const answer of answers) answer.close()
    throw failed.reason
  }
  async function together(
    placed: PlacedStore,
    query: StoreQuery,
    answers: readonly PartitionAnswer[],
  ): Promise<Routed> {
    const keyBytes = answers.length > 1 ? (await placed.codec()).keyBytes : undefined
    const reverse = 'reverse' in query && query.reverse === true
    return {
      answeredBy: answers.map(({ by }) => by),
      ...(query.kind === 'count' && { count: answers.reduce((sum, { count = 0 }) => sum + count, 0) }),
      items: keyBytes === undefined ? flat(answers) : merged(answers, { keyBytes, reverse }),
      close: () => {
        for (const answer of answers) answer.close()
      },
    }
  }
  async function partitionsFor(
    placed: PlacedStore,
    query: StoreQuery,
    { partition, local }: ReadOptions,
  ): Promise<readonly number[]> {
    const { subTopology, partitions, declaration } = placed
    if (local === true && own === undefined)
      throw queryInvalid(declaration.name, 'there are no stores on this instance')
    if (subTopology === undefined) return [0]
    const all = Array.from({ length: partitions }, (_, index) => index)
    if (typeof partition === 'number') {
      if (all[partition] === undefined)
        throw queryInvalid(declaration.name, `it has partitions 0 to ${partitions - 1}, not ${partition}`)
      return [partition]
    }
    const keyed = partition === 'all' ? undefined : keyOf(query)
    const found = keyed && (await placed.partitionOf(keyed.key))
    if (found !== undefined) return [found]
    return local === true ? all.filter((index) => own?.has(taskIdOf(placed, index)) !== undefined) : all
  }
  /** Waits out what passes, and asks anew whoever has the task by then. */
  async function askOne(asking: PartitionAsk, options: ReadOptions): Promise<PartitionAnswer> {
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
  async function attempt(asking: PartitionAsk, { local }: ReadOptions): Promise<PartitionAnswer> {
    const { placed, partition, allowStandby } = asking
    const taskId = taskIdOf(placed, partition)
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
  async function locate(store: string, key: unknown): Promise<KeyLocation> {
    const placed = places.find(store)
    const partition = await placed.partitionOf(key)
    if (partition === undefined) {
      const why =
        placed.subTopology === undefined ? 'every instance has all of it' : 'its keys are not those of its inputs'
      throw queryInvalid(store, `a key does not say its partition: ${why}`)
    }
    const taskId = taskIdOf(placed, partition)
    return {
      partition,
      taskId,
      active: host.members.find(({ active }) => active.includes(taskId)),
      standbys: host.members.filter(({ standby }) => standby.includes(taskId)),
    }
  }
  const isHere = ({ memberId }: MemberMetadata) => memberId === own?.memberId

  return { placing: places, ask, locate }
}

async function* flat(answers: readonly PartitionAnswer[]): AsyncGenerator<StoreItem> {
  try {
    for (const { pieces } of answers) for await (const piece of pieces) yield* piece
  } finally {
    for (const answer of answers) answer.close()
  }
}
