/** Aggregations without windows, over plain maps. */
import type { Step } from '../steps'

export interface Row {
  readonly key: string
  /** null: deleted. */
  readonly value: number | null
  readonly timestamp: number
}

export interface FoldOptions {
  /** The aggregate before the first value; undefined: the first value is the aggregate. */
  readonly initial?: number
  /** By topic; null deletes the row. */
  readonly fold: (aggregate: number, value: number, topic: number) => number | null
}

/** What comes out of each step; null keys and values are left out. */
export function foldModel(steps: readonly Step[], { initial, fold }: FoldOptions): readonly (readonly Row[])[] {
  const rows = new Map<string, { readonly value: number; readonly timestamp: number }>()
  return steps.map(({ topic, key, value, timestamp }) => {
    if (key === null || value === null) return []
    const row = rows.get(key)
    const begun = row?.value ?? initial
    const folded = begun === undefined ? value : fold(begun, value, topic)
    const latest = Math.max(timestamp, row?.timestamp ?? timestamp)
    if (folded === null) rows.delete(key)
    else rows.set(key, { value: folded, timestamp: latest })
    return [{ key, value: folded, timestamp: latest }]
  })
}

export interface TimeLimitOptions {
  readonly waitMs: number
  readonly maxRecords: number
}

/** A table's updates held back for a time, or until there are too many. */
export function timeLimitModel(
  updates: readonly (readonly Row[])[],
  { waitMs, maxRecords }: TimeLimitOptions,
): readonly (readonly Row[])[] {
  const held: { time: number; row: Row }[] = []
  let streamTime = -1
  return updates.map((step) =>
    step.flatMap((row) => {
      streamTime = Math.max(streamTime, row.timestamp)
      const place = held.find((one) => one.row.key === row.key)
      if (place === undefined) held.push({ time: row.timestamp, row })
      else place.row = row
      held.sort((a, b) => a.time - b.time || Buffer.compare(Buffer.from(a.row.key), Buffer.from(b.row.key)))
      const out: Row[] = []
      while (held.length > 0 && (held[0]!.time <= streamTime - waitMs || held.length > maxRecords)) {
        out.push(held.shift()!.row)
      }
      return out
    }),
  )
}
