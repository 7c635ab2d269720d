/**
 * The golden corpus: bytes of every version of every contract that was ever released, as they lie in topics, with the
 * values they must be read as. A version's file never changes once it is there.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { parseRegistered, type RegisteredSchema, type SchemaRegistry, TerminalError, type Topic } from 'millrace'
import { arbitraryOf } from '../schemas/arbitrary'

export interface GoldenRecord {
  /** With the wire format's header, in base64. */
  readonly wire: string
  /** As it was written. */
  readonly written: unknown
}

export interface GoldenVersion {
  readonly subject: string
  readonly version: number
  /** In the header of its records. */
  readonly schemaId: number
  readonly schema: unknown
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

/** Adds the present schema as a version, unless the last one is the same; says what it did. */
export function addVersion({ topic, schema, number }: Contract): string | undefined {
  const versions = versionsOf(topic.name)
  const json: unknown = JSON.parse(schema)
  if (versions.some((known) => JSON.stringify(known.schema) === JSON.stringify(json))) return undefined
  const version = (versions.at(-1)?.version ?? 0) + 1
  const schemaId = number * IDS_OF_A_TOPIC + version
  const registry = goldenRegistry(versions, schemaId)
  const serde = topic.value.open({ topic: topic.name, role: 'value', registry })
  const values = samplesOf(schema)
  const records = values.map((written) => ({ wire: serde.encode(written)!.toString('base64'), written }))
  const golden: GoldenVersion = { subject: `${topic.name}-value`, version, schemaId, schema: json, records }
  mkdirSync(folder(topic.name), { recursive: true })
  writeFileSync(join(folder(topic.name), `v${version}.json`), `${JSON.stringify(golden, undefined, 1)}\n`)
  return `${topic.name}: added version ${version} with ${records.length} records`
}

/** To be looked at before it is committed: it says how what is old is read from now on. */
export function writeExpected(contract: Contract): void {
  const file = join(folder(contract.topic.name), 'expected.json')
  writeFileSync(file, `${JSON.stringify(readAll(contract), undefined, 1)}\n`)
}

function samplesOf(schema: string): readonly unknown[] {
  const type = parseRegistered({ id: 0, type: 'AVRO', schema })
  const sealed = fc.constantFrom(...sealedAddresses)
  const branches = type.kind === 'union' ? type.branches : [type]
  const each = Math.ceil(SAMPLES / branches.length)
  return branches.flatMap((branch, index) =>
    fc.sample(arbitraryOf(branch, { personal: sealed }), { seed: SEED + index, numRuns: each }),
  )
}

/** Sealed with keys that are no secret: see golden.test.ts, which also opens them. */
const sealedAddresses = ['sealed:1:AAAA']
