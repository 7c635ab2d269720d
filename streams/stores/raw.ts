import type { StoreBackend } from './backend'
import { rawPayloads } from './bundle'
import { fromId, readLong, readOrderedLong, toId } from './bytes'
import { cells } from './cells'
import type { AnyStoreDeclaration } from './declaration'
import type { StoreEntry } from './fold'
import { sessionSchema } from './session'
import { type StreamTime, streamTime } from './stream-time'
import type { TimeSchema } from './timed-store'
import { allLatest, latestKey } from './timeline-ids'
import { type TimelineCodecs, timelineUnits } from './timeline-units'
import { type Timelines, timelines } from './timelines'
import { plainValues } from './value-format'
import { type Latest, latestCodec, type Version, versionCodec } from './version-lines'
import { windowSchema } from './window'
import type { UnitCodec, WriteBack } from './write-back'

/**
 * The visible entries of a back end in the terms of the changelog, without any serde: what an offline check holds
 * against `foldChangelog`. Nothing else may have the back end in use.
 */
export function storedEntries(declaration: AnyStoreDeclaration, backend: StoreBackend): Iterable<StoreEntry> {
  switch (declaration.kind) {
    case 'key-value':
      return backend.entries({})
    case 'timestamped-key-value':
      return unstamped(backend.entries({}))
    case 'window':
      return timedEntries(backend, windowSchema, declaration.retentionMs)
    case 'timestamped-window':
      return unstamped(timedEntries(backend, windowSchema, declaration.retentionMs))
    case 'session':
      return timedEntries(backend, sessionSchema, declaration.retentionMs)
    case 'versioned':
      return versionedEntries(backend, declaration.historyRetentionMs)
  }
}

function* unstamped(entries: Iterable<StoreEntry>): Generator<StoreEntry> {
  for (const { key, value } of entries) yield { key, value: value.subarray(8), timestamp: readLong(value, 0) }
}

/** A look at the back end keeps nothing in memory. */
const NO_CACHE = 0

function open<P>(backend: StoreBackend, codecs: TimelineCodecs<P>, retentionMs: number) {
  const units = timelineUnits(backend, codecs, NO_CACHE)
  const lines = timelines<P>(backend, units)
  return { units, lines, time: streamTime(retentionMs, lines.meta()) }
}

function* visibleSlots<P>(lines: Timelines<P>, time: StreamTime) {
  const span = time.visiblePart(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY)
  for (const line of lines.lines(span?.segments ?? [])) {
    for (const slot of line.slots({})) yield { key: line.key, at: slot.at, payload: slot.payload! }
  }
}

function* timedEntries(backend: StoreBackend, schema: TimeSchema, retentionMs: number): Generator<StoreEntry> {
  const { lines, time } = open(backend, { atLength: schema.atLength, payloads: rawPayloads }, retentionMs)
  for (const { key, at, payload } of visibleSlots(lines, time)) {
    if (time.isVisible(schema.timeOf(at))) yield { key: schema.changelogKey(key, at), value: payload }
  }
}

const bytesAsTheyAre = plainValues<Buffer>({ encode: (bytes) => bytes, decode: (bytes) => bytes! })

function* versionedEntries(backend: StoreBackend, historyRetentionMs: number): Generator<StoreEntry> {
  const values = cells('', bytesAsTheyAre)
  const codecs = { ...versionCodec(values), latest: latestCodec(values) as UnitCodec<unknown> }
  const { units, lines, time } = open<Version<Buffer>>(backend, codecs, historyRetentionMs)
  for (const { id, unit } of (units as WriteBack<Latest<Buffer>>).units(allLatest)) {
    yield { key: fromId(latestKey(id)), value: values.value(unit.cell), timestamp: unit.timestamp }
  }
  for (const { key, at, payload } of visibleSlots(lines, time)) {
    if (payload.cell === null) continue
    const validTo = readOrderedLong(at, 0)
    if (time.isVisible(validTo))
      yield { key: fromId(key), value: values.value(payload.cell), timestamp: payload.from, validTo }
  }
}

export interface Difference {
  readonly kind: 'missing' | 'unexpected'
  readonly entry: StoreEntry
}

/** Where a store and the fold of its changelog differ; an entry with another value is missing and unexpected at once. */
export function differences(stored: Iterable<StoreEntry>, folded: readonly StoreEntry[]): readonly Difference[] {
  const expected = new Map(folded.map((entry) => [identity(entry), entry]))
  const unexpected: Difference[] = []
  for (const entry of stored) {
    if (!expected.delete(identity(entry))) unexpected.push({ kind: 'unexpected', entry })
  }
  return [...unexpected, ...[...expected.values()].map((entry): Difference => ({ kind: 'missing', entry }))]
}

const identity = ({ key, value, timestamp, validTo }: StoreEntry) =>
  `${timestamp ?? ''}:${validTo ?? ''}:${key.length}:${toId(key)}${toId(value)}`
