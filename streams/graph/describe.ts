import { type Drawn, drawnSteps } from './picture'
import type { SubTopology } from './subtopologies'
import type { Topology } from './topology'

/**
 * The topology in the text of Kafka Streams' `Topology#describe`, which its visualisers draw. The order within the text is
 * Kafka Streams' too; sinks that choose among several topics name them all where Java names a class.
 * @example
 * process.stdout.write(describe(orders))
 */
export function describe(topology: Topology): string {
  return `Topologies:\n ${topology.subTopologies.map(subTopologyText).join('')}`
}

function subTopologyText(sub: SubTopology): string {
  const nodes = drawnSteps(sub).map((node) => `    ${nodeText(node)}\n`)
  return `  Sub-topology: ${sub.id}\n${nodes.join('')}\n`
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
