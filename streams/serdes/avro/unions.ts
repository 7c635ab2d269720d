/** A union of plain values: no wrapping object, `T | null` for what may be null. */

import { simpleName } from '../../registry/avro/schema'
import {
  type AvscType,
  type CheckHook,
  type CopyOptions,
  type Resolver,
  type ResolverOptions,
  resolverOf,
  type Tap,
  type TypeOptions,
  UnionType,
} from './avsc'
import type { PickBranch } from './codec/branches'

/** What avsc's base of unions sets. */
interface UnionFields {
  readonly types: readonly AvscType[]
}

const baseResolver = (UnionType.prototype as AvscType).createResolver

/** Makes the type of a union; `pick` says which branch a value belongs to. */
export function plainUnion(branches: object, pick: PickBranch, options: TypeOptions): AvscType {
  class PlainUnion extends UnionType {
    declare readonly types: readonly AvscType[]

    override _read(tap: Tap): unknown {
      return branchAt(this.types, tap.readLong())._read(tap)
    }

    override _write(tap: Tap, value: unknown): void {
      const index = pick(value)
      if (index < 0) throw new TypeError('no branch of the union takes the value')
      tap.writeLong(index)
      this.types[index]!._write(tap, value)
    }

    override _check(value: unknown, flags: number, hook?: CheckHook, path?: string[]): boolean {
      const type = this.types[pick(value)]
      if (type) return type._check(value, flags, hook, path)
      hook?.(value, this)
      return false
    }

    override _copy(value: unknown, options?: CopyOptions): unknown {
      if (options?.coerce !== 2) return (this.types[pick(value)] ?? this.types[0])!._copy(value, options)
      // A default: since Avro 1.12 of any branch, the first that takes it.
      for (const type of this.types) {
        const copy = attempt(() => type._copy(value, options))
        if (copy.done) return copy.value
      }
      throw new TypeError('no branch of the union takes the default')
    }

    /** A writer's branch that cannot be read is an error when it comes, not before: an old reader reads on until then. */
    override createResolver(writer: AvscType, options: ResolverOptions = {}): Resolver {
      if (!writer.typeName.startsWith('union:')) return baseResolver.call(this, writer, options)
      const resolvers = (writer as unknown as UnionFields).types.map(
        (type) => tryResolver(this, type, options) ?? unreadable(type),
      )
      return resolverOf(this, (tap) => branchAt(resolvers, tap.readLong())._read(tap))
    }

    /** Java's order: the same type wherever it stands, then one of the same simple name, then the first that can read it. */
    _update(resolver: Resolver, writer: AvscType, options: ResolverOptions): void {
      const same = this.types.find((type) => isSame(type, writer))
      const found = same ? same.createResolver(writer, options) : firstReading(this.types, writer, options)
      if (found) resolver._read = (tap) => found._read(tap)
    }

    static {
      Object.defineProperty(PlainUnion.prototype, 'typeName', { value: 'union:plain' })
    }
  }
  return Object.freeze(new PlainUnion(branches, options))
}

function firstReading(types: readonly AvscType[], writer: AvscType, options: ResolverOptions): Resolver | undefined {
  const named = types.filter((type) => isRecordNamed(type, writer))
  for (const type of [...named, ...types]) {
    const resolver = tryResolver(type, writer, options)
    if (resolver) return resolver
  }
  return undefined
}

function isRecordNamed(reader: AvscType, { name }: AvscType): boolean {
  return reader.typeName === 'record' && name !== undefined && simpleName(reader.name ?? '') === simpleName(name)
}

function branchAt<T>(branches: readonly T[], index: number): T {
  const branch = branches[index]
  if (branch === undefined) throw new RangeError(`the union has no branch ${index}`)
  return branch
}

function isSame(reader: AvscType, writer: AvscType): boolean {
  return reader.typeName === writer.typeName && reader.name === writer.name
}

/** avsc remembers half-made resolvers of records; those of an attempt that failed must not be found by the next. */
function tryResolver(reader: AvscType, writer: AvscType, options: ResolverOptions): Resolver | undefined {
  options.registry ??= {}
  const registry = { ...options.registry }
  const made = attempt(() => reader.createResolver(writer, { ...options, registry }))
  if (!made.done) return undefined
  Object.assign(options.registry, registry)
  return made.value
}

type Attempt<T> = { readonly done: true; readonly value: T } | { readonly done: false }

function attempt<T>(work: () => T): Attempt<T> {
  try {
    return { done: true, value: work() }
  } catch {
    return { done: false }
  }
}

function unreadable(type: AvscType): Resolver {
  const message = `the writer's branch ${type.branchName} cannot be read as any branch of the reader's union`
  return {
    _read: () => {
      throw new TypeError(message)
    },
  }
}
