/**
 * The requests of a member of a group, in the first versions that carry a static identity (KIP-345). kafkajs knows the same
 * versions, but leaves the identity out.
 */
import type { PartitionOffset } from '../../port'
import type { Request } from '../wire'
import { groupByTopic, type PartitionResult } from './grouped'

/** Who a member is. */
export interface MemberIdentity {
  readonly groupId: string
  /** Empty before the group has given one. */
  readonly memberId: string
  /** null for a member whose identity ends with its process. */
  readonly instanceId: string | null
}

export interface JoinGroup extends MemberIdentity {
  readonly sessionTimeoutMs: number
  readonly rebalanceTimeoutMs: number
  readonly protocol: string
  readonly metadata: Buffer
}

export interface JoinGroupResult {
  readonly errorCode: number
  readonly generation: number
  readonly leaderId: string
  readonly memberId: string
  /** Filled for the leader only. */
  readonly members: readonly { readonly memberId: string; readonly metadata: Buffer }[]
}

/** JoinGroup v5. */
export function joinGroupRequest(join: JoinGroup): Request<JoinGroupResult> {
  const { groupId, memberId, instanceId, sessionTimeoutMs, rebalanceTimeoutMs, protocol, metadata } = join
  return {
    apiKey: 11,
    apiName: 'JoinGroup',
    apiVersion: 5,
    flexible: false,
    encode: (to) => {
      to.string(groupId).int32(sessionTimeoutMs).int32(rebalanceTimeoutMs).string(memberId).string(instanceId)
      to.string('consumer').array([protocol], (name) => to.string(name).bytes(metadata))
    },
    decode: (from) => {
      from.int32() // throttled ms
      const errorCode = from.int16()
      const generation = from.int32()
      from.string() // the protocol that was chosen: ours is the only one
      const leaderId = from.string() ?? ''
      const given = from.string() ?? ''
      const members = from.array(() => {
        const of = from.string() ?? ''
        from.string() // its static identity
        return { memberId: of, metadata: Buffer.from(from.bytes()) }
      })
      return { errorCode, generation, leaderId, memberId: given, members }
    },
  }
}

export interface SyncGroup extends MemberIdentity {
  readonly generation: number
  /** Of the leader: what each member is given. */
  readonly assignments: readonly { readonly memberId: string; readonly assignment: Buffer }[]
}

export interface SyncGroupResult {
  readonly errorCode: number
  readonly assignment: Buffer
}

/** SyncGroup v3. */
export function syncGroupRequest(sync: SyncGroup): Request<SyncGroupResult> {
  const { groupId, generation, memberId, instanceId, assignments } = sync
  return {
    apiKey: 14,
    apiName: 'SyncGroup',
    apiVersion: 3,
    flexible: false,
    encode: (to) => {
      to.string(groupId).int32(generation).string(memberId).string(instanceId)
      to.array(assignments, (of) => to.string(of.memberId).bytes(of.assignment))
    },
    decode: (from) => {
      from.int32() // throttled ms
      return { errorCode: from.int16(), assignment: Buffer.from(from.bytes()) }
    },
  }
}

/** Heartbeat v3. @returns the error's code */
export function heartbeatRequest(member: MemberIdentity & { readonly generation: number }): Request<number> {
  const { groupId, generation, memberId, instanceId } = member
  return {
    apiKey: 12,
    apiName: 'Heartbeat',
    apiVersion: 3,
    flexible: false,
    encode: (to) => void to.string(groupId).int32(generation).string(memberId).string(instanceId),
    decode: (from) => {
      from.int32() // throttled ms
      return from.int16()
    },
  }
}

export interface OffsetCommit extends MemberIdentity {
  readonly generation: number
  readonly offsets: readonly PartitionOffset[]
}

/** OffsetCommit v7. */
export function offsetCommitRequest(commit: OffsetCommit): Request<readonly PartitionResult[]> {
  const { groupId, generation, memberId, instanceId, offsets } = commit
  return {
    apiKey: 8,
    apiName: 'OffsetCommit',
    apiVersion: 7,
    flexible: false,
    encode: (to) => {
      to.string(groupId).int32(generation).string(memberId).string(instanceId)
      to.array(groupByTopic(offsets), ({ topic, items }) => {
        to.string(topic).array(items, ({ partition, offset, metadata = '' }) => {
          to.int32(partition).int64(offset).int32(-1).string(metadata) // leader epoch
        })
      })
    },
    decode: (from) => {
      from.int32() // throttled ms
      const topics = from.array(() => {
        const topic = from.string() ?? ''
        return from.array(() => ({ topic, partition: from.int32(), errorCode: from.int16() }))
      })
      return topics.flat()
    },
  }
}
