import type { Node } from './node'
import type { Edge } from './steps'

interface Placed {
  readonly index: number
  readonly node: Node
  readonly children: readonly Edge[]
}

/**
 * Which table steps forward the old value of each change. A step does where something downstream needs it and it can tell
 * (Kafka Streams' `enableSendingOldValues`); what cannot tell forwards null.
 *
 * A filter is special: it takes old values whenever its table can tell them, because then it need not forward a deletion
 * for a row that did not pass before either.
 */
export function sendingOldValues(steps: readonly Placed[]): ReadonlySet<number> {
  const able = ableSteps(steps)
  const sending = new Set<number>()
  // Children come after their parents.
  for (const step of [...steps].reverse()) {
    const wanted = step.children.some((edge) => takesOldValues(steps[edge.to]!, edge.input, sending))
    if (able.has(step.index) && (wanted || knowsFromParent(step, steps, able))) sending.add(step.index)
  }
  return sending
}

/** Steps that keep rows, or are derived from such. */
function ableSteps(steps: readonly Placed[]): ReadonlySet<number> {
  const able = new Set<number>()
  const ofParent = new Set<number>()
  for (const { index, node, children } of steps) {
    if (tellsOldValues(node, ofParent.has(index))) {
      able.add(index)
      for (const { to } of children) ofParent.add(to)
    }
  }
  return able
}

function tellsOldValues({ spec }: Node, parentDoes: boolean): boolean {
  switch (spec.type) {
    case 'to-table':
      return spec.store !== undefined
    case 'aggregate':
    case 'hopping-aggregate':
    case 'sliding-aggregate':
    case 'session-aggregate':
      return true
    case 'table-filter':
    case 'table-map-values':
      return spec.store !== undefined || parentDoes
    case 'suppress':
      return parentDoes
    case 'table-join':
    case 'table-aggregate':
      return true
    default:
      return false
  }
}

function takesOldValues({ index, node: { spec } }: Placed, input: number, sending: ReadonlySet<number>): boolean {
  switch (spec.type) {
    case 'table-filter':
    case 'table-group-by':
    case 'suppress':
    case 'foreign-key-subscribe':
    case 'foreign-key-answer':
      return true
    case 'table-join':
      // Where the other side may be missing, only the old value tells whether there was a result to delete.
      return !spec.needs[1 - input] || sending.has(index)
    case 'table-map-values':
      return spec.store === undefined && sending.has(index)
    default:
      return false
  }
}

function knowsFromParent(step: Placed, steps: readonly Placed[], able: ReadonlySet<number>): boolean {
  return (
    step.node.spec.type === 'table-filter' &&
    steps.some(({ index, children }) => able.has(index) && children.some(({ to }) => to === step.index))
  )
}
