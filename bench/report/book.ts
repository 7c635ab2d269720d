/** What was measured, run by run. */
import type { ContestantName } from '../contestants'

export type Who = ContestantName

/** One figure that is measured again in each run. */
export interface Figure {
  /** What the table calls it, for example `at least once, 1 thread`. */
  readonly line: string
  readonly group: string
  readonly unit: string
  readonly target?: Target
}

/** `ratio`: our figure over the other's. `value`: our figure alone. */
export interface Target {
  readonly of: 'ratio' | 'value'
  readonly atLeast?: number
  readonly atMost?: number
}

export interface Entry extends Figure {
  readonly samples: ReadonlyMap<Who, readonly number[]>
}

export interface Book {
  note(figure: Figure, who: Who, value: number): void
  entries(): readonly Entry[]
}

export function createBook(): Book {
  const entries = new Map<string, Figure & { readonly samples: Map<Who, number[]> }>()
  return {
    note(figure, who, value) {
      const id = `${figure.group}/${figure.line}`
      const entry = entries.get(id) ?? { ...figure, samples: new Map<Who, number[]>() }
      entries.set(id, entry)
      const samples = entry.samples.get(who) ?? []
      entry.samples.set(who, [...samples, value])
    },
    entries: () => [...entries.values()],
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
