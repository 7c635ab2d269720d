/** Finds the partitions that a question is about, and puts their answers together. */
import { elapsed } from '../../clock'
import { MillraceError } from '../../errors'
import type { MemberMetadata } from '../member-info'
import { type AskingOptions, asking } from './asking'
import { countPair } from './counts'
import { queryInvalid } from './errors'
import { type PartitionAnswer, taskIdOf } from './here'
import { merged } from './merge'
import { type PlacedStore, type Placing, placing } from './placing'
import { type AnsweredBy, boundsOf, keyOf, type ReadOptions, type StoreItem, type StoreQuery } from './query'
import { refuseUnfit } from './run'

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
/** Timers take no more than some weeks. */
const LONGEST_MS = 24 * 60 * 60 * 1_000

export function createRouter(context: AskingOptions): Router {
  const { host, own } = context
  const askPartition = asking(context)
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
    const { timeoutMs = DEFAULT_TIMEOUT_MS } = options
    if (Number.isNaN(timeoutMs)) throw queryInvalid(placed.declaration.name, 'timeoutMs is no number')
    const deadline = elapsed(host.clock) + Math.min(timeoutMs, LONGEST_MS)
    const bounds = boundsOf(options)
    const common = { placed, query, bounds, allowStandby: options.allowStandby === true, deadline }
    const partitions = await partitionsFor(placed, query, options)
    const asked = await Promise.allSettled(
      partitions.map((partition) => askPartition({ ...common, partition }, options)),
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

  return { placing: places, ask, locate }
}

async function* flat(answers: readonly PartitionAnswer[]): AsyncGenerator<StoreItem> {
  try {
    for (const { pieces } of answers) for await (const piece of pieces) yield* piece
  } finally {
    for (const answer of answers) answer.close()
  }
}
