import { MillraceError } from '../errors'
import { deadLetterTopic } from '../graph/names'
import { type PartitionPlan, planPartitions } from '../graph/partitions'
import { type ErasedTopic, sinkTopics } from '../graph/specs/source'
import type { Topology } from '../graph/topology'
import type { LogAdmin, TopicSpec } from '../log/port'
import { fingerprintTopics } from './fingerprint'

export interface PreparedTopics {
  readonly plan: PartitionPlan
  /** @throws MillraceError TOPIC_MISSING */
  partitionsOf(topic: string): number
}

/** Default for the topics we create on a cluster whose own default is not used. */
const DEAD_LETTER_CONFIG: Readonly<Record<string, string>> = { 'retention.ms': '-1' }

/**
 * Creates what may be created and finds the partitions of every topic: a declared topic with a partition count, its
 * dead letters, repartition topics and changelogs, and the one for the topology's fingerprint.
 * @throws MillraceError TOPIC_MISSING for a source or sink that does not exist and declares no partitions; TOPIC_MISMATCH for an
 *   internal topic whose partition count does not fit the topology
 */
export async function prepareTopics(
  topology: Topology,
  applicationId: string,
  admin: LogAdmin,
): Promise<PreparedTopics> {
  const sources = topology.subTopologies.flatMap((sub) => sub.sources.map(({ topic }) => topic))
  const globals = topology.globalTables.map(({ topic }) => topic)
  const sinks = topology.steps.flatMap(({ node: { spec } }) => (spec.type === 'sink' ? sinkTopics(spec) : []))
  const named = [...sources, ...globals, ...sinks]
  const counts = new Map<string, number>()
  const learn = async (names: readonly string[]) => {
    const described = await admin.describeTopics(names, { config: false })
    for (const [name, { partitions }] of described) counts.set(name, partitions)
  }
  /** Asks once where nothing is missing. */
  const provide = async (names: readonly string[], specs: readonly TopicSpec[]) => {
    await learn(names)
    const missing = specs.filter(({ name }) => !counts.has(name))
    if (missing.length === 0) return
    await admin.createTopics(missing)
    await learn(missing.map(({ name }) => name))
  }
  await provide(
    named.map(({ name }) => name),
    uniqueSpecs(named),
  )
  const partitionsOf = (topic: string): number => {
    const count = counts.get(topic)
    if (count !== undefined) return count
    throw new MillraceError(
      'TOPIC_MISSING',
      `topic ${topic} does not exist; create it, or declare it with \`partitions\` to have it created`,
      { details: { topic } },
    )
  }
  for (const { name } of named) partitionsOf(name)

  const plan = planPartitions(topology, applicationId, partitionsOf)
  const deadLetters = sources.map(({ name }) => ({
    name: deadLetterTopic(name),
    partitions: partitionsOf(name),
    config: DEAD_LETTER_CONFIG,
  }))
  const internal = [...plan.repartitions, ...plan.changelogs]
  const own = [...internal, ...deadLetters, ...fingerprintTopics(topology, applicationId, partitionsOf)]
  await provide(
    own.map(({ name }) => name),
    own,
  )
  for (const { name, partitions } of internal) refuseOtherCount(name, partitions, partitionsOf(name))
  return { plan, partitionsOf }
}

function refuseOtherCount(topic: string, needed: number, found: number): void {
  if (needed === found) return
  throw new MillraceError(
    'TOPIC_MISMATCH',
    `internal topic ${topic} has ${found} partitions, but the topology needs ${needed}: the partition count of a source has changed; reset the application or restore the old count`,
    { details: { topic, needed, found } },
  )
}

function uniqueSpecs(topics: readonly ErasedTopic[]): readonly TopicSpec[] {
  const specs = new Map<string, TopicSpec>()
  for (const { name, partitions, config } of topics) {
    if (partitions !== undefined) specs.set(name, { name, partitions, config })
  }
  return [...specs.values()]
}
