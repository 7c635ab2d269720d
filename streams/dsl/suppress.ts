import { MillraceError } from '../errors'
import { type Node, node } from '../graph/node'
import type { SuppressSpec } from '../graph/specs/suppress'
import { buffered, bufferPlace } from '../serdes/buffered'
import type { Serde } from '../serdes/serde'
import { keyValueStore } from '../stores/declaration'
import { type Duration, durationMs } from './duration'
import { erase, type SinkSerde } from './erase'
import type { KnownSerdes } from './stream'

/** Where a suppression keeps what it holds back. It is in memory, and in a changelog unless that is turned off. */
export interface SuppressBuffer<K, V> {
  /** Durable. */
  readonly name: string
  /** Where the table still has the serdes of its store or topic, they are the default. */
  readonly key?: SinkSerde<K>
  readonly value?: SinkSerde<V>
  /** Default true. */
  readonly changelog?: boolean
  readonly changelogConfig?: Readonly<Record<string, string>>
}

export interface UntilWindowCloses {
  readonly until: 'window-end'
  readonly maxRecords: number
}

export interface UntilTimeLimit {
  readonly until: 'record'
  readonly waitMs: number
  readonly maxRecords: number
  readonly whenFull: 'emit' | 'fail'
}

/**
 * Only the final result of each window comes out, when the window has closed (Kafka Streams: `Suppressed.untilWindowCloses`).
 * With `maxRecords` the task stops when more windows than that are held back.
 */
export function untilWindowCloses(options: { readonly maxRecords?: number } = {}): UntilWindowCloses {
  return Object.freeze({ until: 'window-end', maxRecords: limit(options.maxRecords) })
}

/**
 * Updates of a key are held back until stream time has moved on by this much since the first of them (Kafka Streams:
 * `Suppressed.untilTimeLimit`). With more than `maxRecords` keys held back the oldest comes out early, or with
 * `whenFull: 'fail'` the task stops.
 * @throws MillraceError TOPOLOGY_INVALID
 */
export function untilTimeLimit(
  wait: Duration,
  options: { readonly maxRecords?: number; readonly whenFull?: 'emit' | 'fail' } = {},
): UntilTimeLimit {
  return Object.freeze({
    until: 'record',
    waitMs: durationMs(wait, 'the time limit of a suppression'),
    maxRecords: limit(options.maxRecords),
    whenFull: options.whenFull ?? 'emit',
  })
}

function limit(maxRecords = Number.POSITIVE_INFINITY): number {
  if (maxRecords >= 1) return maxRecords
  throw new MillraceError('TOPOLOGY_INVALID', `a suppression holds back at least 1 record, not ${maxRecords}`)
}

/** @internal @throws MillraceError TOPOLOGY_INVALID: a serde is not known, or the table has no windows to wait for */
export function suppressNode<K, V>(
  table: { readonly node: Node; readonly lineage: { readonly serdes: KnownSerdes<K, V> } },
  until: UntilWindowCloses | UntilTimeLimit,
  buffer: SuppressBuffer<never, V>,
): Node {
  const { name, changelog, changelogConfig } = buffer
  const key = buffer.key ?? table.lineage.serdes.key
  const value = buffer.value ?? table.lineage.serdes.value
  if (key === undefined || value === undefined) throw missingSerdes(name, { key, value })
  const store: SuppressSpec['buffer'] = keyValueStore(name, {
    key: bufferPlace(erase<Serde<unknown>>(key)),
    value: buffered(erase<Serde<unknown>>(value)),
    backend: 'memory',
    changelog,
    changelogConfig,
  })
  const times =
    until.until === 'record' ? until : { ...until, waitMs: graceMsOf(table.node), whenFull: 'fail' as const }
  return node({ type: 'suppress', ...times, buffer: store, stores: [store] }, [table.node])
}

/** How long after its end a window of this table may still change: that of the aggregation it comes from. */
function graceMsOf(from: Node): number {
  const { spec, parents } = from
  switch (spec.type) {
    case 'hopping-aggregate':
    case 'sliding-aggregate':
      return spec.windows.graceMs
    case 'session-aggregate':
      return spec.windows.gapMs + spec.windows.graceMs
    default:
      if (parents.length === 0) throw noWindows()
      return Math.max(...parents.map(graceMsOf))
  }
}

function noWindows(): MillraceError {
  return new MillraceError(
    'TOPOLOGY_INVALID',
    'untilWindowCloses is for tables of a windowed aggregation; this one is not',
  )
}

function missingSerdes(name: string, serdes: Readonly<Record<string, unknown>>): MillraceError {
  const missing = Object.keys(serdes).filter((part) => serdes[part] === undefined)
  return new MillraceError(
    'TOPOLOGY_INVALID',
    `what is held back is kept in a changelog: write suppress(…, { name: '${name}', key, value }); ${missing.join(', ')} is missing`,
    { details: { missing } },
  )
}
