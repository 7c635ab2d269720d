import { createHash } from 'node:crypto'
import type { AnySerde, AnyStoreDeclaration } from '../stores/declaration'
import { changelogTopic, repartitionTopic } from './names'
import { planPartitions } from './partitions'
import type { SpecOf } from './specs'
import type { GlobalTableSource } from './specs/global-table'
import type { Topology } from './topology'

/**
 * The part of a topology that outlives the process: what lies in state directories, changelogs and repartition topics,
 * and how it is to be read. Steps, functions and derived names are no part of it.
 */
export interface Fingerprint {
  /** Of this format. */
  readonly format: 1
  readonly applicationId: string
  /** By name. */
  readonly stores: readonly StoreFingerprint[]
  /** By name. */
  readonly repartitions: readonly RepartitionFingerprint[]
  /** The global tables that are kept on disk, by name. */
  readonly globals: readonly GlobalFingerprint[]
}

export interface StoreFingerprint {
  readonly name: string
  readonly kind: AnyStoreDeclaration['kind']
  /** Names of serdes: two of one name write the same bytes. */
  readonly key: string
  readonly value: string
  /** ms; null where the kind has none. */
  readonly windowSizeMs: number | null
  readonly retentionMs: number | null
  readonly retainDuplicates: boolean
  readonly backend: AnyStoreDeclaration['backend']
  /** The topic; null where nothing is written to one. */
  readonly changelog: string | null
  /** The sub-topology whose tasks own it: part of its directory's name. */
  readonly subTopology: number
  /** Of its tasks and its changelog; null where it is not known yet. */
  readonly partitions: number | null
}

export interface RepartitionFingerprint {
  readonly name: string
  readonly topic: string
  readonly key: string
  readonly value: string
  readonly partitions: number | null
}

/** Its topic is the source of what a global table keeps. */
export interface GlobalFingerprint {
  readonly name: string
  readonly topic: string
  readonly key: string
  readonly value: string
}

export interface FingerprintOptions {
  /** Default: the topology's name. */
  readonly applicationId?: string
  /** Partitions of a source topic, where they are known. Default: those it declares. */
  readonly partitionsOf?: (topic: string) => number | undefined
}

/** @throws MillraceError TOPOLOGY_INVALID when partition counts cannot be settled */
export function fingerprint(topology: Topology, options: FingerprintOptions = {}): Fingerprint {
  const { applicationId = topology.name } = options
  const plan = planPartitions(topology, applicationId, knownPartitions(topology, options))
  const repartitionCounts = new Map(plan.repartitions.map(({ name, partitions }) => [name, known(partitions)]))
  const stores = topology.subTopologies.flatMap((sub) =>
    sub.stores
      .filter(outlives)
      .map((store) => storeFingerprint(store, applicationId, sub.id, known(plan.tasksOf.get(sub.id)!))),
  )
  const repartitions = topology.subTopologies.flatMap((sub) =>
    sub.repartitionSources.map(({ spec }) => repartitionFingerprint(spec, applicationId, repartitionCounts)),
  )
  const globals = topology.globalTables.filter(({ store }) => store.backend === 'persistent').map(globalFingerprint)
  return {
    format: 1,
    applicationId,
    stores: stores.sort(byName),
    repartitions: repartitions.sort(byName),
    globals: globals.sort(byName),
  }
}

/** The same text for the same durable part, fit for a file under version control. */
export function fingerprintText(of: Fingerprint): string {
  return `${JSON.stringify(of, null, 2)}\n`
}

/** sha256 of the text, in hex. */
export function fingerprintHash(of: Fingerprint): string {
  return createHash('sha256').update(fingerprintText(of)).digest('hex')
}

/** Not a number stands for a count that is not known, and makes every count that depends on it unknown. */
function knownPartitions(topology: Topology, { partitionsOf }: FingerprintOptions): (topic: string) => number {
  const declared = new Map(
    topology.subTopologies.flatMap((sub) => sub.sources.map(({ topic }) => [topic.name, topic.partitions] as const)),
  )
  return (topic) => partitionsOf?.(topic) ?? declared.get(topic) ?? Number.NaN
}

function known(count: number | undefined): number | null {
  return count === undefined || Number.isNaN(count) ? null : count
}

/** What is neither on disk nor in the log is gone with the process and binds nobody. */
function outlives(store: AnyStoreDeclaration): boolean {
  return store.changelog || store.backend === 'persistent'
}

function storeFingerprint(
  store: AnyStoreDeclaration,
  applicationId: string,
  subTopology: number,
  partitions: number | null,
): StoreFingerprint {
  return {
    name: store.name,
    kind: store.kind,
    key: bytesName(store.key),
    value: bytesName(store.value),
    windowSizeMs: 'windowSizeMs' in store ? store.windowSizeMs : null,
    retentionMs:
      'retentionMs' in store ? store.retentionMs : 'historyRetentionMs' in store ? store.historyRetentionMs : null,
    retainDuplicates: 'retainDuplicates' in store && store.retainDuplicates,
    backend: store.backend,
    changelog: store.changelog ? changelogTopic(applicationId, store.name) : null,
    subTopology,
    partitions,
  }
}

function repartitionFingerprint(
  { repartition, key, value }: SpecOf<'repartition'>,
  applicationId: string,
  counts: ReadonlyMap<string, number | null>,
): RepartitionFingerprint {
  const topic = repartitionTopic(applicationId, repartition)
  return {
    name: repartition,
    topic,
    key: bytesName(key),
    value: bytesName(value),
    partitions: counts.get(topic) ?? null,
  }
}

function globalFingerprint({ topic, store }: GlobalTableSource): GlobalFingerprint {
  return { name: store.name, topic: topic.name, key: bytesName(store.key), value: bytesName(store.value) }
}

/** `nullable` writes what is not null as the serde within it does, so it changes nothing that is there. */
function bytesName({ name }: AnySerde): string {
  return /^nullable\((.*)\)$/.exec(name)?.[1] ?? name
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1
}
