import { storesOf } from './node'
import { sinkTopics } from './specs/source'
import type { Step } from './steps'
import type { SubTopology } from './subtopologies'

/** A step as it is drawn: what it reads, writes and remembers, and the steps around it. */
export interface Drawn {
  readonly name: string
  readonly role: 'source' | 'processor' | 'sink'
  /** Topics read or written; of several a sink writes one per record. Repartition topics without their application id. */
  readonly topics: readonly string[]
  readonly stores: readonly string[]
  /** Of the global tables it looks rows up in. */
  readonly globalStores: readonly string[]
  readonly successors: readonly Drawn[]
  readonly predecessors: readonly Drawn[]
  /** Steps from here on, this one included: the measure of Kafka Streams' order. */
  readonly size: number
}

interface Draft extends Drawn {
  readonly successors: Draft[]
  readonly predecessors: Draft[]
  size: number
}

/** The steps of a sub-topology as Kafka Streams orders them: the larger the tree behind a step the earlier, then by name. */
export function drawnSteps({ steps }: SubTopology): readonly Drawn[] {
  const storesByIndex = new Map(steps.map((step) => [step.index, ownStores(step)]))
  const drafts = new Map<number, Draft>(
    steps.map((step) => [
      step.index,
      {
        name: step.name,
        ...place(step),
        stores: storesSeen(step, steps, storesByIndex),
        globalStores: step.node.spec.type === 'global-table-join' ? [step.node.spec.table.store.name] : [],
        successors: [],
        predecessors: [],
        size: 1,
      },
    ]),
  )
  for (const step of steps) {
    const from = drafts.get(step.index)!
    // Both sides of a self-join come from one step, which is drawn once.
    for (const to of new Set(step.children.map((edge) => drafts.get(edge.to)!))) {
      from.successors.push(to)
      to.predecessors.push(from)
    }
  }
  // Children come after their parents, so from the end every child's size is known.
  for (const draft of [...drafts.values()].reverse()) {
    draft.size = draft.successors.reduce((size, child) => size + child.size, 1)
  }
  for (const draft of drafts.values()) {
    draft.successors.sort(bySizeThenName)
    draft.predecessors.sort(bySizeThenName)
  }
  return [...drafts.values()].sort(bySizeThenName)
}

function bySizeThenName(a: Drawn, b: Drawn): number {
  if (a.size !== b.size) return b.size - a.size
  return a.name < b.name ? -1 : 1
}

function place({ node: { spec }, role }: Step): Pick<Drawn, 'role' | 'topics'> {
  switch (spec.type) {
    case 'source':
      return { role: 'source', topics: [spec.topic.name] }
    case 'sink':
      return { role: 'sink', topics: sinkTopics(spec).map(({ name }) => name) }
    case 'repartition':
      return {
        role: role === 'repartition-source' ? 'source' : 'sink',
        topics: [`${spec.repartition}-repartition`],
      }
    default:
      return { role: 'processor', topics: [] }
  }
}

function ownStores({ node, role }: Step): readonly string[] {
  return role === 'operator' ? storesOf(node).map(({ name }) => name) : []
}

/** Its own stores, and those of the tables it looks rows up in. */
function storesSeen(
  step: Step,
  steps: readonly Step[],
  own: ReadonlyMap<number, readonly string[]>,
): readonly string[] {
  const seen = new Set(own.get(step.index))
  const rowsOf = (index: number): readonly string[] => {
    const stores = own.get(index) ?? []
    if (stores.length > 0) return stores
    // A table without a store of its own has its rows from the tables it is made of.
    const parents = steps.filter(({ children }) => children.some(({ to }) => to === index))
    return parents.flatMap((parent) => rowsOf(parent.index))
  }
  for (const table of step.lookups) for (const store of rowsOf(table)) seen.add(store)
  return [...seen].sort()
}
