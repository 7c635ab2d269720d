import { MillraceError } from '../errors'
import { deadLetterTopic } from '../graph/names'
import { type PartitionPlan, planPartitions } from '../graph/partitions'
import { type ErasedTopic, sinkTopics } from '../graph/specs/source'
import type { Topology } from '../graph/topology'
import type { LogAdmin, TopicSpec } from '../log/port'
import { fingerprintTopics } from './fingerprint'

/** The topics of an application, as far as their partitions are known. */
export interface PreparedTopics {
  readonly plan: PartitionPlan
  /** @throws MillraceError TOPIC_MISSING */
  partitionsOf(topic: string): number
}

/** Default for the topics we create on a cluster whose own default is not used. */
const DEAD_LETTER_CONFIG: Readonly<Record<string, string>> = { 'retention.ms': '-1' }

/** What is there before a start, and what it is to create. */
export interface FoundTopics extends PreparedTopics {
  /** Partitions by topic. */
  readonly counts: ReadonlyMap<string, number>
  readonly missing: readonly TopicSpec[]
}

/**
 * Finds the topics that a topology names, creating those that are missing and declare their partitions, and what else the
 * application needs: dead letters, repartition topics and changelogs, and the topic for its fingerprint.
 * @throws MillraceError TOPIC_MISSING for a source or sink that does not exist and declares no partitions; TOPIC_MISMATCH for an
 *   internal topic whose partition count does not fit the topology
 */
export async function findTopics(topology: Topology, applicationId: string, admin: LogAdmin): Promise<FoundTopics> {
  const sources = topology.subTopologies.flatMap((sub) => sub.sources.map(({ topic }) => topic))
  const sinks = topology.steps.flatMap(({ node: { spec } }) => (spec.type === 'sink' ? sinkTopics(spec) : []))
  const named = [...sources, ...topology.globalTables.map(({ topic }) => topic), ...sinks]
  const counts = await provideNamed(named, admin)
  const { plan, partitionsOf } = preparedTopics(topology, applicationId, counts)
  const deadLetters = sources.map(({ name }) => ({
    name: deadLetterTopic(name),
    partitions: partitionsOf(name),
    config: DEAD_LETTER_CONFIG,
  }))
  const internal = [...plan.repartitions, ...plan.changelogs]
  const own = [...internal, ...deadLetters, ...fingerprintTopics(topology, applicationId, partitionsOf)]
  const found = new Map([...counts, ...(await learn(own, admin, true))])
  refuseOtherCounts(internal, found)
  const missing = own.filter(({ name }) => !found.has(name))
  return { ...preparedTopics(topology, applicationId, found), counts: found, missing }
}

/** Creates what is missing. @throws as `findTopics` */
export async function createMissing(
  { plan, missing, counts }: FoundTopics,
  topology: Topology,
  applicationId: string,
  admin: LogAdmin,
): Promise<PreparedTopics> {
  if (missing.length === 0) return preparedTopics(topology, applicationId, counts)
  const all = new Map([...counts, ...(await create(missing, admin))])
  // Another process may have created them meanwhile, out of another topology.
  refuseOtherCounts([...plan.repartitions, ...plan.changelogs], all)
  return preparedTopics(topology, applicationId, all)
}

function preparedTopics(
  topology: Topology,
  applicationId: string,
  counts: ReadonlyMap<string, number>,
): PreparedTopics {
  const partitionsOf = (topic: string) => countOf(counts, topic)
  return { plan: planPartitions(topology, applicationId, partitionsOf), partitionsOf }
}

async function provideNamed(named: readonly ErasedTopic[], admin: LogAdmin): Promise<ReadonlyMap<string, number>> {
  const counts = new Map(await learn(named, admin))
  const missing = uniqueSpecs(named).filter(({ name }) => !counts.has(name))
  const all = missing.length === 0 ? counts : new Map([...counts, ...(await create(missing, admin))])
  for (const { name } of named) countOf(all, name)
  return all
}

/** @returns their partitions: those declared, unless another process was first; a broker need not know them all at once */
async function create(specs: readonly TopicSpec[], admin: LogAdmin): Promise<readonly (readonly [string, number])[]> {
  await admin.createTopics(specs, { missing: true })
  return [...specs.map(({ name, partitions }) => [name, partitions] as const), ...(await learn(specs, admin))]
}

/** The partitions of those that exist. */
async function learn(
  topics: readonly { readonly name: string }[],
  admin: LogAdmin,
  toCreate = false,
): Promise<readonly (readonly [string, number])[]> {
  const names = topics.map(({ name }) => name)
  const described = await admin.describeTopics(names, { config: false, toCreate })
  return [...described].map(([name, { partitions }]) => [name, partitions])
}

function countOf(counts: ReadonlyMap<string, number>, topic: string): number {
  const count = counts.get(topic)
  if (count !== undefined) return count
  throw new MillraceError(
    'TOPIC_MISSING',
    `topic ${topic} does not exist; create it, or declare it with \`partitions\` to have it created`,
    { details: { topic } },
  )
}

function refuseOtherCounts(internal: readonly TopicSpec[], counts: ReadonlyMap<string, number>): void {
  for (const { name, partitions: needed } of internal) {
    const found = counts.get(name) ?? needed
    if (needed === found) continue
    throw new MillraceError(
      'TOPIC_MISMATCH',
      `internal topic ${name} has ${found} partitions, but the topology needs ${needed}: the partition count of a source has changed; reset the application or restore the old count`,
      { details: { topic: name, needed, found } },
    )
  }
}

function uniqueSpecs(topics: readonly ErasedTopic[]): readonly TopicSpec[] {
  const specs = new Map<string, TopicSpec>()
  for (const { name, partitions, config } of topics) {
    if (partitions !== undefined) specs.set(name, { name, partitions, config })
  }
  return [...specs.values()]
}
