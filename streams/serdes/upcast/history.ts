import { TerminalError } from '../../errors'
import type { MaybePromise, RegisteredSchema } from '../../registry/port'
import type { Serde, SerdeContext, SerdeRole } from '../serde'

/** What a serde of a registered schema knows of other versions of it. */
export interface SerdeHistory {
  readonly subject: string
  /** What in another version of the schema it could not read; empty where it can read everything. */
  lacking(writer: WriterSchema): readonly string[]
  /** Whether it is what this serde writes itself. */
  isPresent(writer: WriterSchema): boolean
}

export type WriterSchema = Pick<RegisteredSchema, 'type' | 'schema' | 'referenced'>

export type HistoryOf = (context: Pick<SerdeContext, 'topic' | 'role'>) => SerdeHistory

/** A registry that can say which versions a subject has had. */
export interface VersionedRegistry {
  versions(subject: string): MaybePromise<readonly VersionOfSubject[]>
}

export interface VersionOfSubject extends Omit<RegisteredSchema, 'id'> {
  readonly version: number
}

/** A version in the registry of which something could not be read. */
export interface MissingWay {
  readonly subject: string
  readonly version: number
  /** Of the event or field, for people. */
  readonly lacks: string
}

interface WithSerdes {
  readonly name: string
  readonly key: Pick<Serde<unknown>, 'history'>
  readonly value: Pick<Serde<unknown>, 'history'>
}

/**
 * Every version of the topics' schemas, as the registry has them, that lacks a way to the present one: by Avro's resolution
 * or by a chain of upcasters. Empty where every event can be read that code up to this may have written.
 * @throws OutageError REGISTRY_UNAVAILABLE
 */
export async function missingWays(
  topics: readonly WithSerdes[],
  registry: VersionedRegistry,
): Promise<readonly MissingWay[]> {
  const found: MissingWay[] = []
  for (const topic of topics) {
    for (const role of ['key', 'value'] as const) found.push(...(await missingIn(topic, role, registry)))
  }
  return found
}

async function missingIn(topic: WithSerdes, role: SerdeRole, registry: VersionedRegistry) {
  const history = topic[role].history?.({ topic: topic.name, role })
  if (history === undefined) return []
  const { subject } = history
  const versions = await registry.versions(subject)
  // What came after the present one was registered by newer code, next to which this may go on running for a while.
  const present = versions.findLastIndex(history.isPresent)
  const older = present < 0 ? versions : versions.slice(0, present)
  return older.flatMap((one) => history.lacking(one).map((lacks) => ({ subject, version: one.version, lacks })))
}

/**
 * For the start of an application: stops it before it meets an event that it cannot read.
 * @throws TerminalError SCHEMA_INCOMPATIBLE, listing subject, version and what lacks; OutageError REGISTRY_UNAVAILABLE
 */
export async function checkHistory(topics: readonly WithSerdes[], registry: VersionedRegistry): Promise<void> {
  const missing = await missingWays(topics, registry)
  if (missing.length === 0) return
  const lines = missing.map(({ subject, version, lacks }) => `${subject} version ${version}: ${lacks}`)
  throw new TerminalError('SCHEMA_INCOMPATIBLE', `what was written before cannot be read: ${lines.join('; ')}`, {
    details: { missing },
  })
}
