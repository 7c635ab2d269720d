/**
 * An Avro schema as a value: every name qualified and every reference replaced by the type it names, so that a recursive
 * schema is a graph with cycles. The compatibility checker, the code generation and the codec walk it.
 */
import type { Json, JsonObject } from './json'

export const primitiveKinds = ['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'] as const

export type PrimitiveKind = (typeof primitiveKinds)[number]

/** A logical type that fits the type under it; any other is ignored, as the specification says. */
export type LogicalType =
  | { readonly name: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly name: SimpleLogicalType }

export type SimpleLogicalType =
  | 'big-decimal'
  | 'uuid'
  | 'date'
  | 'time-millis'
  | 'time-micros'
  | 'timestamp-millis'
  | 'timestamp-micros'
  | 'timestamp-nanos'
  | 'local-timestamp-millis'
  | 'local-timestamp-micros'
  | 'local-timestamp-nanos'
  | 'duration'

/** What a schema says besides what Avro knows, such as `confluent:tags`; also what makes a logical type. */
interface WithProps {
  readonly props: JsonObject
}

export interface PrimitiveType extends WithProps {
  readonly kind: PrimitiveKind
  readonly logical?: LogicalType
}

interface NamedType extends WithProps {
  /** The full name. */
  readonly name: string
  /** Full names; one that is in no namespace, of a type that is in one, is the bare name. */
  readonly aliases: readonly string[]
  readonly doc?: string
}

export interface FixedType extends NamedType {
  readonly kind: 'fixed'
  /** In bytes. */
  readonly size: number
  readonly logical?: LogicalType
}

export interface EnumType extends NamedType {
  readonly kind: 'enum'
  readonly symbols: readonly string[]
  /** What a reader takes for a symbol it does not know. */
  readonly default?: string
}

export interface RecordField extends WithProps {
  readonly name: string
  readonly type: AvroType
  readonly aliases: readonly string[]
  readonly doc?: string
  /** Absent when there is none (`null` is a default). */
  readonly default?: FieldDefault
  /** How the field takes part in the order of records. */
  readonly order: 'ascending' | 'descending' | 'ignore'
  /** `confluent:tags`, where it has any: `PII` marks what is personal. */
  readonly tags?: readonly string[]
  /** `millrace.subject`: its value names the person whom the record's personal data is about. */
  readonly subject?: true
  /** `millrace.redacted`: what a personal field shows once its person is forgotten. */
  readonly redacted?: { readonly json: unknown }
}

export interface FieldDefault {
  /** As a value of JavaScript; numbers beyond 2^53 are not exact here. */
  readonly json: unknown
  /** As it is written. */
  readonly exact: Json
}

export interface RecordType extends NamedType {
  readonly kind: 'record'
  readonly fields: readonly RecordField[]
}

export interface ArrayType extends WithProps {
  readonly kind: 'array'
  readonly items: AvroType
}

export interface MapType extends WithProps {
  readonly kind: 'map'
  readonly values: AvroType
}

export interface UnionType {
  readonly kind: 'union'
  readonly branches: readonly AvroType[]
}

export type AvroType = PrimitiveType | FixedType | EnumType | RecordType | ArrayType | MapType | UnionType

export type NamedAvroType = FixedType | EnumType | RecordType

/** The name without its namespace. */
export function simpleName(fullName: string): string {
  return fullName.slice(fullName.lastIndexOf('.') + 1)
}

/** How a type is called as a branch of a union: its full name or its kind. */
export function branchName(type: AvroType): string {
  return 'name' in type ? type.name : type.kind
}
