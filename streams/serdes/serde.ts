/**
 * A serde is declared once, on a topic or a store, and is a plain frozen value: it holds no client and no connection.
 * At the start of a task it is opened with what it needs; from then on it works synchronously, batch by batch.
 */
import type { Clock } from '../clock'
import type { SchemaRegistry } from '../registry/port'
import type { PersonalKeys } from './encryption/port'
import type { HistoryOf } from './upcast/history'

export type SerdeRole = 'key' | 'value'

/** Where a serde is used: the subject of a schema is derived from it, and errors name it. */
export interface SerdeContext {
  /** The topic; for a store's serde its changelog topic. */
  readonly topic: string
  readonly role: SerdeRole
  /** Absent where none is configured; a serde that needs it then throws CONFIG_INVALID. */
  readonly registry?: SchemaRegistry
  /** For serdes of schemas with personal fields; without them such a serde passes on what is sealed, and seals nothing. */
  readonly personalKeys?: PersonalKeys
  /** For what a serde remembers for a while (ids that the registry does not know). Default the system's. */
  readonly clock?: Clock
}

export interface Serde<T> {
  /** Part of the topology's fingerprint: two serdes of one name write the same bytes. For example `string`, `avro:OrderCreated`. */
  readonly name: string
  /** Whether null is one of its values. Where not, a null on the wire is a deserialization error (tables read it as a tombstone). */
  readonly nullable: boolean
  open(context: SerdeContext): OpenSerde<T>
  /** For serdes of registered schemas: what they know of other versions, for `checkHistory`. */
  readonly history?: HistoryOf
}

export interface OpenSerde<T> {
  /** Resolves when the serde may be used (schemas registered); absent when it may at once. @throws OutageError REGISTRY_UNAVAILABLE */
  readonly ready?: Promise<void>
  /** Two serdes of one encoding, compared by identity, write the same bytes for a value. Absent where nothing is said of it. */
  readonly encoding?: unknown
  /** @throws TerminalError SERIALIZATION_FAILED, naming the field */
  readonly encode: (value: T) => Buffer | null
  /** @throws TerminalError DESERIALIZATION_FAILED, PAYLOAD_MALFORMED, PAYLOAD_TOO_LARGE, SCHEMA_UNKNOWN */
  readonly decode: (bytes: Buffer | null) => T
  /**
   * Fetches what decoding these bytes will need and is not cached (writer schemas), once per batch.
   * Undefined when nothing is missing. @throws OutageError REGISTRY_UNAVAILABLE: no record is at fault.
   */
  prepare?(batch: readonly (Buffer | null)[]): Promise<void> | undefined
  /** A value as a text for dead letters and logs, where it may not be shown as it is. */
  describe?(value: T): string
}

/** The type a serde carries. */
export type SerdeType<S> = S extends Serde<infer T> ? T : never
