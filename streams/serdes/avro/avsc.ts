/**
 * The parts of avsc (pinned to 5.7.9) that its typings leave out. Everything we do inside avsc goes through here: our types
 * extend its own, since some of its values are wrong for us (FACTS: longs lose their sign, `__proto__` is dropped, unions
 * of records come wrapped) and its public hooks for that are slow.
 */
import { type Type, types } from 'avsc'

/** What a type reads from and writes to. Reading and writing past the end goes unnoticed until `isValid`. */
export interface Tap {
  readonly buf: Buffer
  pos: number
  isValid(): boolean
  readInt(): number
  writeInt(value: number): void
  readLong(): number
  writeLong(value: number): void
  readString(): string
  writeString(value: string): void
  readBytes(): Buffer | undefined
  writeBytes(value: Buffer): void
  readFixed(size: number): Buffer | undefined
  writeFixed(value: Buffer, size: number): void
  readDouble(): number
  readFloat(): number
}

/** Told of each value that does not fit, with its path (shared and changing: copy it). */
export type CheckHook = (value: unknown, type: AvscType) => void

/** `coerce: 2` makes a value of JSON, as it stands in a schema as a default. */
export interface CopyOptions {
  readonly coerce?: number
}

export interface Resolver {
  _read(tap: Tap): unknown
}

export interface ResolverOptions {
  readonly ignoreNamespaces?: boolean
  /** Resolvers of records that are being made, so that a recursive schema ends. */
  registry?: Record<string, Resolver>
}

/** A type with the methods that avsc's own types call on each other. */
export interface AvscType extends Omit<Type, 'createResolver'> {
  readonly typeName: string
  readonly name: string | undefined
  readonly branchName: string | undefined
  _read(tap: Tap): unknown
  _write(tap: Tap, value: unknown): void
  _check(value: unknown, flags: number, hook?: CheckHook, path?: string[]): boolean
  _copy(value: unknown, options?: CopyOptions): unknown
  createResolver(writer: AvscType, options?: ResolverOptions): Resolver
}

/** Options as avsc hands them down while it makes a type: names seen so far, the namespace around. */
export type TypeOptions = Parameters<typeof Type.forSchema>[1]

type PrimitiveConstructor = new () => AvscType
type SchemaConstructor = new (schema: object, options: TypeOptions) => AvscType

export const LongType = types.LongType as unknown as PrimitiveConstructor
export const IntType = types.IntType as unknown as PrimitiveConstructor
export const FloatType = types.FloatType as unknown as PrimitiveConstructor
export const DoubleType = types.DoubleType as unknown as PrimitiveConstructor
export const StringType = types.StringType as unknown as PrimitiveConstructor
export const BytesType = types.BytesType as unknown as PrimitiveConstructor
export const FixedType = types.FixedType as unknown as SchemaConstructor
export const MapType = types.MapType as unknown as SchemaConstructor
export const RecordType = types.RecordType as unknown as SchemaConstructor

/** The base of avsc's two union types, which it does not export. */
export const UnionType = (types.UnwrappedUnionType as unknown as { readonly super_: SchemaConstructor }).super_

export interface AvscField {
  readonly name: string
  readonly type: AvscType
  defaultValue(): unknown
}

/** A resolver of our own making, in the shape that avsc looks for. */
export function resolverOf(reader: AvscType, read: (tap: Tap) => unknown): Resolver {
  const peek = (tap: Tap) => {
    const { pos } = tap
    const value = read(tap)
    tap.pos = pos
    return value
  }
  return Object.freeze({ _readerType: reader, _read: read, _peek: peek })
}
