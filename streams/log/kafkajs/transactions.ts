import { FencedError, MillraceError, messageOf, OutageError } from '../../errors'
import type {
  GroupMetadata,
  OutgoingBatch,
  PartitionOffset,
  TransactionalOptions,
  TransactionalProducer,
} from '../port'
import type { Identity } from './batches'
import { type AskOptions, type Client, createClient, type Shared } from './client'
import { kafkaError, kafkaName } from './errors'
import type { TransactionRequest } from './inner'
import type { Link } from './links'
import { explained, onTopics } from './needs'
import { type PartitionResult, placeOf } from './protocol/grouped'
import { txnOffsetCommitRequest } from './protocol/offsets'
import { addOffsetsRequest, addPartitionsRequest, endTransactionRequest } from './protocol/transactions'
import { createSender } from './sender'
import { oneAtATime } from './serial'
import { within } from './within'

/** A producer that is being closed does not wait long for its last transaction to be aborted. */
const ABORT_ON_CLOSE_MS = 2_000
const OPERATION_NOT_ATTEMPTED = 55

/**
 * A transactional producer (KIP-98, KIP-447). Resolves once every older one of the same id is fenced and what it left
 * open is settled.
 */
export async function openTransactionalProducer(
  shared: Shared,
  options: TransactionalOptions,
): Promise<TransactionalProducer> {
  const client = createClient(shared)
  try {
    const identity = await fence(client, options)
    return transactionalProducer({ shared, client, options, identity })
  } catch (error) {
    client.close()
    throw error
  }
}

async function fence(client: Client, { transactionalId, timeoutMs }: TransactionalOptions): Promise<Identity> {
  const what = `opening the transactional id ${transactionalId}`
  const request = { transactionalId, transactionTimeout: timeoutMs }
  // While the last transaction is being settled the coordinator answers CONCURRENT_TRANSACTIONS, which is asked again.
  const { producerId, producerEpoch } = await client.ask(
    coordinatorOf(transactionalId),
    what,
    (link) => link.call(what, (broker) => broker.initProducerId(request)),
    { needs: needsOf(transactionalId) },
  )
  return { producerId: Number(producerId), producerEpoch }
}

const needsOf = (transactionalId: string) => ({ transactionalId: `WRITE on transactional id ${transactionalId}` })

const coordinatorOf = (transactionalId: string) =>
  ({ to: 'coordinator', kind: 'transaction', key: transactionalId }) as const

interface Context {
  readonly shared: Shared
  readonly client: Client
  readonly options: TransactionalOptions
  readonly identity: Identity
}

function transactionalProducer({ shared, client, options: given, identity }: Context): TransactionalProducer {
  const { transactionalId } = given
  const { clock, logger } = shared.settings
  const sender = createSender({ client, shared, transactionalId })
  const serially = oneAtATime()
  const own: TransactionRequest = { transactionalId, ...identity }
  /** What the transaction under way holds. */
  const partitions = new Set<string>()
  const groups = new Set<string>()
  /** The group of the last commit, or the one that was announced: the next one's too, as a rule, so it is added with the first partitions. */
  let usualGroup = given.groupId
  let begun = false
  /** Set once by what ends the producer's life. */
  let unusable: MillraceError | undefined
  let closed = false

  /** Runs one step. What leaves the outcome open, or the producer fenced, makes it unusable. */
  function step<T>(run: () => Promise<T>): Promise<T> {
    return serially(async () => {
      if (closed) throw new MillraceError('CLOSED', `the transactional producer ${transactionalId} is closed`)
      if (unusable !== undefined) throw unusable
      try {
        return await run()
      } catch (error) {
        unusable = ending(error, sender.doubtful, transactionalId)
        throw isOutage(error) && unusable !== undefined ? unusable : error
      }
    })
  }
  /** Asks the coordinator of the transaction. */
  function ask(what: string, use: (link: Link) => Promise<void>, options?: AskOptions): Promise<void> {
    const where = `${what} of ${transactionalId}`
    const needs = { ...needsOf(transactionalId), ...options?.needs }
    return client.ask(coordinatorOf(transactionalId), where, use, { ...options, needs })
  }
  async function addPartitions(batches: readonly OutgoingBatch[]): Promise<void> {
    const added = new Map(batches.map((batch) => [placeOf(batch), batch]))
    for (const place of partitions) added.delete(place)
    if (added.size === 0) return
    const request = addPartitionsRequest(own, [...added.values()])
    const group = usualGroup === undefined || groups.has(usualGroup) ? undefined : usualGroup
    const needs = group === undefined ? {} : { group: `READ on group ${group}` }
    const use = async (link: Link) => {
      const adding = link.request(request).then((results) => {
        // All or none are added.
        begun ||= results.every(({ errorCode }) => errorCode === 0)
        return results
      })
      const [results] = await Promise.all([adding, group === undefined ? undefined : addGroup(link, group)])
      assertAdded(results)
    }
    await ask('adding partitions to the transaction', use, { needs })
    for (const place of added.keys()) partitions.add(place)
  }
  function assertAdded(results: readonly PartitionResult[]): void {
    const failed = results.filter(({ errorCode }) => errorCode !== 0)
    // Where one is refused, the others are not attempted.
    const first = failed.find(({ errorCode }) => errorCode !== OPERATION_NOT_ATTEMPTED) ?? failed[0]
    if (first === undefined) return
    const { topic, partition, errorCode } = first
    const what = `adding ${topic}-${partition} to the transaction of ${transactionalId}`
    throw explained(kafkaError(errorCode, { what, details: { topic, partition } }), {
      topic: onTopics('WRITE', [topic]),
    })
  }
  async function addGroup(link: Link, groupId: string): Promise<void> {
    accepted(await link.request(addOffsetsRequest(own, groupId)), 'adding offsets to the transaction')
    begun = true
    groups.add(groupId)
  }
  async function commitOffsets(offsets: readonly PartitionOffset[], group: GroupMetadata): Promise<void> {
    const { groupId } = group
    const topics = offsets.map(({ topic }) => topic)
    const needs = { ...needsOf(transactionalId), group: `READ on group ${groupId}`, topic: onTopics('READ', topics) }
    const options = { ...once, needs }
    if (!groups.has(groupId)) await ask('adding offsets to the transaction', (link) => addGroup(link, groupId), options)
    usualGroup = groupId
    const what = `committing offsets of group ${groupId} in the transaction of ${transactionalId}`
    const commit = txnOffsetCommitRequest({ ...own, group, offsets })
    const send = async (link: Link) => {
      for (const { topic, partition, errorCode } of await link.request(commit)) {
        if (errorCode !== 0) throw kafkaError(errorCode, { what, details: { topic, partition } })
      }
    }
    await client.ask({ to: 'coordinator', kind: 'group', key: groupId }, what, send, options)
  }
  async function end(commit: boolean, options: AskOptions): Promise<void> {
    const what = commit ? 'committing the transaction' : 'aborting the transaction'
    await ask(what, async (link) => accepted(await link.request(endTransactionRequest(own, commit)), what), options)
    begun = false
    partitions.clear()
    groups.clear()
  }
  function accepted(errorCode: number, what: string): void {
    if (errorCode !== 0) throw kafkaError(errorCode, { what: `${what} of ${transactionalId}` })
  }

  return {
    send: (batches) =>
      step(async () => {
        const filled = batches.filter(({ records }) => records.count > 0)
        await addPartitions(filled)
        return sender.send(batches, identity)
      }),
    commit: (offsets, group) =>
      step(async () => {
        if (offsets.length > 0) await commitOffsets(offsets, group)
        if (begun) await end(true, once)
      }),
    abort: () =>
      step(async () => {
        if (begun) await end(false, once)
      }),
    async close() {
      if (closed) return
      if (begun && unusable === undefined) {
        // Readers of committed data need not wait for the transaction to time out.
        const abort = step(async () => {
          if (begun) await end(false, once)
        })
        const late = () => new OutageError('LOG_UNAVAILABLE', `${transactionalId} was not aborted in time`)
        await within(clock, ABORT_ON_CLOSE_MS, abort, late).catch((error: unknown) => {
          logger.debug({ err: error }, `closing the transactional producer ${transactionalId}: ${messageOf(error)}`)
        })
      }
      closed = true
      client.close()
    },
  }
}

/** In a commit or abort an answer that is lost is not asked for again: nobody would know which of the two took effect. */
const once: AskOptions = { again: false }

/** What every further step is refused with; undefined where the producer may go on (after an abort). */
function ending(error: unknown, doubtful: boolean, transactionalId: string): MillraceError | undefined {
  if (error instanceof FencedError) return error.code === 'PRODUCER_FENCED' ? error : undefined
  if (error instanceof MillraceError && error.code === 'TRANSACTION_INDEFINITE') return error
  if (!doubtful && !(isOutage(error) && kafkaName(error) === 'CONNECTION_LOST')) return undefined
  const message = `nobody knows how the transaction of ${transactionalId} ended; open it anew: ${messageOf(error)}`
  // Of an outage's class, since it is one for the engine: something does not answer, and no record is at fault.
  return new OutageError('TRANSACTION_INDEFINITE', message, { cause: error })
}

function isOutage(error: unknown): error is OutageError {
  return error instanceof OutageError
}
