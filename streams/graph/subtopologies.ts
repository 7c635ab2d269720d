import type { AnyStoreDeclaration } from '../stores/declaration'
import { storesOf } from './node'
import type { SpecOf } from './specs'
import type { ErasedTopic } from './specs/source'
import type { Step } from './steps'

/** Steps that are connected or share a store run together, as one task per partition. */
export interface SubTopology {
  readonly id: number
  readonly steps: readonly Step[]
  /** Topics of others that it reads, with the step that reads each. */
  readonly sources: readonly { readonly topic: ErasedTopic; readonly step: Step; readonly spec: SpecOf<'source'> }[]
  /** Repartition topics that it reads. */
  readonly repartitionSources: readonly { readonly step: Step; readonly spec: SpecOf<'repartition'> }[]
  readonly repartitionSinks: readonly { readonly step: Step; readonly spec: SpecOf<'repartition'> }[]
  readonly stores: readonly AnyStoreDeclaration[]
}

export function subTopologiesOf(steps: readonly Step[]): readonly SubTopology[] {
  const group = connectedGroups(steps)
  const members = new Map<number, Step[]>()
  for (const step of steps) {
    const root = group(step.index)
    members.set(root, [...(members.get(root) ?? []), step])
  }
  return [...members.values()].map((own, id) => subTopology(id, own))
}

function subTopology(id: number, steps: readonly Step[]): SubTopology {
  const stores = new Set(steps.flatMap((step) => [...storesOf(step.node)]))
  const repartitions = (role: Step['role']) =>
    steps.flatMap((step) => {
      const { spec } = step.node
      return step.role === role && spec.type === 'repartition' ? [{ step, spec }] : []
    })
  return Object.freeze({
    id,
    steps,
    sources: steps.flatMap((step) => {
      const { spec } = step.node
      return spec.type === 'source' ? [{ topic: spec.topic, step, spec }] : []
    }),
    repartitionSources: repartitions('repartition-source'),
    repartitionSinks: repartitions('repartition-sink'),
    stores: [...stores],
  })
}

/** Union-find over edges, looked-up tables and shared stores; a repartition topic is no edge, so it separates. */
function connectedGroups(steps: readonly Step[]): (index: number) => number {
  const parent = steps.map((step) => step.index)
  const find = (index: number): number => {
    let root = index
    while (parent[root] !== root) root = parent[root]!
    return root
  }
  const union = (a: number, b: number) => {
    const [low, high] = [find(a), find(b)].sort((x, y) => x - y) as [number, number]
    parent[high] = low
  }
  const ownerOf = new Map<string, number>()
  for (const step of steps) {
    for (const edge of step.children) union(step.index, edge.to)
    for (const table of step.lookups) union(step.index, table)
    for (const store of step.role === 'repartition-source' ? [] : storesOf(step.node)) {
      union(step.index, ownerOf.get(store.name) ?? step.index)
      ownerOf.set(store.name, step.index)
    }
  }
  return find
}
