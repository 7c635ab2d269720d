import { MillraceError } from '../errors'
import { stepName } from './names'
import type { End, Node } from './node'
import { sendingOldValues } from './old-values'
import type { SpecOf } from './specs'

/** Where a step's records go: the step and which of its inputs. */
export interface Edge {
  readonly to: number
  readonly input: number
}

/**
 * One node in its place. A repartition is two steps: it ends one sub-topology (`repartition-sink`) and begins
 * another (`repartition-source`). Sources of one topic are one step.
 */
export interface Step {
  readonly index: number
  readonly node: Node
  readonly role: 'operator' | 'repartition-sink' | 'repartition-source'
  readonly name: string
  readonly children: readonly Edge[]
  /** The steps of the tables whose rows it looks up without taking their changes. */
  readonly lookups: readonly number[]
  /** Tables: whether something downstream needs to know what a row was before. */
  readonly sendsOldValues: boolean
}

interface DraftStep {
  readonly index: number
  readonly node: Node
  readonly role: Step['role']
  readonly children: Edge[]
}

/**
 * Walks back from the ends, in their order, parents first: the order in which a node is reached is the order in which
 * the operators on one handle run.
 */
export function stepsOf(ends: readonly End[]): readonly Step[] {
  const drafts: DraftStep[] = []
  const outputOf = new Map<Node, DraftStep>()
  const sourceOf = new Map<string, DraftStep>()

  const add = (node: Node, role: Step['role']): DraftStep => {
    const draft: DraftStep = { index: drafts.length, node, role, children: [] }
    drafts.push(draft)
    return draft
  }
  const connect = (node: Node, to: DraftStep) => {
    node.parents.forEach((parent, input) => {
      outputOf.get(parent)?.children.push({ to: to.index, input })
    })
  }
  const visit = (node: Node): void => {
    if (outputOf.has(node)) return
    node.parents.forEach(visit)
    node.lookups.forEach(visit)
    if (outputOf.has(node)) return
    if (node.spec.type === 'source') {
      outputOf.set(node, sourceStep(node, node.spec))
      return
    }
    const step = add(node, node.spec.type === 'repartition' ? 'repartition-sink' : 'operator')
    connect(node, step)
    outputOf.set(node, node.spec.type === 'repartition' ? add(node, 'repartition-source') : step)
  }
  const sourceStep = (node: Node, spec: SpecOf<'source'>): DraftStep => {
    const known = sourceOf.get(spec.topic.name)
    if (known === undefined) {
      const step = add(node, 'operator')
      sourceOf.set(spec.topic.name, step)
      return step
    }
    refuseOtherSource(known.node.spec as SpecOf<'source'>, spec)
    return known
  }

  const lookupsOf = ({ node, role }: DraftStep): readonly number[] =>
    role === 'operator' ? node.lookups.map((table) => outputOf.get(table)!.index) : []

  ends.forEach((end) => {
    visit(end.end)
  })
  const sending = sendingOldValues(drafts)
  return drafts.map((draft) =>
    Object.freeze({
      ...draft,
      children: Object.freeze(draft.children),
      lookups: Object.freeze(lookupsOf(draft)),
      name: stepName(draft),
      sendsOldValues: sending.has(draft.index),
    }),
  )
}

/** One topic is read once per topology, so two handles on it must agree on how. */
function refuseOtherSource(known: SpecOf<'source'>, other: SpecOf<'source'>): void {
  const same =
    known.topic.key.name === other.topic.key.name &&
    known.topic.value.name === other.topic.value.name &&
    known.timestampExtractor === other.timestampExtractor &&
    known.offsetReset === other.offsetReset &&
    known.onError === other.onError &&
    known.tombstones === other.tombstones
  if (same) return
  throw new MillraceError(
    'TOPOLOGY_INVALID',
    `topic ${known.topic.name} is read twice with different serdes or options; declare one handle and use it in both places`,
    { details: { topic: known.topic.name } },
  )
}
