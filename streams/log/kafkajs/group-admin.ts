import { FencedError } from '../../errors'
import type { GroupDescription, LogAdmin } from '../port'
import type { Client, Shared } from './client'
import { kafkaError } from './errors'
import type { Link } from './links'
import { onTopics } from './needs'
import { groupByTopic } from './protocol/grouped'
import type { NodeAddress } from './protocol/metadata'
import { offsetFetchRequest } from './protocol/offsets'

type GroupAdmin = Pick<LogAdmin, 'committedOffsets' | 'listGroups' | 'setOffsets' | 'deleteGroup'>

const GROUP_NOT_FOUND = 69

export function createGroupAdmin(client: Client, { directory }: Shared): GroupAdmin {
  const coordinatorOf = (groupId: string) => ({ to: 'coordinator', kind: 'group', key: groupId }) as const

  /** A broker lists the groups that it coordinates. */
  async function groupsAt(node: NodeAddress): Promise<readonly GroupDescription[]> {
    const what = `listing groups at ${node.host}:${node.port}`
    return client.ask({ to: 'node', node }, what, async (link) => {
      const { groups } = await link.call(what, (broker) => broker.listGroups())
      if (groups.length === 0) return []
      const groupIds = groups.map(({ groupId }) => groupId)
      const described = await link.call(what, (broker) => broker.describeGroups({ groupIds }))
      return described.groups.map(({ groupId, state, members }) => ({ groupId, state, members: members.length }))
    })
  }
  return {
    async committedOffsets(groupId, partitions) {
      if (partitions.length === 0) return []
      const what = `reading the committed offsets of group ${groupId}`
      // While a transaction with offsets is pending the answer is UNSTABLE_OFFSET_COMMIT, and it is asked again.
      const topics = partitions.map(({ topic }) => topic)
      const needs = { group: `DESCRIBE on group ${groupId}`, topic: onTopics('DESCRIBE', topics) }
      const found = await client.ask(
        coordinatorOf(groupId),
        what,
        async (link) => {
          const answer = await link.request(offsetFetchRequest(groupId, partitions))
          const failed = answer.errorCode !== 0 ? answer : answer.partitions.find(({ errorCode }) => errorCode !== 0)
          if (failed !== undefined) throw kafkaError(failed.errorCode, { what, details: { groupId } })
          return answer.partitions
        },
        { needs },
      )
      return found
        .filter(({ offset }) => offset >= 0)
        .map(({ topic, partition, offset, metadata }) => ({
          topic,
          partition,
          offset,
          ...(metadata !== '' && { metadata }),
        }))
    },
    async listGroups() {
      await client.ask({ to: 'any' }, 'looking for the brokers', () => directory.refresh([]))
      return (await Promise.all(directory.nodes().map(groupsAt))).flat()
    },
    async setOffsets(groupId, offsets) {
      if (offsets.length === 0) return
      const topics = groupByTopic(offsets).map(({ topic, items }) => ({ topic, partitions: items }))
      const what = `setting the offsets of group ${groupId}`
      const request = { groupId, groupGenerationId: -1, memberId: '', topics }
      const needs = {
        group: `READ on group ${groupId}`,
        topic: onTopics(
          'READ',
          offsets.map(({ topic }) => topic),
        ),
      }
      const commit = (link: Link) => link.call(what, (broker) => broker.offsetCommit(request))
      await client.ask(coordinatorOf(groupId), what, commit, { needs }).catch((error: unknown) => {
        throw error instanceof FencedError ? hasMembers(what, error) : error
      })
    },
    async deleteGroup(groupId) {
      const what = `deleting group ${groupId}`
      await client
        .ask(
          coordinatorOf(groupId),
          what,
          async (link) => {
            const { results } = await link.call(what, (broker) => broker.deleteGroups([groupId]))
            const errorCode = results[0]?.errorCode ?? 0
            if (errorCode !== 0 && errorCode !== GROUP_NOT_FOUND) throw kafkaError(errorCode, { what })
          },
          { needs: { group: `DELETE on group ${groupId}` } },
        )
        .catch((error: unknown) => {
          throw error instanceof FencedError ? hasMembers(what, error) : error
        })
    },
  }
}

function hasMembers(what: string, cause: FencedError): FencedError {
  return new FencedError('MEMBER_FENCED', `${what}: it has members; stop them first`, { cause })
}
