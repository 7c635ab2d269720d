import { MillraceError } from '../errors'
import type { TopicSpec } from '../log/port'
import { changelogTopicConfig } from '../stores/declaration'
import { copartitionGroups, countOf } from './copartition'
import { changelogTopic, repartitionTopic } from './names'
import type { RepartitionSpec } from './specs/source'
import type { SubTopology } from './subtopologies'
import type { Topology } from './topology'

export interface PartitionPlan {
  /** Tasks of a sub-topology: the largest partition count among its source topics. */
  readonly tasksOf: ReadonlyMap<number, number>
  /** Repartition topics with their partitions, to be created before the start. */
  readonly repartitions: readonly TopicSpec[]
  readonly changelogs: readonly TopicSpec[]
}

/**
 * Settles how many tasks each sub-topology has. A repartition topic without a count of its own takes that of what writes
 * to it, so counts are handed on until nothing changes.
 * @throws MillraceError TOPOLOGY_INVALID when a count cannot be settled
 */
export function planPartitions(
  topology: Topology,
  applicationId: string,
  partitionsOf: (topic: string) => number,
): PartitionPlan {
  const joined = joinedCounts(topology, partitionsOf)
  const repartitionCounts = new Map<string, number>()
  const tasksOf = new Map<number, number>()
  for (let round = 0; round <= topology.subTopologies.length; round += 1) {
    for (const sub of topology.subTopologies) {
      const count = tasksOfOne(sub, repartitionCounts, partitionsOf)
      if (count === undefined) continue
      tasksOf.set(sub.id, count)
      for (const { spec } of sub.repartitionSinks) {
        const known = repartitionCounts.get(spec.repartition) ?? 0
        repartitionCounts.set(spec.repartition, repartitionCount(spec, joined) ?? Math.max(known, count))
      }
    }
  }
  for (const sub of topology.subTopologies) {
    if (!tasksOf.has(sub.id)) {
      throw new MillraceError(
        'TOPOLOGY_INVALID',
        `sub-topology ${sub.id} reads only repartition topics that it feeds itself; give one of them \`partitions\``,
      )
    }
  }
  return {
    tasksOf,
    repartitions: [...repartitionCounts].map(([name, partitions]) => ({
      name: repartitionTopic(applicationId, name),
      partitions,
      config: { 'cleanup.policy': 'delete', 'retention.ms': '-1' },
    })),
    changelogs: topology.subTopologies.flatMap((sub) => changelogSpecs(sub, applicationId, tasksOf.get(sub.id)!)),
  }
}

/** A count given by hand must fit what the repartition is joined with. */
function repartitionCount(
  { repartition, partitions }: RepartitionSpec,
  joined: ReadonlyMap<string, number>,
): number | undefined {
  const needed = joined.get(repartition)
  if (partitions === undefined || needed === undefined || partitions === needed) return partitions ?? needed
  throw new MillraceError(
    'TOPOLOGY_INVALID',
    `repartition ${repartition} is given ${partitions} partitions, but is joined with topics of ${needed}; leave \`partitions\` out, or give that number`,
    { details: { repartition, partitions, needed } },
  )
}

/** Counts that repartitions take from the topics they are joined with. @throws MillraceError TOPOLOGY_INVALID */
function joinedCounts(topology: Topology, partitionsOf: (topic: string) => number): ReadonlyMap<string, number> {
  return new Map(
    copartitionGroups(topology).flatMap((group) => {
      const count = countOf(group, partitionsOf)
      return count === undefined ? [] : group.repartitions.map((name) => [name, count] as const)
    }),
  )
}

function tasksOfOne(
  sub: SubTopology,
  repartitionCounts: ReadonlyMap<string, number>,
  partitionsOf: (topic: string) => number,
): number | undefined {
  const counts = [
    ...sub.sources.map(({ topic }) => partitionsOf(topic.name)),
    ...sub.repartitionSources.flatMap(({ spec }) => repartitionCounts.get(spec.repartition) ?? []),
  ]
  return counts.length === 0 ? undefined : Math.max(...counts)
}

function changelogSpecs(sub: SubTopology, applicationId: string, partitions: number): readonly TopicSpec[] {
  return sub.stores
    .filter((store) => store.changelog)
    .map((store) => ({
      name: changelogTopic(applicationId, store.name),
      partitions,
      config: changelogTopicConfig(store),
    }))
}
