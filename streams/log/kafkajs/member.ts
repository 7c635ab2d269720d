import { FencedError, MillraceError, messageOf, OutageError } from '../../errors'
import type { GroupMember, GroupOptions, Joined, MemberStatus, PartitionOffset } from '../port'
import { type Client, createClient, type Shared } from './client'
import { kafkaError, kafkaName } from './errors'
import { createHeartbeat } from './heartbeat'
import type { Link } from './links'
import { onTopics } from './needs'
import {
  heartbeatRequest,
  type JoinGroupResult,
  joinGroupRequest,
  type MemberIdentity,
  offsetCommitRequest,
  syncGroupRequest,
} from './protocol/groups'
import { decodeAssignment, decodeSubscription, encodeAssignment, encodeSubscription } from './protocol/membership'

/** The classic protocol's name for how partitions are shared out; members with other ways are not let into the group. */
const PROTOCOL = 'millrace'
/** Beyond what the group may hold a request back for. */
const NETWORK_DELAY_MS = 5_000
const LEAVE_TIMEOUT_MS = 2_000
/** So often in a row may a rebalance begin while we join; more are an outage. */
const MAX_JOINS = 50
/** Kafka's code for a new member that has to join once more, with the id it has just been given (KIP-394). */
const MEMBER_ID_REQUIRED = 79

/** Membership by the classic protocol, on connections of its own: a join may be held back as long as a rebalance takes. */
export function createMember(shared: Shared, options: GroupOptions): GroupMember {
  const { groupId, groupInstanceId: instanceId = null } = options
  const { clock, logger } = shared.settings
  const needs = { group: `READ on group ${groupId}`, topic: onTopics('READ', options.topics) }
  const listeners: ((status: MemberStatus) => void)[] = []
  let client: Client | undefined
  let status: MemberStatus = 'left'
  let memberId = ''
  /** What the coordinator knows of us; -1 for nothing. */
  let generation = -1
  /** The generation whose assignment the caller holds; -1 for none. */
  let held = -1
  /** See encodeSubscription. */
  let wish = -1
  /** Rises with each leave. */
  let life = 0
  /** A join or sync is under way. */
  let joining = false

  function become(next: MemberStatus): void {
    if (status === next) return
    status = next
    for (const listener of listeners) listener(next)
  }
  /** The group has gone on without us: what the caller holds may by now belong to another. */
  function lose(error: unknown): void {
    logger.warn({ groupId, memberId, err: error }, `group ${groupId} has gone on without us: ${messageOf(error)}`)
    if (kafkaName(error) === 'UNKNOWN_MEMBER_ID') forgetMembership()
    held = -1
    become('lost')
  }
  function forgetMembership(): void {
    heartbeat.stop()
    memberId = ''
    generation = -1
  }
  const heartbeat = createHeartbeat({
    clock,
    intervalMs: options.heartbeatIntervalMs,
    sessionTimeoutMs: options.sessionTimeoutMs,
    held: () => joining,
    beat: (deadlineMs) => {
      const request = heartbeatRequest({ ...identity(), generation })
      return send('heartbeat', async (link) => assertAccepted(await link.request(request), 'heartbeat'), { deadlineMs })
    },
    onRebalance: () => {
      if (status === 'joined') become('rebalance')
    },
    onLost: lose,
  })

  interface SendOptions {
    readonly deadlineMs?: number
  }
  function send<T>(name: string, use: (link: Link) => Promise<T>, ask: SendOptions = {}): Promise<T> {
    client ??= createClient(shared)
    const what = `${name} of group ${groupId}`
    return client.ask({ to: 'coordinator', kind: 'group', key: groupId }, what, use, { ...ask, needs })
  }
  /** Sends what the group holds back until all its members are there. */
  async function sendHeld<T>(name: string, use: (link: Link, heldMs: number) => Promise<T>): Promise<T> {
    joining = true
    try {
      return await send(name, (link) => use(link, options.rebalanceTimeoutMs + NETWORK_DELAY_MS))
    } finally {
      joining = false
    }
  }
  function identity(): MemberIdentity {
    return { groupId, memberId, instanceId }
  }
  function assertAccepted(errorCode: number, name: string): void {
    if (errorCode !== 0) throw kafkaError(errorCode, { what: `${name} of group ${groupId}` })
  }
  async function joinOnce(): Promise<Joined> {
    const mine = life
    const metadata = encodeSubscription(options.topics, options.userData(), wish)
    const response = await sendHeld('join', (link, heldMs) => enter(link, metadata, heldMs))
    assertStaying(mine)
    memberId = response.memberId
    generation = response.generation
    heartbeat.start()
    const assignments = response.leaderId === memberId ? await shareOut(response) : []
    assertStaying(mine)
    const { assignment } = await sendHeld('sync', async (link, heldMs) => {
      const answer = await link.request(syncGroupRequest({ ...identity(), generation, assignments }), heldMs)
      assertAccepted(answer.errorCode, 'sync')
      return answer
    })
    assertStaying(mine)
    return { assignment: decodeAssignment(assignment), group: { groupId, memberId, generation } }
  }
  async function enter(link: Link, metadata: Buffer, heldMs: number): Promise<JoinGroupResult> {
    const { sessionTimeoutMs, rebalanceTimeoutMs } = options
    const of = { ...identity(), sessionTimeoutMs, rebalanceTimeoutMs, protocol: PROTOCOL, metadata }
    const answer = await link.request(joinGroupRequest(of), heldMs)
    if (answer.errorCode === MEMBER_ID_REQUIRED) {
      const again = await link.request(joinGroupRequest({ ...of, memberId: answer.memberId }), heldMs)
      assertAccepted(again.errorCode, 'join')
      return again
    }
    assertAccepted(answer.errorCode, 'join')
    return answer
  }
  function assertStaying(mine: number): void {
    if (mine !== life) throw new MillraceError('CLOSED', `left group ${groupId} while joining it`)
  }
  async function shareOut({ members }: JoinGroupResult) {
    const subscriptions = members.map((member) => decodeSubscription(member.memberId, member.metadata))
    const assigned = await options.assign(subscriptions)
    const nothing = { partitions: [], userData: Buffer.alloc(0) }
    return members.map((member) => ({
      memberId: member.memberId,
      assignment: encodeAssignment(assigned.get(member.memberId) ?? nothing),
    }))
  }
  /** Whether joining is worth another try: a rebalance began meanwhile, or the group does not know us (any more). */
  function mayJoinAgain(error: unknown): boolean {
    const name = kafkaName(error)
    if (name === 'UNKNOWN_MEMBER_ID') forgetMembership()
    return name === 'REBALANCE_IN_PROGRESS' || name === 'UNKNOWN_MEMBER_ID' || name === 'ILLEGAL_GENERATION'
  }
  async function join(): Promise<Joined> {
    const before = held
    for (let joins = 1; ; joins++) {
      try {
        const joined = await joinOnce()
        assertNothingMissed(before, joined.group.generation)
        held = joined.group.generation
        become('joined')
        return joined
      } catch (error) {
        if (kafkaName(error) === 'FENCED_INSTANCE_ID') throw replaced(error)
        if (!mayJoinAgain(error)) throw error
        if (before >= 0) throw missed(error)
        if (joins === MAX_JOINS)
          throw new OutageError('LOG_UNAVAILABLE', `group ${groupId} does not settle`, { cause: error })
      }
    }
  }
  /** To join once more would drive the other out, and it us in turn. */
  function replaced(cause: unknown): FencedError {
    return new FencedError(
      'MEMBER_FENCED',
      `another member has joined group ${groupId} as ${instanceId}: each process, and each of its threads, needs a groupInstanceId of its own`,
      { cause, details: { groupId, groupInstanceId: instanceId } },
    )
  }
  /** In a generation that passed us by, another may have owned, and worked on, what the caller still holds. */
  function assertNothingMissed(before: number, now: number): void {
    if (before < 0) return
    if (held !== before || (now !== before && now !== before + 1))
      throw missed(`generation ${now} came after ${before}`)
  }
  function missed(cause: unknown): OutageError {
    lose(cause)
    return new OutageError('MEMBER_FENCED', `group ${groupId} has rebalanced without us; drop all and join again`, {
      cause,
    })
  }
  async function commit(offsets: readonly PartitionOffset[]): Promise<void> {
    if (held < 0) throw new FencedError('MEMBER_FENCED', `no member of group ${groupId}: nothing can be committed`)
    if (offsets.length === 0) return
    const request = offsetCommitRequest({ ...identity(), generation: held, offsets })
    try {
      await send('commit', async (link) => {
        for (const { errorCode } of await link.request(request)) assertAccepted(errorCode, 'commit')
      })
    } catch (error) {
      if (error instanceof FencedError) {
        if (kafkaName(error) !== 'REBALANCE_IN_PROGRESS') lose(error)
        else if (status === 'joined') become('rebalance')
      }
      throw error
    }
  }
  async function leave(): Promise<void> {
    const left = memberId
    life += 1
    forgetMembership()
    held = -1
    client?.close() // also ends a join that is held back
    client = undefined
    become('left')
    // Who has a static identity is expected back, until its session times out (KIP-345).
    if (left === '' || instanceId !== null) return
    const leaving = (link: Link) => link.call('leave', (broker) => broker.leaveGroup({ groupId, memberId: left }))
    await send('leave', leaving, { deadlineMs: LEAVE_TIMEOUT_MS }).catch(
      // The group finds out by itself when the session times out.
      (error) => logger.debug({ groupId, err: error }, `leaving group ${groupId}: ${messageOf(error)}`),
    )
    closeClient()
  }
  function closeClient(): void {
    client?.close()
    client = undefined
  }

  return {
    get status() {
      if (heartbeat.expired && (status === 'joined' || status === 'rebalance')) return 'lost'
      return status
    },
    join,
    requestRejoin() {
      if (status !== 'joined') return
      wish += 1
      become('rebalance')
    },
    commit,
    onStatus(listener) {
      listeners.push(listener)
    },
    leave,
  }
}
