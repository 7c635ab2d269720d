/** What members tell each other through the group, in the format of Kafka's own consumers, so that its tools show it. */
import type { MemberAssignment, MemberSubscription } from '../../port'
import { reader, writer } from '../wire'
import { groupByTopic } from './grouped'

/**
 * ConsumerProtocolSubscription v2.
 * @param wish changes when a member wants the group to rebalance: the coordinator begins a rebalance only if what a
 *   member says is new. It stands where Kafka's cooperative consumers put their generation.
 */
export function encodeSubscription(topics: readonly string[], userData: Buffer, wish: number): Buffer {
  const to = writer()
  to.int16(2)
  to.array(topics, (topic) => to.string(topic)).bytes(userData)
  to.array([], () => undefined).int32(wish) // no partitions are owned across rebalances
  return to.done()
}

/** Reads what all versions have in common. */
export function decodeSubscription(memberId: string, bytes: Buffer): MemberSubscription {
  const from = reader(bytes)
  from.int16() // version
  const topics = from.array(() => from.string() ?? '')
  return { memberId, topics, userData: Buffer.from(from.bytes()) }
}

/** ConsumerProtocolAssignment v0. */
export function encodeAssignment({ partitions, userData }: MemberAssignment): Buffer {
  const to = writer()
  to.int16(0)
  to.array(groupByTopic(partitions), ({ topic, items }) => {
    to.string(topic).array(items, ({ partition }) => to.int32(partition))
  })
  return to.bytes(userData).done()
}

export function decodeAssignment(bytes: Buffer): MemberAssignment {
  if (bytes.length === 0) return { partitions: [], userData: Buffer.alloc(0) }
  const from = reader(bytes)
  from.int16() // version
  const topics = from.array(() => {
    const topic = from.string() ?? ''
    return from.array(() => ({ topic, partition: from.int32() }))
  })
  return { partitions: topics.flat(), userData: Buffer.from(from.bytes()) }
}
