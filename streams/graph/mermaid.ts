import { type Drawn, drawnSteps } from './picture'
import type { SubTopology } from './subtopologies'
import type { Topology } from './topology'

/**
 * The topology as a Mermaid flowchart: a box per sub-topology, topics between them, stores beside the steps that use them.
 * GitHub and most editors draw it in a ```mermaid block.
 */
export function mermaid(topology: Topology): string {
  const topicIds = ids('topic')
  const globalIds = ids('global')
  const subs = topology.subTopologies.map((sub) => subTopologyLines(sub, topicIds, globalIds))
  const globals = topology.globalTables.map(({ topic, store }) => ({
    topicId: topicIds.of(topic.name),
    id: globalIds.of(store.name),
    store,
  }))
  return [
    'flowchart TD',
    ...[...topicIds.all()].map(([topic, id]) => `  ${id}([${quoted(topic)}])`),
    ...subs.flatMap(({ box }) => box),
    ...globals.map(({ id, store }) => `  ${id}[(${quoted(`${store.name} (global)`)})]`),
    ...globals.map(({ id, topicId }) => `  ${topicId} --> ${id}`),
    ...subs.flatMap(({ edges }) => edges),
    '',
  ].join('\n')
}

interface Lines {
  readonly box: readonly string[]
  /** Between topics and steps: outside the boxes, or they would pull the topics in. */
  readonly edges: readonly string[]
}

function subTopologyLines(sub: SubTopology, topicIds: Ids, globalIds: Ids): Lines {
  const steps = drawnSteps(sub)
  const stepIds = ids(`s${sub.id}_step`)
  const storeIds = ids(`s${sub.id}_store`)
  const inside = steps.flatMap((step) => {
    const id = stepIds.of(step.name)
    return [
      `    ${id}${shape(step)}`,
      ...step.successors.map((child) => `    ${id} --> ${stepIds.of(child.name)}`),
      ...step.stores.map((store) => `    ${id} --- ${storeIds.of(store)}`),
    ]
  })
  const stores = [...storeIds.all()].map(([store, id]) => `    ${id}[(${quoted(store)})]`)
  return {
    box: [`  subgraph sub${sub.id} [${quoted(`sub-topology ${sub.id}`)}]`, ...inside, ...stores, '  end'],
    edges: steps.flatMap((step) => {
      const id = stepIds.of(step.name)
      const lookups = step.globalStores.map((store) => `  ${id} --- ${globalIds.of(store)}`)
      if (step.role === 'source') return step.topics.map((topic) => `  ${topicIds.of(topic)} --> ${id}`)
      const arrow = step.topics.length > 1 ? '-.->' : '-->'
      return [...lookups, ...step.topics.map((topic) => `  ${id} ${arrow} ${topicIds.of(topic)}`)]
    }),
  }
}

function shape({ name, role }: Drawn): string {
  return role === 'processor' ? `[${quoted(name)}]` : `>${quoted(name)}]`
}

/** Mermaid has entities of its own within quotes. */
function quoted(text: string): string {
  return `"${text.replaceAll('#', '#35;').replaceAll('"', '#quot;')}"`
}

interface Ids {
  of(name: string): string
  all(): ReadonlyMap<string, string>
}

/** Plain identifiers for names that may hold anything. */
function ids(prefix: string): Ids {
  const known = new Map<string, string>()
  return {
    of: (name) => {
      const id = known.get(name) ?? `${prefix}${known.size}`
      known.set(name, id)
      return id
    },
    all: () => known,
  }
}
