/**
 * The golden corpus: bytes of every version of every contract that was ever released, as they lie in topics, with the
 * values they must be read as. A version's file never changes once it is there.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import {
  localKeyEncryption,
  memoryKeyStore,
  type OpenSerde,
  parseRegistered,
  personalDataVault,
  type RegisteredSchema,
  type SchemaRegistry,
  TerminalError,
  type Topic,
  type WrappedKey,
} from 'millrace'
import { arbitraryOf } from '../schemas/arbitrary'

export interface GoldenRecord {
  /** With the wire format's header, in base64. */
  readonly wire: string
  /** As it was written: what is personal is sealed. */
  readonly written: unknown
  /** With its personal fields open; absent where it has none. */
  readonly open?: unknown
}

export interface GoldenKey extends Omit<WrappedKey, 'wrapped'> {
  /** In base64. */
  readonly wrapped: string
}

export interface GoldenVersion {
  readonly subject: string
  readonly version: number
  /** In the header of its records. */
  readonly schemaId: number
  readonly schema: unknown
  /** With which personal fields are sealed; absent where there are none. They are no secret. */
  readonly keys?: readonly GoldenKey[]
  readonly records: readonly GoldenRecord[]
}

const folder = (topic: string) => join(__dirname, topic)
/** Enough to see every branch of every union several times. */
const SAMPLES = 24
const SEED = 20_240_101
/** Headers of different topics tell them apart, which shows a corpus that was put into the wrong place. */
const IDS_OF_A_TOPIC = 1_000

/** All versions of a topic's values, the first first. */
export function versionsOf(topic: string): readonly GoldenVersion[] {
  if (!existsSync(folder(topic))) return []
  const files = readdirSync(folder(topic)).filter((name) => /^v\d+\.json$/.test(name))
  const versions = files.map((name) => JSON.parse(readFileSync(join(folder(topic), name), 'utf8')) as GoldenVersion)
  return versions.sort((one, other) => one.version - other.version)
}

/** What the present code reads of each version's records, as it was last looked at and found right. */
export function expectedOf(topic: string): Readonly<Record<string, readonly unknown[]>> {
  const file = join(folder(topic), 'expected.json')
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}
}

/** A registry that knows the corpus, and gives the present schema of a topic its latest id there. */
export function goldenRegistry(versions: readonly GoldenVersion[], next?: number): SchemaRegistry {
  const textOf = ({ schema }: GoldenVersion) => JSON.stringify(schema)
  const byId = new Map(versions.map((version) => [version.schemaId, textOf(version)]))
  return {
    register: (_subject, schema) => {
      const found = versions.find((version) => textOf(version) === JSON.stringify(JSON.parse(schema)))
      const id = found?.schemaId ?? next
      if (id === undefined) throw new TerminalError('SCHEMA_UNKNOWN', 'the present schema has no version in the corpus')
      return id
    },
    schemaById: (id): RegisteredSchema => {
      const schema = byId.get(id)
      if (schema === undefined) throw new TerminalError('SCHEMA_UNKNOWN', `the corpus has no schema ${id}`)
      return { id, type: 'AVRO', schema }
    },
  }
}

export interface Contract {
  readonly topic: Topic<string, unknown>
  /** The text of its .avsc. */
  readonly schema: string
  /** Tells it apart from the others; from 1. */
  readonly number: number
}

/** Reads every version of a topic's corpus with the present serde. */
export function readAll({ topic }: Contract): Readonly<Record<string, readonly unknown[]>> {
  const versions = versionsOf(topic.name)
  const serde = topic.value.open({ topic: topic.name, role: 'value', registry: goldenRegistry(versions) })
  return Object.fromEntries(
    versions.map(({ version, records }) => [
      `v${version}`,
      records.map(({ wire }) => serde.decode(Buffer.from(wire, 'base64'))),
    ]),
  )
}

/** Adds the present schema as a version, unless it is there; says what it did. */
export async function addVersion({ topic, schema, number }: Contract): Promise<string | undefined> {
  const versions = versionsOf(topic.name)
  const json: unknown = JSON.parse(schema)
  if (versions.some((known) => JSON.stringify(known.schema) === JSON.stringify(json))) return undefined
  const version = (versions.at(-1)?.version ?? 0) + 1
  const schemaId = number * IDS_OF_A_TOPIC + version
  const registry = goldenRegistry(versions, schemaId)
  const { vault, store } = goldenVault([])
  const serde = topic.value.open({ topic: topic.name, role: 'value', registry, personalKeys: vault })
  const records = samplesOf(schema).map((value) => recordOf(value, serde))
  await vault.flush()
  const keys = (await store.all()).map((key) => ({ ...key, wrapped: key.wrapped.toString('base64') }))
  const subject = `${topic.name}-value`
  const golden: GoldenVersion = {
    ...{ subject, version, schemaId, schema: json },
    ...(keys.length > 0 && { keys }),
    records,
  }
  mkdirSync(folder(topic.name), { recursive: true })
  writeFileSync(join(folder(topic.name), `v${version}.json`), `${JSON.stringify(golden, undefined, 1)}\n`)
  return `${topic.name}: added version ${version} with ${records.length} records`
}

function recordOf(value: unknown, serde: OpenSerde<unknown>): GoldenRecord {
  const bytes = serde.encode(value)!
  const written = serde.decode(bytes)
  const sealed = JSON.stringify(written) !== JSON.stringify(value)
  return { wire: bytes.toString('base64'), written, ...(sealed && { open: value }) }
}

/** Opens what a version has sealed. The same keys come out at every run, so that a corpus can be made again. */
export function goldenVault(keys: readonly GoldenKey[]) {
  const store = memoryKeyStore()
  for (const key of keys) void store.put({ ...key, wrapped: Buffer.from(key.wrapped, 'base64') })
  const encryption = localKeyEncryption([{ id: 'golden', key: Buffer.alloc(32, 'golden') }])
  let count = 0
  const random = (size: number) => createHash('sha256').update(`golden ${count++}`).digest().subarray(0, size)
  return { store, vault: personalDataVault({ store, encryption, random }) }
}

/** To be looked at before it is committed: it says how what is old is read from now on. */
export function writeExpected(contract: Contract): void {
  const file = join(folder(contract.topic.name), 'expected.json')
  writeFileSync(file, `${JSON.stringify(readAll(contract), undefined, 1)}\n`)
}

function samplesOf(schema: string): readonly unknown[] {
  const type = parseRegistered({ id: 0, type: 'AVRO', schema })
  const personal = fc.string({ minLength: 1, unit: 'grapheme' }).map((text) => `in the clear: ${text}`)
  const branches = type.kind === 'union' ? type.branches : [type]
  const each = Math.ceil(SAMPLES / branches.length)
  return branches.flatMap((branch, index) =>
    fc.sample(arbitraryOf(branch, { personal }), { seed: SEED + index, numRuns: each }),
  )
}
