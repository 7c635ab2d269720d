import { MillraceError } from '../errors'
import type { Step } from './steps'
import type { Topology } from './topology'

/** Topics (by name) and repartitions (by their own name) whose records meet by key in one step: they need one partition count. */
export interface CopartitionGroup {
  readonly topics: readonly string[]
  readonly repartitions: readonly string[]
}

const joins: ReadonlySet<string> = new Set([
  'stream-join',
  'stream-table-join',
  'table-join',
  'foreign-key-answer',
  'foreign-key-resolve',
])

/** Aggregations of several streams, whose records meet like those of a join. */
const cogroups: ReadonlySet<string> = new Set([
  'aggregate',
  'hopping-aggregate',
  'sliding-aggregate',
  'session-aggregate',
])

function meetsByKey({ spec, parents }: Step['node']): boolean {
  return joins.has(spec.type) || (cogroups.has(spec.type) && parents.length > 1)
}

/** What each join of a topology reads, joined up where they share a source (Kafka Streams' copartition groups). */
export function copartitionGroups({ steps }: Pick<Topology, 'steps'>): readonly CopartitionGroup[] {
  const parents = parentsOf(steps)
  const groups: Set<Step>[] = []
  for (const step of steps) {
    if (!meetsByKey(step.node)) continue
    const own = sourcesOf(step, parents)
    const touching = groups.filter((group) => [...own].some((source) => group.has(source)))
    for (const group of touching) {
      for (const source of group) own.add(source)
      groups.splice(groups.indexOf(group), 1)
    }
    groups.push(own)
  }
  return groups.map((group) => ({
    topics: [...group].flatMap(({ node: { spec } }) => (spec.type === 'source' ? [spec.topic.name] : [])),
    repartitions: [...group].flatMap(({ node: { spec } }) => (spec.type === 'repartition' ? [spec.repartition] : [])),
  }))
}

function parentsOf(steps: readonly Step[]): ReadonlyMap<Step, readonly Step[]> {
  const parents = new Map<Step, Step[]>(steps.map((step) => [step, []]))
  for (const step of steps) {
    for (const { to } of step.children) parents.get(steps[to]!)!.push(step)
    for (const table of step.lookups) parents.get(step)!.push(steps[table]!)
  }
  return parents
}

/** The sources, of topics and of repartitions, from which records reach a step within its sub-topology. */
function sourcesOf(step: Step, parents: ReadonlyMap<Step, readonly Step[]>): Set<Step> {
  const found = new Set<Step>()
  const seen = new Set<Step>()
  const visit = (at: Step) => {
    if (seen.has(at)) return
    seen.add(at)
    if (at.role === 'repartition-source' || at.node.spec.type === 'source') found.add(at)
    else parents.get(at)!.forEach(visit)
  }
  visit(step)
  return found
}

/**
 * The one count of a group: that of its topics; undefined when it has none, so that its repartitions may have any.
 * @throws MillraceError TOPOLOGY_INVALID, naming the topics and their counts
 */
export function countOf({ topics }: CopartitionGroup, partitionsOf: (topic: string) => number): number | undefined {
  const counts = new Map(topics.map((topic) => [topic, partitionsOf(topic)]))
  const [first, ...others] = new Set(counts.values())
  if (others.length === 0) return first
  const listed = [...counts].map(([topic, count]) => `${topic} (${count} partitions)`).join(', ')
  throw new MillraceError(
    'TOPOLOGY_INVALID',
    `topics that are joined must have the same number of partitions, so that equal keys meet in one task: ${listed}; repartition() one side, or create the topics alike`,
    { details: Object.fromEntries(counts) },
  )
}
