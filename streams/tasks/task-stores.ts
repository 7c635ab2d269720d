import { elapsed } from '../clock'
import { FencedError, MillraceError } from '../errors'
import { changelogTopic } from '../graph/names'
import type { AppendedBatch, OutgoingBatch } from '../log/port'
import { serdeOpener } from '../serdes/opening'
import type { OpenSerde } from '../serdes/serde'
import { DEFAULT_CACHE_BYTES, openStore } from '../stores'
import type { LastPut, ManagedStore } from '../stores/managed'
import type { TaskOptions } from './options'
import { batchedOutput } from './output'

export interface TaskStores {
  readonly ready: Promise<void> | undefined
  /** What processors and queries see. */
  view(name: string): unknown
  /** A key of that store as it is written: its bytes give the order in which keys are walked. */
  keyBytes(name: string, key: unknown): Buffer
  readonly all: ReadonlyMap<string, ManagedStore>
  /** What the record in hand has put last. */
  readonly lastPut: LastPut
  /** Changelog topics by store, for those that have one. */
  readonly changelogs: ReadonlyMap<string, string>
  drain(): readonly OutgoingBatch[]
  /**
   * The changelogs have what was drained. It is written with their positions, now and then: of what changes again and again only the
   * last, and after a crash the changelogs have the rest. Undefined where that is done.
   * @throws FencedError CHANGELOG_FENCED when `exclusive` and somebody else has written to a changelog since: the store no longer is
   *   its fold, and must be restored
   */
  persist(appended: readonly AppendedBatch[], exclusive: boolean): Promise<void> | undefined
  close(): Promise<void>
}

export type TaskStoresOptions = Pick<
  TaskOptions,
  | 'subTopology'
  | 'applicationId'
  | 'partition'
  | 'registry'
  | 'personalKeys'
  | 'backends'
  | 'cacheBytes'
  | 'clock'
  | 'changelogOutput'
>

/** The first commit after that writes the store: so much of its changelog is read again after a crash. */
const WRITE_EVERY_MS = 5_000
/** Or as soon as its changes fill so much of its cache. */
const UNWRITTEN_PART = 1 / 4

/** The stores of one task. A changelog record goes to the partition of its task, never to one chosen by its key (DESIGN invariant 3). */
export function taskStores(options: TaskStoresOptions, currentTimestamp: () => number): TaskStores {
  const {
    subTopology,
    applicationId,
    partition,
    registry,
    personalKeys,
    clock,
    cacheBytes = DEFAULT_CACHE_BYTES,
    changelogOutput = batchedOutput(),
  } = options
  const lastPut: LastPut = { value: undefined, encoding: undefined, slot: undefined }
  const waiting: Promise<void>[] = []
  const stores = new Map<string, ManagedStore>()
  const changelogs = new Map<string, string>()
  const keyCoders = new Map<string, Pick<OpenSerde<unknown>, 'encode'>>()

  for (const declaration of subTopology.stores) {
    const topic = changelogTopic(applicationId, declaration.name)
    const serdes = serdeOpener({ topic, registry, personalKeys })
    const backend = options.backends.get(declaration.name)
    if (backend === undefined) throw new MillraceError('STORE_UNKNOWN', `store ${declaration.name} was not opened`)
    stores.set(
      declaration.name,
      openStore(
        declaration,
        backend,
        {
          currentTimestamp,
          lastPut,
          changelogTopic: topic,
          openKey: (serde) => {
            const opened = serdes.key(serde)
            keyCoders.set(declaration.name, opened as Pick<OpenSerde<unknown>, 'encode'>)
            return opened
          },
          openValue: serdes.value,
        },
        { cacheBytes },
      ),
    )
    const ready = serdes.whenReady()
    if (ready !== undefined) waiting.push(ready)
    if (declaration.changelog) changelogs.set(declaration.name, topic)
  }
  const nameOf = new Map([...changelogs].map(([name, topic]) => [topic, name]))

  const writtenAt = new Map<string, number>()
  /** What no changelog has is written with every commit. */
  function isDue(name: string, store: ManagedStore): boolean {
    const now = elapsed(clock)
    const before = writtenAt.get(name)
    const waits =
      before !== undefined && now - before < WRITE_EVERY_MS && store.unwrittenBytes < cacheBytes * UNWRITTEN_PART
    if (waits && changelogs.has(name)) return false
    writtenAt.set(name, now)
    return true
  }

  return {
    ready: waiting.length === 0 ? undefined : Promise.all(waiting).then(() => undefined),
    view: (name) => {
      const store = stores.get(name)
      if (store === undefined) throw new MillraceError('STORE_UNKNOWN', `store ${name} is not part of this task`)
      return store.view
    },
    keyBytes: (name, key) => keyCoders.get(name)!.encode(key) ?? Buffer.alloc(0),
    all: stores,
    lastPut,
    changelogs,
    drain: () => {
      for (const [name, store] of stores) {
        const changes = store.drainChanges()
        const topic = changelogs.get(name)
        if (topic !== undefined) for (const change of changes) changelogOutput.append(topic, partition, change)
      }
      return changelogOutput.drain()
    },
    persist: (appended, exclusive) => {
      if (exclusive) for (const batch of appended) refuseGap(batch, stores.get(nameOf.get(batch.topic)!)!)
      const writing: Promise<void>[] = []
      for (const [name, store] of stores) {
        const changelog = changelogs.get(name)
        const position = appended.find(({ topic }) => topic === changelog)?.nextOffset
        if (!isDue(name, store)) {
          store.acknowledge(position)
          continue
        }
        const written = store.persist(position)
        if (written !== undefined) writing.push(written)
      }
      return writing.length === 0 ? undefined : Promise.all(writing).then(() => undefined)
    },
    close: async () => {
      await Promise.all([...stores.values()].map((store) => store.close()))
    },
  }
}

/** A former owner that has not heard of its end may still write: then our batch does not follow on what we know. */
function refuseGap({ topic, partition, baseOffset }: AppendedBatch, { name, position }: ManagedStore): void {
  if (position === undefined || position === baseOffset) return
  throw new FencedError(
    'CHANGELOG_FENCED',
    `store ${name} stood at offset ${position} of ${topic}-${partition}, but its changes were appended at ${baseOffset}: another owner has written in between`,
    { details: { store: name, topic, partition, position, baseOffset } },
  )
}
