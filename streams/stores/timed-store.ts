import { MillraceError, TerminalError } from '../errors'
import type { Slot } from './bundle'
import { type Cell, type Cells, cells } from './cells'
import type { StoreParts } from './key-value'
import type { ChangelogRecord, ManagedStore, RestoreRecord } from './managed'
import { type StreamTime, streamTime } from './stream-time'
import { timelineUnits } from './timeline-units'
import { type AtRange, type Change, type Line, timelines } from './timelines'

/** How a kind of store writes the time of an entry: in `at`s, ordered, and in the keys of its changelog, as Kafka Streams does. */
export interface TimeSchema {
  readonly atLength: number
  /** The time by which an entry expires. */
  timeOf(at: string): number
  /** Number of a duplicate, 0 where there are none. */
  sequenceOf(at: string): number
  changelogKey(key: string, at: string): Buffer
  /** Undefined for what is no key of such a store. */
  parse(changelogKey: Buffer): { readonly key: string; readonly at: string } | undefined
}

export interface Place {
  /** The time by which the entry expires (ms). */
  readonly time: number
  readonly at: string
}

/** Entries by key and time that expire with the store's own stream time. What window and session stores are made of. */
export interface TimedStore<V> {
  readonly time: StreamTime
  get(key: string, place: Place): V | undefined
  /** null deletes. An entry at an expired time is dropped, though its time counts. */
  put(key: string, place: Place, value: V | null): void
  slots(segment: number, key: string, range: AtRange): Iterable<Slot<Cell<V>>>
  lines(segments: readonly number[], fromKey?: string, toKey?: string): Iterable<Line<Cell<V>>>
  valueOf(slot: Slot<Cell<V>>): V
  managed(view: unknown): ManagedStore
}

export function timedStore<K, V>(parts: StoreParts<K, V>, schema: TimeSchema, retentionMs: number): TimedStore<V> {
  const { declaration, backend, context, format } = parts
  const values = cells(declaration.name, format)
  const payloads = { pack: values.bytes, unpack: values.stored }
  const lines = timelines<Cell<V>>(
    backend,
    timelineUnits(backend, { atLength: schema.atLength, payloads }, parts.cacheBytes),
  )
  const time = streamTime(retentionMs, lines.meta())

  function put(key: string, entryTime: number, slot: Slot<Cell<V>>): void {
    time.observe(entryTime)
    if (time.isVisible(entryTime)) lines.put(time.segmentOf(entryTime), key, slot)
  }

  function restoreOne({ key, value, timestamp }: RestoreRecord): void {
    if (key === null) return
    const parsed = schema.parse(key)
    if (parsed === undefined) throw foreignKey(declaration.name, context.changelogTopic)
    time.observeSequence(schema.sequenceOf(parsed.at))
    const payload = value === null ? null : values.stored(Buffer.from(format.restored(value, timestamp)))
    put(parsed.key, schema.timeOf(parsed.at), { at: parsed.at, payload, changedAt: timestamp, logged: true })
  }

  return {
    time,
    get(key, place) {
      if (!time.isVisible(place.time)) return undefined
      const cell = lines.get(time.segmentOf(place.time), key, place.at)
      return cell === undefined ? undefined : values.value(cell)
    },
    put(key, place, value) {
      if (!Number.isSafeInteger(place.time)) throw notATime(declaration.name, place.time)
      const payload = value === null ? null : values.of(value)
      put(key, place.time, { at: place.at, payload, changedAt: context.currentTimestamp(), logged: false })
    },
    slots: lines.slots,
    lines: lines.lines,
    valueOf: (slot) => values.value(slot.payload!),
    managed: (view) => ({
      name: declaration.name,
      latestCounts: true,
      view,
      get position() {
        return lines.position
      },
      get unwrittenBytes() {
        return lines.unwrittenBytes
      },
      async restore(records, nextOffset) {
        for (const record of records) restoreOne(record)
        lines.drain(time)
        await lines.persist(nextOffset)
      },
      drainChanges() {
        const changes = lines.drain(time)
        return declaration.changelog ? changes.map((change) => changelogRecord(change, schema, values, format)) : []
      },
      acknowledge: lines.acknowledge,
      persist: lines.persist,
      close: lines.close,
    }),
  }
}

function changelogRecord<V>(
  { key, at, payload, changedAt }: Change<Cell<V>>,
  schema: TimeSchema,
  values: Cells<V>,
  format: StoreParts<unknown, V>['format'],
): ChangelogRecord {
  const bytes = payload === null ? null : values.bytes(payload)
  return {
    key: schema.changelogKey(key, at),
    value: bytes === null ? null : format.logged(bytes),
    timestamp: bytes === null ? changedAt : format.loggedAt(bytes, changedAt),
    headers: [],
  }
}

export function notATime(store: string, time: number): TerminalError {
  return new TerminalError('SERIALIZATION_FAILED', `Store '${store}' takes whole milliseconds as times, not ${time}.`, {
    details: { store },
  })
}

function foreignKey(store: string, topic: string): MillraceError {
  return new MillraceError(
    'STATE_INCOMPATIBLE',
    `Changelog ${topic} has a key that store '${store}' cannot have written.`,
    {
      details: { store, topic },
    },
  )
}
