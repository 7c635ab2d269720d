/** Which partitions a store has, and in which of them a key is. */
import { MillraceError } from '../../errors'
import { changelogTopic, repartitionTopic } from '../../graph/names'
import type { SubTopology } from '../../graph/subtopologies'
import type { Topology } from '../../graph/topology'
import { partitionFor } from '../../log/partitioner'
import type { SchemaRegistry } from '../../registry/port'
import type { OpenSerde, Serde } from '../../serdes/serde'
import type { AnyStoreDeclaration } from '../../stores/declaration'
import { type CodecOptions, keySerdeOf, openCodec, type StoreCodec } from './codec'
import { queryInvalid, storeUnknown } from './errors'

/** A store of the topology and how it is spread. */
export interface PlacedStore {
  readonly declaration: AnyStoreDeclaration
  /** Undefined for a global table: every instance has all of it. */
  readonly subTopology: SubTopology | undefined
  /** The topic its contents are restored from. */
  readonly topic: string
  readonly partitions: number
  /** The topics its task reads: positions in them may be demanded. */
  readonly inputs: readonly string[]
  /** @throws OutageError REGISTRY_UNAVAILABLE */
  codec(): Promise<StoreCodec>
  /**
   * The partition of a key, by the bytes a producer gives it in the input with the most partitions (cf.
   * KafkaStreams#queryMetadataForKey). Undefined where the input's keys are written otherwise than the store's: then the
   * key may be in any partition.
   */
  partitionOf(key: unknown): Promise<number | undefined>
}

export interface PlacingOptions {
  readonly topology: Topology
  readonly applicationId: string
  readonly registry?: SchemaRegistry
  partitionsOf(topic: string): number
}

export interface Placing {
  /** Every store, global tables too, by name. */
  readonly stores: readonly AnyStoreDeclaration[]
  /** @throws MillraceError STORE_UNKNOWN, naming those there are */
  find(store: string): PlacedStore
}

export function placing(options: PlacingOptions): Placing {
  const { topology } = options
  const placed = new Map<string, PlacedStore>()
  const globals = topology.globalTables.map(({ store }) => store as unknown as AnyStoreDeclaration)
  const stores = [...topology.subTopologies.flatMap((sub) => sub.stores), ...globals]
  const place = (name: string): PlacedStore | undefined => {
    const subTopology = topology.subTopologies.find((sub) => sub.stores.some((store) => store.name === name))
    if (subTopology !== undefined) return taskStore(name, subTopology, options)
    const table = topology.globalTables.find(({ store }) => store.name === name)
    return table && globalStore(table.store as unknown as AnyStoreDeclaration, table.topic.name, options)
  }
  return {
    stores,
    find: (name) => {
      const found = placed.get(name) ?? place(name)
      if (found === undefined) {
        throw storeUnknown(
          name,
          stores.map((store) => store.name),
        )
      }
      placed.set(name, found)
      return found
    },
  }
}

interface Input {
  readonly topic: string
  readonly key: Serde<unknown>
  readonly partitions: number
}

function taskStore(name: string, subTopology: SubTopology, options: PlacingOptions): PlacedStore {
  const { applicationId, registry } = options
  const declaration = subTopology.stores.find((store) => store.name === name)!
  const topic = changelogTopic(applicationId, name)
  const inputs = inputsOf(subTopology, options)
  const largest = inputs.reduce((most, input) => (input.partitions > most.partitions ? input : most))
  const opened = once(() => openKey(largest, registry))
  return {
    declaration,
    subTopology,
    topic,
    partitions: largest.partitions,
    inputs: inputs.map((input) => input.topic),
    codec: codecOnce({ declaration, topic, registry }),
    partitionOf: async (key) => {
      if (largest.key.name !== keySerdeOf(declaration).name) return undefined
      const bytes = encodedKey(await opened(), key, { store: name, topic: largest.topic })
      return partitionFor(bytes, largest.partitions)
    },
  }
}

function globalStore(declaration: AnyStoreDeclaration, topic: string, options: PlacingOptions): PlacedStore {
  return {
    declaration,
    subTopology: undefined,
    topic,
    partitions: options.partitionsOf(topic),
    inputs: [topic],
    codec: codecOnce({ declaration, topic, registry: options.registry }),
    partitionOf: async () => undefined,
  }
}

function inputsOf(sub: SubTopology, { applicationId, partitionsOf }: PlacingOptions): readonly Input[] {
  const sources = sub.sources.map(({ topic: { name, key } }) => ({ topic: name, key }))
  const repartitions = sub.repartitionSources.map(({ spec }) => ({
    topic: repartitionTopic(applicationId, spec.repartition),
    key: spec.key,
  }))
  return [...sources, ...repartitions].map((input) => ({ ...input, partitions: partitionsOf(input.topic) }))
}

async function openKey({ topic, key }: Input, registry: SchemaRegistry | undefined): Promise<OpenSerde<unknown>> {
  const open = key.open({ topic, role: 'key', registry })
  await open.ready
  return open
}

function encodedKey(
  serde: OpenSerde<unknown>,
  key: unknown,
  { store, topic }: { readonly store: string; readonly topic: string },
): Buffer {
  try {
    const bytes = serde.encode(key)
    if (bytes !== null) return bytes
  } catch (error) {
    if (!(error instanceof MillraceError)) throw error
    throw queryInvalid(store, `the key is none of topic ${topic}: ${error.message}`, error)
  }
  throw queryInvalid(store, 'null is no key')
}

function codecOnce(options: CodecOptions): () => Promise<StoreCodec> {
  return once(() => openCodec(options))
}

/** What failed is tried again by the next call. */
function once<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | undefined
  return () => {
    opened ??= open().catch((error: unknown) => {
      opened = undefined
      throw error
    })
    return opened
  }
}
