import {
  type Fingerprint,
  fingerprint,
  type GlobalFingerprint,
  type RepartitionFingerprint,
  type StoreFingerprint,
} from './fingerprint'
import type { Topology } from './topology'

/** One difference between what a topology left behind and what another expects to find. */
export interface TopologyChange {
  /** `store counts`, `repartition topic by-customer`, `application` */
  readonly subject: string
  /** What has changed and what would come of it. */
  readonly message: string
  /**
   * `incompatible`: a start must be refused, since state or records would be orphaned, or read as what they are not.
   * `rebuild`: local copies are of no use and have to be rebuilt from their changelogs. `compatible`: nothing to be done.
   */
  readonly kind: 'incompatible' | 'rebuild' | 'compatible'
  /** The sub-topologies whose local copies have to be rebuilt; `global` stands for the global tables. */
  readonly rebuilds: readonly (number | 'global')[]
}

/**
 * What changes between two topologies, or their fingerprints, that concerns what outlives a process. Partition counts are
 * compared where both are known.
 * @example
 * const broken = diffTopologies(before, after).filter(({ kind }) => kind === 'incompatible')
 */
export function diffTopologies(
  before: Topology | Fingerprint,
  after: Topology | Fingerprint,
): readonly TopologyChange[] {
  const [from, to] = [asFingerprint(before), asFingerprint(after)]
  if (from.applicationId !== to.applicationId) {
    return [
      broken(
        'application',
        `the application id was ${from.applicationId} and is ${to.applicationId}: it names the consumer group, the internal topics and the state directory, so all that ${from.applicationId} has kept would be left behind`,
      ),
    ]
  }
  return [
    ...paired(from.stores, to.stores).flatMap(([old, now]) => storeChanges(old, now)),
    ...paired(from.repartitions, to.repartitions).flatMap(([old, now]) => repartitionChanges(old, now)),
    ...paired(from.globals, to.globals).flatMap(([old, now]) => globalChanges(old, now)),
  ]
}

/** One change a line. */
export function changesText(changes: readonly TopologyChange[]): string {
  return changes.map(({ subject, message, kind }) => `${kind}: ${subject}: ${message}`).join('\n')
}

function asFingerprint(of: Topology | Fingerprint): Fingerprint {
  return 'format' in of ? of : fingerprint(of)
}

function storeChanges(old: StoreFingerprint | undefined, now: StoreFingerprint | undefined): readonly TopologyChange[] {
  if (old === undefined) return [fine(`store ${now!.name}`, 'is new; it begins empty, whatever was read before')]
  const subject = `store ${old.name}`
  if (now === undefined) {
    const left = old.changelog === null ? 'its local copies' : `its changelog ${old.changelog} and its local copies`
    return [broken(subject, `is gone; ${left} would be orphaned`)]
  }
  const was = changed(subject, old, now)
  return [
    ...was('kind', 'what it holds is laid out differently'),
    ...was('key', 'the keys it holds could not be read, or not be found'),
    ...was('value', 'the values it holds could not be read'),
    ...was('windowSizeMs', 'the windows it holds would be taken for others'),
    ...was('retainDuplicates', 'what it holds is laid out differently'),
    ...was('partitions', 'keys would be looked for in partitions where they are not'),
    ...retentionChange(subject, old, now),
    ...changelogChange(subject, old, now),
    ...placeChange(subject, old, now),
  ]
}

/** A store cuts its local copy into segments of time by the retention. */
function retentionChange(subject: string, old: StoreFingerprint, now: StoreFingerprint): readonly TopologyChange[] {
  if (old.retentionMs === now.retentionMs) return []
  return relaid(subject, `retentionMs was ${old.retentionMs} and is ${now.retentionMs}`, [old, now])
}

function changelogChange(subject: string, old: StoreFingerprint, now: StoreFingerprint): readonly TopologyChange[] {
  if ((old.changelog === null) === (now.changelog === null)) return []
  return now.changelog === null
    ? [broken(subject, `has a changelog no more; ${old.changelog} would fall behind the store and be orphaned`)]
    : [
        broken(
          subject,
          `has a changelog now; what the store holds already is not in it and would be lost with its directory`,
        ),
      ]
}

function placeChange(subject: string, old: StoreFingerprint, now: StoreFingerprint): readonly TopologyChange[] {
  const moved = `moves from sub-topology ${old.subTopology} to ${now.subTopology}, and so to other directories`
  const elsewhere = `was ${old.backend} and is ${now.backend}`
  return [
    ...(old.subTopology === now.subTopology ? [] : relaid(subject, moved, [old, now])),
    ...(old.backend === now.backend ? [] : relaid(subject, elsewhere, [old, now])),
  ]
}

/** The local copy is of no use, which is no loss where there is a changelog. */
function relaid(
  subject: string,
  message: string,
  stores: readonly [StoreFingerprint, StoreFingerprint],
): readonly TopologyChange[] {
  if (stores.some(({ changelog }) => changelog === null)) {
    return [broken(subject, `${message}; it has no changelog, so what it holds would be lost`)]
  }
  const rebuilds = [...new Set(stores.map(({ subTopology }) => subTopology))]
  return [{ subject, message: `${message}; it is rebuilt from its changelog`, kind: 'rebuild', rebuilds }]
}

function repartitionChanges(
  old: RepartitionFingerprint | undefined,
  now: RepartitionFingerprint | undefined,
): readonly TopologyChange[] {
  if (old === undefined) return [fine(`repartition topic ${now!.topic}`, 'is new')]
  const subject = `repartition topic ${old.topic}`
  if (now === undefined) return [broken(subject, 'is read no more; records on their way in it would be lost')]
  const was = changed(subject, old, now)
  return [
    ...was('key', 'records on their way in it could not be read'),
    ...was('value', 'records on their way in it could not be read'),
    ...was('partitions', 'records would go to other partitions than those that came before'),
  ]
}

/** What a global table keeps is a copy of its topic, so nothing is ever lost. */
function globalChanges(
  old: GlobalFingerprint | undefined,
  now: GlobalFingerprint | undefined,
): readonly TopologyChange[] {
  if (old === undefined) return [fine(`global table ${now!.name}`, 'is new')]
  const subject = `global table ${old.name}`
  if (now === undefined) return [fine(subject, 'is gone, or kept on disk no more; its local copies are left behind')]
  return (['topic', 'key', 'value'] as const).flatMap((field): readonly TopologyChange[] => {
    if (old[field] === now[field]) return []
    const message = `${field} was ${old[field]} and is ${now[field]}; it is read anew from its topic`
    return [{ subject, message, kind: 'rebuild', rebuilds: ['global'] }]
  })
}

/** A field that must stay; null on either side where it is a count means that it is not known. */
function changed<T extends object>(subject: string, old: T, now: T) {
  return <F extends keyof T & string>(field: F, consequence: string): readonly TopologyChange[] => {
    const unknown = field === 'partitions' && (old[field] === null || now[field] === null)
    if (unknown || old[field] === now[field]) return []
    return [broken(subject, `${field} was ${String(old[field])} and is ${String(now[field])}; ${consequence}`)]
  }
}

function paired<T extends { readonly name: string }>(
  old: readonly T[],
  now: readonly T[],
): readonly (readonly [T | undefined, T | undefined])[] {
  const names = [...new Set([...old, ...now].map(({ name }) => name))].sort()
  const named = (all: readonly T[], name: string) => all.find((one) => one.name === name)
  return names.map((name) => [named(old, name), named(now, name)] as const)
}

function broken(subject: string, message: string): TopologyChange {
  return { subject, message, kind: 'incompatible', rebuilds: [] }
}

function fine(subject: string, message: string): TopologyChange {
  return { subject, message, kind: 'compatible', rebuilds: [] }
}
