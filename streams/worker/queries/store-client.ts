import { type Clock, systemClock } from '../../clock'
import { MillraceError, messageOf, OutageError } from '../../errors'
import type { Topology } from '../../graph/topology'
import { type Logger, silentLogger } from '../../logger'
import type { SchemaRegistry } from '../../registry/port'
import type { MemberMetadata } from '../member-info'
import { queryCounts } from './counts'
import type { QueryPlace } from './host'
import { askJson } from './http'
import type { ReadOptions, StoreQuery } from './query'
import { createRouter, type KeyLocation, type Routed } from './router'
import { type QueriesOf, type StoreHandle, storeQueries } from './stores'

export interface StoreClientOptions {
  /** The topology whose stores are asked, as the workers have it. */
  readonly topology: Topology
  /** Default: the topology's name. */
  readonly applicationId?: string
  /** `host:port` of some members; the others are learned from them. */
  readonly members: readonly string[]
  readonly registry?: SchemaRegistry
  /** The members' `queryToken`. */
  readonly token?: string
  readonly logger?: Logger
  readonly clock?: Clock
}

/** Asks the stores of an application from outside of it: from an API, or from the process whose threads run it. */
export interface StoreClient {
  /** As Worker#store. */
  store<D extends StoreHandle>(declaration: D): QueriesOf<D>
  /** As Worker#query. */
  query(store: string, query: StoreQuery, options?: ReadOptions): Promise<Routed>
  /** As Worker#locate. */
  locate(store: string | StoreHandle, key: unknown): Promise<KeyLocation>
  /** The members as they were last known. */
  metadata(): readonly MemberMetadata[]
}

interface Told {
  readonly applicationId: string
  readonly members: readonly MemberMetadata[]
  readonly partitions: Readonly<Record<string, number>>
}

const ASK_WITHIN_MS = 2_000

/**
 * Learns the members from one of those named, and again whenever one of them does not answer or has not what it had.
 * @throws OutageError STORE_UNAVAILABLE where none of those named answers; MillraceError CONFIG_INVALID where they are of
 *   another application; AUTHORIZATION_FAILED
 * @example
 * const client = await openStoreClient({ topology: accounts, members: ['accounts-1:7070'] })
 * const { value } = await client.store(balances).get('ann')
 */
export async function openStoreClient(options: StoreClientOptions): Promise<StoreClient> {
  const { topology, registry, token, clock = systemClock, logger = silentLogger } = options
  const applicationId = options.applicationId ?? topology.name
  let told = await learn(options.members)

  async function learn(endpoints: readonly string[]): Promise<Told> {
    let last: unknown
    for (const endpoint of endpoints) {
      try {
        return checked(await askMember(endpoint, token), endpoint)
      } catch (error) {
        if (error instanceof MillraceError) throw error
        last = error
      }
    }
    throw new OutageError(
      'STORE_UNAVAILABLE',
      `none of the members of ${applicationId} answers (${endpoints.join(', ')}): ${messageOf(last)}`,
      { cause: last, details: { reason: 'unreachable', members: endpoints } },
    )
  }
  function checked(found: Told, endpoint: string): Told {
    if (found.applicationId === applicationId) return found
    throw new MillraceError(
      'CONFIG_INVALID',
      `${endpoint} is a member of ${found.applicationId}, not of ${applicationId}; give openStoreClient its applicationId`,
    )
  }
  /** Those that were named stay known: all others may have been replaced. */
  async function refresh(): Promise<void> {
    const known = told.members.flatMap(({ endpoint }) => endpoint ?? [])
    try {
      told = await learn([...new Set([...known, ...options.members])])
    } catch (error) {
      logger.debug({ applicationId, err: error }, messageOf(error))
    }
  }
  const host: QueryPlace = {
    topology,
    applicationId,
    registry,
    clock,
    logger,
    counts: queryCounts(),
    get members() {
      return told.members
    },
    partitionsOf: (topic) => {
      const partitions = told.partitions[topic]
      if (partitions !== undefined) return partitions
      throw new MillraceError('TOPIC_MISSING', `the members of ${applicationId} read no topic ${topic}`, {
        details: { topic },
      })
    },
    refresh,
  }
  const router = createRouter({ host, token })
  return {
    store: <D extends StoreHandle>({ name }: D) => storeQueries(router, name) as QueriesOf<D>,
    query: router.ask,
    locate: (store, key) => router.locate(typeof store === 'string' ? store : store.name, key),
    metadata: () => told.members,
  }
}

async function askMember(endpoint: string, token: string | undefined): Promise<Told> {
  const signal = AbortSignal.timeout(ASK_WITHIN_MS)
  const { status, body } = await askJson({ endpoint, method: 'GET', path: '/members', token, signal })
  if (status === 401)
    throw new MillraceError('AUTHORIZATION_FAILED', `member ${endpoint} asks for another token`, {
      details: { member: endpoint },
    })
  if (status !== 200) throw new Error(`${endpoint} answered ${status}`)
  return body as Told
}
