/**
 * What a reader does with each part of what a writer wrote: Java's `Resolver` (1.12), whose choices both of its decoders
 * follow. Parts that cannot be read are actions too, since they are errors only when they come.
 */
import type { AvroType, EnumType, RecordField, RecordType, UnionType } from '../../../registry/avro/schema'

export type Action =
  | SameAction
  | ErrorAction
  | ArrayAction
  | MapAction
  | EnumAction
  | RecordAction
  | WriterUnion
  | ReaderUnion

/** A kind read as itself or as one it promotes to. */
export interface SameAction {
  readonly does: 'read'
  readonly writer: AvroType
  readonly reader: AvroType
}

export interface ErrorAction {
  readonly does: 'fail'
  readonly message: string
}

export interface ArrayAction {
  readonly does: 'array'
  readonly items: Action
}

export interface MapAction {
  readonly does: 'map'
  readonly values: Action
}

export interface EnumAction {
  readonly does: 'enum'
  readonly writer: EnumType
  /** The reader's symbol for each of the writer's; undefined where it has none. */
  readonly symbols: readonly (string | undefined)[]
}

export interface RecordAction {
  readonly does: 'record'
  readonly reader: RecordType
  /** In the writer's order. */
  readonly fields: readonly FieldAction[]
  /** The reader's fields that the writer lacks. */
  readonly defaults: readonly FieldDefaultAction[]
  /** Why it cannot be read after all, which a recursive record may learn only when it is in use. */
  readonly failure?: string
}

export type FieldAction =
  | { readonly field: RecordField; readonly action: Action }
  /** The reader has no such field. */
  | { readonly skipped: RecordField }

export interface FieldDefaultAction {
  readonly field: RecordField
  /** The default in the binary of its type. */
  readonly bytes: Buffer
}

export interface WriterUnion {
  readonly does: 'writer-union'
  readonly branches: readonly Action[]
}

/** A value of a branch of the reader's union. */
export interface ReaderUnion {
  readonly does: 'branch'
  readonly union: UnionType
  readonly index: number
  readonly action: Action
}
