import { MillraceError } from '../../errors'
import { changelogTopic } from '../../graph/names'
import type { Topology } from '../../graph/topology'
import type { SchemaRegistry } from '../../registry/port'
import { serdeOpener } from '../../serdes/opening'
import { openStore } from '../../stores'
import type { StateDirectory } from '../../stores/backend'
import type { AnySerde, AnyStoreDeclaration } from '../../stores/declaration'
import type { ManagedStore } from '../../stores/managed'
import type { ReadOnlyKeyValueStore, ReadOnlyWindowStore, SessionStore, VersionedStore } from '../../stores/store'

export interface ReadStateOptions {
  readonly topology: Topology
  readonly state: StateDirectory
  /** Default: the topology's name. */
  readonly applicationId?: string
  /** For serdes that need one. */
  readonly registry?: SchemaRegistry
}

/** What a store holds of a key: one value, or one for each window or session. */
export interface StoredValue {
  readonly task: string
  /** Of windows and sessions, ms. */
  readonly window?: { readonly start: number; readonly end: number }
  readonly value: unknown
}

/**
 * Reads a key of a store from a state directory that no worker has in use; looks in every task that is there, since
 * which partition a key belongs to is the producers' business.
 * @throws MillraceError STORE_UNKNOWN, STATE_LOCKED, STATE_CORRUPT; TerminalError DESERIALIZATION_FAILED
 */
export async function readState(
  { topology, state, applicationId = topology.name, registry }: ReadStateOptions,
  store: string,
  key: unknown,
): Promise<readonly StoredValue[]> {
  const { declaration, subTopology } = findStore(topology, store)
  const found: StoredValue[] = []
  for (const task of await state.tasks()) {
    if (!task.startsWith(`${subTopology}_`)) continue
    const opened = await open(declaration, { state, task, applicationId, registry })
    try {
      for (const one of valuesOf(declaration, opened.view, key)) found.push({ task, ...one })
    } finally {
      await opened.close()
    }
  }
  return found
}

function findStore(topology: Topology, name: string) {
  for (const { id, stores } of topology.subTopologies) {
    const declaration = stores.find((one) => one.name === name)
    if (declaration !== undefined) return { declaration, subTopology: id }
  }
  const known = topology.subTopologies.flatMap(({ stores }) => stores.map((one) => one.name))
  throw new MillraceError(
    'STORE_UNKNOWN',
    `${topology.name} has no store ${name}; it has ${known.sort().join(', ') || 'none'}`,
    { details: { store: name } },
  )
}

interface Place {
  readonly state: StateDirectory
  readonly task: string
  readonly applicationId: string
  readonly registry: SchemaRegistry | undefined
}

async function open(declaration: AnyStoreDeclaration, { state, task, applicationId, registry }: Place) {
  const topic = changelogTopic(applicationId, declaration.name)
  const serdes = serdeOpener({ topic, registry })
  const backend = await state.open(task, declaration.name)
  try {
    const context = {
      currentTimestamp: () => 0,
      changelogTopic: topic,
      openKey: serdes.key,
      openValue: serdes.value,
    }
    const store: ManagedStore = openStore(declaration, backend, context)
    await serdes.whenReady()
    return store
  } catch (error) {
    await backend.close()
    throw error
  }
}

function* valuesOf(
  declaration: AnyStoreDeclaration,
  view: unknown,
  key: unknown,
): Generator<Omit<StoredValue, 'task'>> {
  switch (declaration.kind) {
    case 'key-value':
    case 'timestamped-key-value':
      return yield* present((view as ReadOnlyKeyValueStore<unknown, unknown>).get(key))
    case 'versioned':
      return yield* present((view as VersionedStore<unknown, unknown>).get(key))
    case 'window':
    case 'timestamped-window': {
      const windows = view as ReadOnlyWindowStore<unknown, unknown>
      for (const { key: of, value } of windows.fetchRange(key, 0, Number.MAX_SAFE_INTEGER))
        yield { window: of.window, value }
      return
    }
    case 'session':
      for (const { key: of, value } of (view as SessionStore<unknown, unknown>).fetch(key))
        yield { window: of.window, value }
  }
}

function* present(value: unknown): Generator<Omit<StoredValue, 'task'>> {
  if (value !== undefined) yield { value }
}

/** A key as a person types it: text where the serde writes text, JSON otherwise. @throws MillraceError CONFIG_INVALID */
export function typedKey(topology: Topology, store: string, text: string): unknown {
  const serde: AnySerde = findStore(topology, store).declaration.key
  if (serde.name === 'string') return text
  try {
    return JSON.parse(text) as unknown
  } catch (cause) {
    throw new MillraceError(
      'CONFIG_INVALID',
      `the keys of store ${store} are ${serde.name}: give the key as JSON, not ${JSON.stringify(text)}`,
      { cause },
    )
  }
}
