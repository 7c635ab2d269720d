/** The lines of the table: medians, the ratio of the two, and whether the target is met. */
import { type Entry, median, type Target, type Who } from './book'

export interface Line {
  readonly group: string
  readonly line: string
  readonly unit: string
  readonly ours: number
  readonly other: Who | undefined
  readonly theirs: number | undefined
  readonly ratio: number | undefined
  readonly target: string
  readonly met: boolean | undefined
}

export function linesOf(entries: readonly Entry[]): readonly Line[] {
  return entries.flatMap((entry) => {
    const ours = entry.samples.get('millrace')
    if (ours === undefined) return []
    const other = [...entry.samples.keys()].find((who) => who !== 'millrace')
    const own = median(ours)
    const theirs = other === undefined ? undefined : median(entry.samples.get(other)!)
    const ratio = theirs === undefined ? undefined : own / theirs
    const { group, line, unit, target } = entry
    return [{ group, line, unit, ours: own, other, theirs, ratio, ...judged(target, own, ratio) }]
  })
}

function judged(target: Target | undefined, ours: number, ratio: number | undefined): Pick<Line, 'target' | 'met'> {
  if (target === undefined) return { target: '', met: undefined }
  const { of, atLeast, atMost } = target
  const bound = atLeast ?? atMost!
  const value = of === 'ratio' ? ratio : ours
  const text = `${atLeast === undefined ? '≤' : '≥'} ${of === 'ratio' ? `${shown(bound)}×` : shown(bound)}`
  if (value === undefined || Number.isNaN(value)) return { target: text, met: undefined }
  return { target: text, met: atLeast === undefined ? value <= bound : value >= bound }
}

/** Three figures are as many as a run on one machine can mean. */
export function shown(value: number): string {
  if (Number.isNaN(value)) return '?'
  const rounded = Number(value.toPrecision(3))
  return Math.abs(rounded) >= 1000 ? Math.round(rounded).toLocaleString('en-US') : String(rounded)
}

export const otherName = (who: Who | undefined): string =>
  who === 'kafka-streams' ? 'Kafka Streams' : who === 'kafkajs' ? 'kafkajs loop' : ''
