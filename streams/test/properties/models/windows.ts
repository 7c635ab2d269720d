/** Windowed aggregation by definition: over the list of all records that a window has taken, nothing kept in between. */
import { byBytes, type Step } from '../steps'

export interface WindowResult {
  readonly key: string
  readonly start: number
  readonly end: number
  /** Of the values, in the order of arrival; null: deleted. */
  readonly value: string | null
  readonly timestamp: number
}

interface Taken {
  readonly value: number | null
  readonly timestamp: number
}

export const folded = (taken: readonly Taken[]) => taken.map(({ value }) => `${value};`).join('')
const latestOf = (taken: readonly Taken[]) => Math.max(...taken.map(({ timestamp }) => timestamp))

export interface HoppingModelOptions {
  readonly sizeMs: number
  readonly advanceMs: number
  readonly graceMs: number
}

export interface WindowModel {
  /** What comes out of each step where every update does. */
  readonly updates: readonly (readonly WindowResult[])[]
  /** What comes out of each step where only final results do. */
  readonly finals: readonly (readonly WindowResult[])[]
}

export function hoppingModel(steps: readonly Step[], options: HoppingModelOptions): WindowModel {
  const { sizeMs, advanceMs, graceMs } = options
  const windows = new Map<string, { key: string; start: number; taken: Taken[] }>()
  const given = new Set<string>()
  let streamTime = -1
  const result = ({ key, start, taken }: { key: string; start: number; taken: readonly Taken[] }): WindowResult => ({
    key,
    start,
    end: start + sizeMs,
    value: folded(taken),
    timestamp: latestOf(taken),
  })
  const all = steps.map(({ key, value, timestamp }) => {
    if (key === null) return { updates: [], finals: [] }
    streamTime = Math.max(streamTime, timestamp)
    const updates: WindowResult[] = []
    for (let start = 0; start <= timestamp; start += advanceMs) {
      if (timestamp >= start + sizeMs || start + sizeMs + graceMs <= streamTime) continue
      const id = `${start} ${key}`
      const window = windows.get(id) ?? { key, start, taken: [] }
      windows.set(id, window)
      window.taken.push({ value, timestamp })
      updates.push(result(window))
    }
    const closed = [...windows.entries()]
      .filter(([id, { start }]) => !given.has(id) && start + sizeMs + graceMs <= streamTime)
      .sort(([, a], [, b]) => a.start - b.start || byBytes(a.key, b.key))
    for (const [id] of closed) given.add(id)
    return { updates, finals: closed.map(([, window]) => result(window)) }
  })
  return { updates: all.map(({ updates }) => updates), finals: all.map(({ finals }) => finals) }
}

export interface SlidingModelOptions {
  readonly differenceMs: number
}

/**
 * All windows of the records, as if none had been late: one that ends with each record, one that begins just after it if
 * something is in it, and [0, difference] for records that are too early for a window of their own.
 */
export function slidingModel(steps: readonly Step[], { differenceMs }: SlidingModelOptions): readonly WindowResult[] {
  const records = steps.flatMap(({ key, value, timestamp }) =>
    key === null || value === null ? [] : [{ key, value, timestamp }],
  )
  const starts = new Map<string, { key: string; start: number }>()
  for (const { key, timestamp } of records) {
    for (const start of [Math.max(0, timestamp - differenceMs), timestamp + 1])
      starts.set(`${start} ${key}`, { key, start })
  }
  return [...starts.values()].flatMap(({ key, start }) => {
    const end = start + differenceMs
    const taken = records.filter((one) => one.key === key && one.timestamp >= start && one.timestamp <= end)
    return taken.length === 0 ? [] : [{ key, start, end, value: String(taken.length), timestamp: latestOf(taken) }]
  })
}

export interface SessionModelOptions {
  readonly gapMs: number
  readonly graceMs: number
  /** A session that ended so long before the latest is not found any more. */
  readonly retentionMs: number
}

interface Session {
  readonly key: string
  readonly start: number
  readonly end: number
  readonly value: string
}

/** Sessions as a list; `value` shows what was merged with what. */
export function sessionModel(
  steps: readonly Step[],
  { gapMs, graceMs, retentionMs }: SessionModelOptions,
): WindowModel {
  let sessions: Session[] = []
  let streamTime = -1
  let latestEnd = Number.NEGATIVE_INFINITY
  const given = new Set<Session>()
  const result = (session: Session, value: string | null = session.value): WindowResult => ({
    ...session,
    value,
    timestamp: session.end,
  })
  const all = steps.map(({ key, value, timestamp }) => {
    if (key === null) return { updates: [], finals: [] }
    streamTime = Math.max(streamTime, timestamp)
    const closeTime = streamTime - gapMs - graceMs
    const touched = sessions
      .filter((one) => one.key === key && one.end > latestEnd - retentionMs)
      .filter((one) => one.end >= timestamp - gapMs && one.start <= timestamp + gapMs)
      .sort((a, b) => a.start - b.start)
    const start = Math.min(timestamp, ...touched.map((one) => one.start))
    const end = Math.max(timestamp, ...touched.map((one) => one.end))
    const updates: WindowResult[] = []
    if (end >= closeTime) {
      const text = `${touched.reduce((sum, one) => `${sum}(${one.value})`, '')}${value};`
      const merged: Session = { key, start, end, value: text }
      // One that has expired and is put again replaces the one that was.
      const again = (one: Session) => one.key === key && one.start === start && one.end === end
      sessions = [...sessions.filter((one) => !touched.includes(one) && !again(one)), merged]
      latestEnd = Math.max(latestEnd, end)
      if (start !== end || touched.length === 0) updates.push(...touched.map((one) => result(one, null)))
      updates.push(result(merged))
    }
    const closed = sessions
      .filter((one) => !given.has(one) && one.end < closeTime)
      .sort((a, b) => a.end - b.end || a.start - b.start || byBytes(a.key, b.key))
    for (const one of closed) given.add(one)
    return { updates, finals: closed.map((one) => result(one)) }
  })
  return { updates: all.map(({ updates }) => updates), finals: all.map(({ finals }) => finals) }
}
