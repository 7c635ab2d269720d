import { MillraceError } from '../errors'
import { deadLetterTopic } from '../graph/names'
import { planPartitions } from '../graph/partitions'
import { type ErasedTopic, sinkTopics } from '../graph/specs/source'
import type { Topology } from '../graph/topology'
import { repartitionAsTopic } from '../tasks/chain'
import type { TestDriverOptions } from './types'

/** The topics of a topology under test and their partitions. */
export interface DriverTopics {
  /** By the id of the sub-topology. */
  readonly tasksOf: ReadonlyMap<number, number>
  partitionsOf(topic: string): number
  /** @throws MillraceError TOPOLOGY_INVALID */
  refuseUnread(topic: string): void
  /** @throws MillraceError TOPOLOGY_INVALID */
  refuseUnwritten(topic: string): void
  /** With its serdes, where the topology says them. */
  declared(topic: string): ErasedTopic | undefined
}

export function driverTopics(
  topology: Topology,
  applicationId: string,
  { partitions = 1, partitionsOf: given = {} }: TestDriverOptions,
): DriverTopics {
  const sources = topology.subTopologies.flatMap((sub) => sub.sources.map(({ topic }) => topic))
  const globals = topology.globalTables.map(({ topic }) => topic)
  const sinks = topology.steps.flatMap(({ node: { spec } }) => (spec.type === 'sink' ? sinkTopics(spec) : []))
  const repartitions = topology.subTopologies.flatMap((sub) =>
    sub.repartitionSources.map(({ spec }) => repartitionAsTopic(applicationId, spec)),
  )
  const plan = planPartitions(topology, applicationId, (topic) => given[topic] ?? partitions)
  const internal = new Map([...plan.repartitions, ...plan.changelogs].map((topic) => [topic.name, topic.partitions]))
  const sourceOf = new Map(sources.map(({ name }) => [deadLetterTopic(name), name]))
  const declared = new Map([...sinks, ...globals, ...sources, ...repartitions].map((topic) => [topic.name, topic]))

  const read = new Set([...sources, ...globals, ...repartitions].map(({ name }) => name))
  const written = new Set([...sinks.map(({ name }) => name), ...internal.keys(), ...sourceOf.keys()])
  const refuse = (topic: string, known: ReadonlySet<string>, verb: string) => {
    if (known.has(topic)) return
    throw new MillraceError(
      'TOPOLOGY_INVALID',
      `topology ${topology.name} does not ${verb} topic ${topic}; it ${verb}s ${[...known].join(', ') || 'none'}`,
      { details: { topic } },
    )
  }
  return {
    tasksOf: plan.tasksOf,
    partitionsOf: (topic) => given[sourceOf.get(topic) ?? topic] ?? internal.get(topic) ?? partitions,
    refuseUnread: (topic) => refuse(topic, read, 'read'),
    refuseUnwritten: (topic) => refuse(topic, written, 'write'),
    declared: (topic) => declared.get(topic),
  }
}
