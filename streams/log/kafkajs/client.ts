import { elapsed } from '../../clock'
import { MillraceError, messageOf, OutageError } from '../../errors'
import type { TopicPartition } from '../port'
import type { CompressionType } from '../records'
import type { CoordinatorKind, Directory } from './directory'
import { kafkaError, kafkaName, type Reaction, reactionTo } from './errors'
import { createLinkSet, type LinkSet } from './link-set'
import type { Link, LinkSettings } from './links'
import { explained, type Needs } from './needs'
import type { NodeAddress } from './protocol/metadata'

/** What everything that is opened from one log shares. */
export interface Shared {
  readonly settings: LinkSettings
  readonly directory: Directory
  readonly outageAfterMs: number
  /** How what is written is packed. */
  readonly compression: CompressionType
}

export type Target =
  | { readonly to: 'any' }
  | { readonly to: 'controller' }
  | { readonly to: 'leader'; readonly of: TopicPartition }
  | { readonly to: 'node'; readonly node: NodeAddress }
  | { readonly to: 'coordinator'; readonly kind: CoordinatorKind; readonly key: string }

export interface AskOptions {
  /** Whether to ask again where no answer came and the request may have been carried out. Default true. */
  readonly again?: boolean
  readonly deadlineMs?: number
  /** The ACLs that a refusal is explained by. */
  readonly needs?: Needs
}

/** Connections of its own, and requests over them that find the right broker and are repeated until it answers. */
export interface Client {
  readonly links: LinkSet
  /**
   * Runs `use` at the target until it succeeds, fails for good, or the deadline (`outageAfterMs`) has passed.
   * @param what begins the message of an error
   * @throws OutageError LOG_UNAVAILABLE after the deadline; what errors.ts makes of the answer; MillraceError CLOSED
   */
  ask<T>(target: Target, what: string, use: (link: Link) => Promise<T>, options?: AskOptions): Promise<T>
  /** Sleeps, at most until it is closed. @throws MillraceError CLOSED */
  pause(ms: number): Promise<void>
  close(): void
}

/** So long a request is repeated quietly; a broker that starts again is back by then. */
const QUIET_MS = 3_000

/** A topic that has just been created is not known to every broker at once. */
const TOPIC_PATIENCE_MS = 5_000

export function createClient({ settings, directory, outageAfterMs }: Shared): Client {
  const { clock, logger } = settings
  const links = createLinkSet(settings)
  const closing = new AbortController()

  async function linkTo(target: Target, attempt: number): Promise<Link> {
    if (target.to === 'node') return links.to(target.node)
    if (target.to === 'coordinator') return links.to(await directory.coordinator(target.kind, target.key))
    if (target.to === 'leader') return links.to(await leaderOf(target.of))
    if (directory.nodes().length === 0) await directory.refresh([])
    const controller = target.to === 'controller' ? directory.controller() : undefined
    return links.to(controller ?? anyNode(attempt))
  }
  function anyNode(attempt: number): NodeAddress {
    const connected = attempt === 0 ? links.open()[0]?.node : undefined
    const nodes = directory.nodes()
    const node = connected ?? nodes[attempt % nodes.length]
    if (node === undefined) throw kafkaError(8, { what: 'looking for a broker' })
    return node
  }
  async function leaderOf(of: TopicPartition): Promise<NodeAddress> {
    const known = directory.leaderOf(of)
    if (known !== undefined) return known
    await directory.refresh([of.topic])
    const leader = directory.leaderOf(of)
    if (leader !== undefined) return leader
    throw leaderMissing(directory, of)
  }
  async function pause(ms: number): Promise<void> {
    await clock.sleep(ms, closing.signal)
    if (closing.signal.aborted) throw new MillraceError('CLOSED', 'the Kafka log is closed')
  }
  async function prepareAgain(target: Target, reaction: Reaction): Promise<void> {
    if (target.to === 'coordinator' && (reaction === 'coordinator' || reaction === 'lost')) {
      directory.forgetCoordinator(target.kind, target.key)
    }
    if (target.to === 'coordinator' || (reaction !== 'metadata' && reaction !== 'lost')) return
    // Where even that fails, the next attempt says so.
    await directory.refresh(target.to === 'leader' ? [target.of.topic] : []).catch(() => undefined)
  }

  return {
    links,
    pause,
    async ask(target, what, use, { again = true, deadlineMs = outageAfterMs, needs = {} } = {}) {
      const began = elapsed(clock)
      let isSaid = false
      for (let attempt = 0; ; attempt++) {
        let sent = false
        try {
          const link = await linkTo(target, attempt)
          sent = true
          return await use(link)
        } catch (error) {
          const reaction = reactionTo(error)
          if (reaction === 'fail' || closing.signal.aborted) throw explained(error, needs)
          if (reaction === 'lost' && sent && !again) throw error
          const waited = elapsed(clock) - began
          if (waited >= patience(error, deadlineMs)) throw unavailable(what, waited, error)
          if (waited < QUIET_MS || isSaid) logger.debug({ err: error, attempt }, `${what}: trying again`)
          else logger.warn({ err: error, attempt }, `${what}: ${messageOf(error)}; trying again for ${deadlineMs} ms`)
          isSaid ||= waited >= QUIET_MS
          await pause(retryDelayMs(reaction, attempt))
          await prepareAgain(target, reaction)
        }
      }
    },
    close() {
      closing.abort()
      links.close()
    },
  }
}

/** How long to go on after this error. */
export function patience(error: unknown, deadlineMs: number): number {
  return kafkaName(error) === 'UNKNOWN_TOPIC_OR_PARTITION' ? Math.min(TOPIC_PATIENCE_MS, deadlineMs) : deadlineMs
}

/**
 * Short while a transaction is ending, which takes a few ms, else doubling up to a second; from a few ms too where a partition
 * has just been created, or has another leader.
 */
export function retryDelayMs(reaction: Reaction, attempt: number): number {
  if (reaction === 'concurrent') return Math.min(1 + attempt, 20)
  return Math.min((reaction === 'metadata' ? 5 : 20) * 2 ** attempt, 1_000)
}

/** What is left to say when the deadline has passed: an outage, unless the last error names what is wrong. */
export function unavailable(what: string, waitedMs: number, error: unknown): unknown {
  if (!(error instanceof OutageError)) return error
  return new OutageError('LOG_UNAVAILABLE', `${what}: given up after ${waitedMs} ms: ${error.message}`, {
    cause: error,
    details: error.details,
  })
}

/** @returns the error for a partition whose leader the directory does not know */
export function leaderMissing(directory: Directory, of: TopicPartition): MillraceError {
  const { topic, partition } = of
  const what = `looking for the leader of ${topic}-${partition}`
  const known = directory.topic(topic)
  if (known === undefined || known.errorCode !== 0)
    return kafkaError(known?.errorCode ?? 3, { what, details: { ...of } })
  if (known.partitions[partition] !== undefined) return kafkaError(5, { what, details: { ...of } })
  const said = `the topic has ${known.partitions.length} partitions`
  return kafkaError(3, { what, said, details: { ...of } })
}
