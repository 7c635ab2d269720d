import type { OpenSerde, Serde } from '../../../serdes/serde'
import {
  type AnyStoreDeclaration,
  differences,
  foldChangelog,
  type ManagedStore,
  openStore,
  type RestoreRecord,
  type StateDirectory,
  type StoreBackend,
  type StoreOf,
  storedEntries,
} from '../../../stores'

/** A place for state that can be closed and opened again. */
export interface DirectorySubject {
  open(): Promise<StateDirectory>
  /** Removes what was kept. */
  remove(): Promise<void>
}

function serde<T>(name: string, open: OpenSerde<T>): Serde<T> {
  return Object.freeze({ name, nullable: false, open: () => open })
}

export const text: Serde<string> = serde('string', {
  encode: (value: string) => Buffer.from(value),
  decode: (bytes: Buffer | null) => bytes!.toString(),
})

/** Counts what it decodes, so that a test can tell what came from the cache. */
export function countingJson<T>(): Serde<T> & { readonly decoded: () => number } {
  let decoded = 0
  const open: OpenSerde<T> = {
    encode: (value: T) => Buffer.from(JSON.stringify(value)),
    decode: (bytes: Buffer | null) => {
      decoded++
      return JSON.parse(bytes!.toString())
    },
  }
  return Object.freeze({ ...serde('json', open), decoded: () => decoded })
}

export interface OpenedStore<S> {
  readonly view: S
  readonly managed: ManagedStore
  /** What the store has written to its changelog, from offset 0. */
  readonly changelog: readonly RestoreRecord[]
  /** The timestamp of the record in hand. */
  at(timestamp: number): void
  /** The first half of a commit: changes go to the changelog. */
  drain(): void
  /** The changelog has it: it may be written later, with more. */
  acknowledge(): void
  /** The second half: the local batch. */
  persist(): Promise<void> | undefined
  commit(): Promise<void>
  /** Closes the store as it is and opens it again: what was not acknowledged is gone. */
  reopen(): Promise<void>
  /** Opens a new store and restores it from the changelog, `chunk` records at a time. */
  restoreAnew(chunk: number): Promise<void>
  /** Number of entries in the back end, whatever they are. */
  stored(): number
  /** Where the store's bytes differ from the fold of its changelog. Nothing may wait for a commit. */
  differences(): unknown
}

export interface Harness {
  open<D extends AnyStoreDeclaration>(
    declaration: D,
    options?: { readonly cacheBytes?: number },
  ): Promise<OpenedStore<StoreOf<D>>>
  close(): Promise<void>
}

/** As a restore gives them to a store of which that is enough. */
function lastOfEach(records: readonly RestoreRecord[]): RestoreRecord[] {
  return [...new Map(records.map((record) => [record.key?.toString('hex'), record])).values()]
}

/** Every store it opens is a new one, under a task of its own. */
export function harness(subject: DirectorySubject, directory: StateDirectory): Harness {
  let tasks = 0
  const open = new Set<StoreBackend>()

  async function openBackend(taskId: string, name: string): Promise<StoreBackend> {
    const backend = await directory.open(taskId, name)
    open.add(backend)
    return backend
  }

  return {
    async open(declaration, options = {}) {
      let taskId = `0_${tasks++}`
      let backend = await openBackend(taskId, declaration.name)
      let timestamp = 0
      const changelog: RestoreRecord[] = []
      let drainedEnd = 0
      const openManaged = () =>
        openStore(
          declaration,
          backend,
          {
            currentTimestamp: () => timestamp,
            changelogTopic: 'changelog',
            openKey: (serde) => serde.open({ topic: 'changelog', role: 'key' }),
            openValue: (serde) => serde.open({ topic: 'changelog', role: 'value' }),
          },
          options,
        )
      let managed = openManaged()

      const close = async () => {
        await managed.close()
        open.delete(backend)
      }
      const drain = () => {
        changelog.push(...managed.drainChanges())
        drainedEnd = changelog.length
      }
      const persist = () => managed.persist(drainedEnd)

      return {
        get view() {
          return managed.view as never
        },
        get managed() {
          return managed
        },
        changelog,
        at: (ms) => {
          timestamp = ms
        },
        drain,
        acknowledge: () => managed.acknowledge(drainedEnd),
        persist,
        async commit() {
          drain()
          await persist()
        },
        async reopen() {
          await close()
          // What was drained but never acknowledged is lost here, as it is when the transaction that held it was aborted.
          changelog.length = backend.position() ?? 0
          drainedEnd = changelog.length
          backend = await openBackend(taskId, declaration.name)
          managed = openManaged()
        },
        async restoreAnew(chunk) {
          await close()
          taskId = `0_${tasks++}`
          backend = await openBackend(taskId, declaration.name)
          managed = openManaged()
          for (let offset = 0; offset < changelog.length; offset += chunk) {
            const end = Math.min(changelog.length, offset + chunk)
            const records = changelog.slice(offset, end)
            await managed.restore(managed.latestCounts ? lastOfEach(records).reverse() : records, end)
          }
        },
        stored: () => [...backend.entries({})].length,
        differences: () => differences(storedEntries(declaration, backend), foldChangelog(declaration, changelog)),
      }
    },
    async close() {
      for (const backend of open) await backend.close()
      await directory.close()
      await subject.remove()
    },
  }
}
