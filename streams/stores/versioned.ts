import { fromId, toId } from './bytes'
import { type Cell, type Cells, cells } from './cells'
import type { VersionedStoreDeclaration } from './declaration'
import { type KeyIds, openKeyIds } from './key-ids'
import type { StoreParts } from './key-value'
import type { ChangelogRecord, ManagedStore, RestoreRecord } from './managed'
import type { VersionedRecord, VersionedStore, VersionedWrite } from './store'
import { streamTime } from './stream-time'
import { notATime } from './timed-store'
import { latestKey } from './timeline-ids'
import { timelineUnits } from './timeline-units'
import { timelines } from './timelines'
import { type Latest, latestCodec, type Version, type VersionLines, versionCodec, versionLines } from './version-lines'
import type { UnitCodec, WriteBack } from './write-back'

interface LoggedVersion<V> {
  readonly key: string
  readonly cell: Cell<V> | null
  readonly timestamp: number
}

/**
 * Versioned key-value stores (KIP-889). The changelog has one record per accepted write, in order: the key, the value (null for a
 * deletion), and as its timestamp the time from which the version holds.
 */
export function openVersioned<K, V>(
  parts: StoreParts<K, V> & { readonly declaration: VersionedStoreDeclaration<K, V> },
): ManagedStore {
  const { declaration, backend, context, format } = parts
  const values = cells(declaration.name, format)
  const latest = latestCodec(values) as UnitCodec<unknown>
  const units = timelineUnits(backend, { ...versionCodec(values), latest }, parts.cacheBytes)
  const history = timelines<Version<V>>(backend, units)
  const time = streamTime(declaration.historyRetentionMs, history.meta())
  const lines = versionLines(units as WriteBack<Latest<V>>, history, time)
  let changes: LoggedVersion<V>[] = []

  function restoreOne({ key, value, timestamp }: RestoreRecord): void {
    if (key !== null) lines.put(toId(key), value === null ? null : values.stored(Buffer.from(value)), timestamp)
  }
  function put(key: string, value: V | null, timestamp: number): VersionedWrite {
    if (!Number.isSafeInteger(timestamp)) throw notATime(declaration.name, timestamp)
    const cell = value === null ? null : values.of(value)
    const written = lines.put(key, cell, timestamp)
    if (written !== 'refused') changes.push({ key, cell, timestamp })
    return written
  }

  return {
    name: declaration.name,
    view: versionedView(openKeyIds(declaration.name, declaration.key, context), lines, values, put),
    get position() {
      return history.position
    },
    get unwrittenBytes() {
      return history.unwrittenBytes
    },
    async restore(records, nextOffset) {
      for (const record of records) restoreOne(record)
      history.drain(time)
      await history.persist(nextOffset)
    },
    drainChanges() {
      const records = changes.map((change) => changelogRecord(change, values))
      history.drain(time)
      changes = []
      return declaration.changelog ? records : []
    },
    acknowledge: history.acknowledge,
    persist: history.persist,
    close: history.close,
  }
}

function changelogRecord<V>({ key, cell, timestamp }: LoggedVersion<V>, values: Cells<V>): ChangelogRecord {
  return { key: fromId(key), value: cell === null ? null : values.bytes(cell), timestamp, headers: [] }
}

function versionedView<K, V>(
  keys: KeyIds<K>,
  lines: VersionLines<V>,
  values: Cells<V>,
  put: (key: string, value: V | null, timestamp: number) => VersionedWrite,
): VersionedStore<K, V> {
  const record = (version: Latest<V> | undefined): VersionedRecord<V> | undefined =>
    version && { value: values.value(version.cell), timestamp: version.timestamp }

  function* all(latest: ReturnType<typeof lines.all>) {
    for (const { id, unit } of latest) yield { key: keys.key(latestKey(id)), value: record(unit)! }
  }

  return {
    put: (key, value, timestamp) => put(keys.id(key), value, timestamp),
    delete(key, timestamp) {
      const id = keys.id(key)
      const deleted = record(lines.get(id, timestamp))
      put(id, null, timestamp)
      return deleted
    },
    get: (key, asOf) => record(lines.get(keys.id(key), asOf)),
    all: () => all(lines.all()),
  }
}
