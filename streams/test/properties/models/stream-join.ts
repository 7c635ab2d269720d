/**
 * Stream-stream joins as the README of the conformance vectors puts them into words, over plain arrays: what the operator
 * is held against.
 */
import { byBytes, type Step } from '../steps'

export interface JoinModelOptions {
  readonly beforeMs: number
  readonly afterMs: number
  readonly graceMs: number
  readonly kind: 'join' | 'leftJoin' | 'outerJoin'
}

export interface Joined {
  readonly key: string | null
  readonly value: string
  readonly timestamp: number
}

interface Kept {
  readonly key: string
  readonly value: number
  readonly timestamp: number
}

interface Waiting extends Kept {
  readonly side: 0 | 1
}

/** Topic 0 is the left side. What comes out of each step. */
export function joinModel(steps: readonly Step[], options: JoinModelOptions): readonly (readonly Joined[])[] {
  const { beforeMs, afterMs, graceMs, kind } = options
  const kept: [Kept[], Kept[]] = [[], []]
  const latest = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]
  const after = [afterMs, beforeMs]
  const before = [beforeMs, afterMs]
  const alone = [kind !== 'join', kind === 'outerJoin']
  let waiting: Waiting[] = []
  let streamTime = -1
  let min = Number.POSITIVE_INFINITY

  const pair = (side: number, own: number, other: number | null) => (side === 0 ? `${own}+${other}` : `${other}+${own}`)

  const closedOnes = (): Joined[] => {
    const out: Joined[] = []
    const open = [false, false]
    const inOrder = [...waiting].sort((a, b) => a.timestamp - b.timestamp || b.side - a.side || byBytes(a.key, b.key))
    min = Number.POSITIVE_INFINITY
    for (const one of inOrder) {
      min = one.timestamp
      if (open[0] && open[1]) break
      if (one.timestamp + after[one.side]! + graceMs >= streamTime) {
        open[one.side] = true
        continue
      }
      out.push({ key: one.key, value: pair(one.side, one.value, null), timestamp: one.timestamp })
      waiting = waiting.filter((other) => other !== one)
    }
    return out
  }

  return steps.map(({ topic, key, value, timestamp }) => {
    const side = topic as 0 | 1
    const other = (1 - side) as 0 | 1
    streamTime = Math.max(streamTime, timestamp)
    if (value === null) return []
    if (key === null) return alone[side] ? [{ key, value: pair(side, value, null), timestamp }] : []

    const due = kind !== 'join' && timestamp === streamTime && min < streamTime - after[side]! - graceMs
    const out = due ? closedOnes() : []
    const partners = kept[other]
      .filter((one) => one.key === key && one.timestamp > latest[other]! - (beforeMs + afterMs + graceMs))
      .filter((one) => one.timestamp >= timestamp - before[side]! && one.timestamp <= timestamp + after[side]!)
      .sort((a, b) => a.timestamp - b.timestamp)
    for (const one of partners) {
      waiting = waiting.filter((w) => w.side !== other || w.key !== key || w.timestamp !== one.timestamp)
      out.push({ key, value: pair(side, value, one.value), timestamp: Math.max(timestamp, one.timestamp) })
    }
    if (partners.length === 0 && alone[side]) {
      if (timestamp + after[side]! < streamTime) {
        out.push({ key, value: pair(side, value, null), timestamp })
      } else {
        waiting.push({ side, key, value, timestamp })
        min = Math.min(min, timestamp)
      }
    }
    kept[side].push({ key, value, timestamp })
    latest[side] = Math.max(latest[side]!, timestamp)
    return out
  })
}
