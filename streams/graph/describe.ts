import { placeText } from './names'
import { type Drawn, drawnSteps } from './picture'
import type { GlobalTableSource } from './specs/global-table'
import type { SubTopology } from './subtopologies'
import type { Topology } from './topology'

/**
 * The topology in the text of Kafka Streams' `Topology#describe`, which its visualisers draw. The order within the text is
 * Kafka Streams' too; sinks that choose among several topics name them all where Java names a class.
 * @example
 * process.stdout.write(describe(orders))
 */
export function describe(topology: Topology): string {
  const { subTopologies, globalTables, steps } = topology
  const globals = globalTables.map((table, index) =>
    globalTableText(table, { id: subTopologies.length + index, firstStep: steps.length + 2 * index }),
  )
  return `Topologies:\n ${[...subTopologies.map(subTopologyText), ...globals].join('')}`
}

function subTopologyText(sub: SubTopology): string {
  const nodes = drawnSteps(sub).map((node) => `    ${nodeText(node)}\n`)
  return `  Sub-topology: ${sub.id}\n${nodes.join('')}\n`
}

/** Sub-topologies are numbered as their tasks are, so the global tables, which have none, come after them. */
function globalTableText(
  { topic, store }: GlobalTableSource,
  { id, firstStep }: { readonly id: number; readonly firstStep: number },
): string {
  const source = `KSTREAM-SOURCE-${placeText(firstStep)}`
  const table = `KTABLE-SOURCE-${placeText(firstStep + 1)}`
  return [
    `  Sub-topology: ${id} for global store (will not generate tasks)`,
    `    Source: ${source} (topics: [${topic.name}])\n      --> ${table}`,
    `    Processor: ${table} (stores: [${store.name}])\n      --> none\n      <-- ${source}`,
    '',
  ].join('\n')
}

function nodeText({ name, role, topics, stores, successors, predecessors }: Drawn): string {
  const to = `\n      --> ${names(successors)}`
  const from = `\n      <-- ${names(predecessors)}`
  switch (role) {
    case 'source':
      return `Source: ${name} (topics: [${topics.join(', ')}])${to}`
    case 'sink':
      return `Sink: ${name} (${sinkText(topics)})${from}`
    case 'processor':
      return `Processor: ${name} (stores: [${stores.join(', ')}])${to}${from}`
  }
}

function sinkText(topics: readonly string[]): string {
  return topics.length === 1 ? `topic: ${topics[0]}` : `extractor class: one of ${topics.join(', ')}`
}

function names(nodes: readonly Drawn[]): string {
  return nodes.length === 0 ? 'none' : nodes.map(({ name }) => name).join(', ')
}
