import { fromId, toId } from './bytes'
import type { AnyStoreDeclaration } from './declaration'
import type { RestoreRecord } from './managed'
import { sessionSchema } from './session'
import { windowSchema } from './window'

/** One entry of a store in the terms of its changelog, so that both can be held against each other without a serde. */
export interface StoreEntry {
  /** The key of its changelog record. */
  readonly key: Buffer
  readonly value: Buffer
  /** ms; only of stores that keep timestamps, for versioned stores that from which the version holds. */
  readonly timestamp?: number
  /** ms; only of versions that another one has followed. */
  readonly validTo?: number
}

/**
 * What a store must hold after these changelog records, expiry included. This is the rule itself (state is a fold of the
 * changelog), written without regard to how stores keep their entries, so that a check against it proves something.
 */
export function foldChangelog(
  declaration: AnyStoreDeclaration,
  records: Iterable<RestoreRecord>,
): readonly StoreEntry[] {
  switch (declaration.kind) {
    case 'key-value':
    case 'timestamped-key-value':
      return latestOf(records, declaration.kind === 'timestamped-key-value').entries
    case 'window':
    case 'timestamped-window': {
      const { entries, keys } = latestOf(records, declaration.kind === 'timestamped-window')
      return visible(entries, keys, { retentionMs: declaration.retentionMs, timeOf: windowTime })
    }
    case 'session': {
      const { entries, keys } = latestOf(records, false)
      return visible(entries, keys, { retentionMs: declaration.retentionMs, timeOf: sessionTime })
    }
    case 'versioned':
      return versions(records, declaration.historyRetentionMs)
  }
}

const windowTime = (key: Buffer) => windowSchema.timeOf(windowSchema.parse(key)!.at)
const sessionTime = (key: Buffer) => sessionSchema.timeOf(sessionSchema.parse(key)!.at)

function latestOf(records: Iterable<RestoreRecord>, timestamps: boolean) {
  const latest = new Map<string, StoreEntry | undefined>()
  for (const { key, value, timestamp } of records) {
    if (key === null) continue
    latest.set(toId(key), value === null ? undefined : { key, value, ...(timestamps && { timestamp }) })
  }
  const entries = [...latest.values()].filter((entry) => entry !== undefined)
  return { entries, keys: [...latest.keys()].map(fromId) }
}

/** A deletion counts for the store's stream time as well. */
function visible(
  entries: readonly StoreEntry[],
  keys: readonly Buffer[],
  { retentionMs, timeOf }: { readonly retentionMs: number; readonly timeOf: (key: Buffer) => number },
): readonly StoreEntry[] {
  const latest = keys.reduce((time, key) => Math.max(time, timeOf(key)), Number.NEGATIVE_INFINITY)
  return entries.filter(({ key }) => timeOf(key) > latest - retentionMs)
}

interface Write {
  readonly timestamp: number
  readonly value: Buffer | null
  /** There was a later one when it came. */
  readonly late: boolean
}

function versions(records: Iterable<RestoreRecord>, historyRetentionMs: number): readonly StoreEntry[] {
  const lines = new Map<string, readonly Write[]>()
  let latest = Number.NEGATIVE_INFINITY
  for (const { key, value, timestamp } of records) {
    if (key === null || timestamp < latest - historyRetentionMs) continue
    latest = Math.max(latest, timestamp)
    lines.set(toId(key), written(lines.get(toId(key)) ?? [], timestamp, value))
  }
  return [...lines].flatMap(([id, line]) =>
    line.flatMap(({ timestamp, value }, at): StoreEntry[] => {
      const validTo = line[at + 1]?.timestamp
      if (value === null || (validTo !== undefined && validTo <= latest - historyRetentionMs)) return []
      return [{ key: fromId(id), value, timestamp, ...(validTo !== undefined && { validTo }) }]
    }),
  )
}

/** A key's writes by their timestamps, and one more; of two at one time the later counts. */
function written(line: readonly Write[], timestamp: number, value: Buffer | null): readonly Write[] {
  const others = line.filter((write) => write.timestamp !== timestamp)
  if (isForgotten(line, timestamp, value)) return others
  const late = line.some((write) => write.timestamp > timestamp)
  return [...others, { timestamp, value, late }].sort((a, b) => a.timestamp - b.timestamp)
}

/** A deletion is known by the version that it ends. At the very time of the latest version it ends the one before, if any. */
function isForgotten(line: readonly Write[], timestamp: number, value: Buffer | null): boolean {
  const last = line.at(-1)
  if (value !== null || last?.timestamp !== timestamp || last.value === null) return false
  const before = line.at(-2)
  return before === undefined || (before.value === null && !before.late)
}
