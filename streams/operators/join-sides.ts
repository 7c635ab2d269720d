import type { StreamJoinSpec } from '../graph/specs/stream-join'
import type { JoinSide } from '../serdes/waiting'
import type { WindowStore } from '../stores/store'
import type { OperatorContext } from './operator'

/** One side of a stream-stream join, as seen by a record of that side. */
export interface Side {
  readonly name: JoinSide
  readonly own: WindowStore<unknown, unknown>
  readonly others: WindowStore<unknown, unknown>
  /** How much earlier and later than a record of this side its partner may be, ms. */
  readonly beforeMs: number
  readonly afterMs: number
  /** Whether records of this side come out without a partner. */
  readonly alone: boolean
  /** The joined value; null for a missing other. */
  join(own: unknown, other: unknown, key: unknown): unknown
}

export type Sides = Readonly<Record<JoinSide, Side>>

export const opposite = { left: 'right', right: 'left' } as const

export function sidesOf({ joiner, beforeMs, afterMs, ...spec }: StreamJoinSpec, context: OperatorContext): Sides {
  const left = context.store(spec.left.name) as WindowStore<unknown, unknown>
  const right = context.store(spec.right.name) as WindowStore<unknown, unknown>
  const { left: leftAlone = false, right: rightAlone = false } = spec.withoutPartner ?? {}
  return {
    left: { name: 'left', own: left, others: right, beforeMs, afterMs, alone: leftAlone, join: joiner },
    right: {
      name: 'right',
      own: right,
      others: left,
      beforeMs: afterMs,
      afterMs: beforeMs,
      alone: rightAlone,
      join: (own, other, key) => joiner(other, own, key),
    },
  }
}
