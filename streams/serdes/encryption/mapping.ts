/** Replaces personal leaves inside lists, maps and unions; what holds none stays the same object. */
import { branchName, type UnionType } from '../../registry/avro/schema'
import { branchPicker } from '../avro/codec/branches'

/** One personal text, or personal bytes. */
export interface Leaf {
  readonly value: string | Buffer
  /** Whom it is about. */
  readonly subject: string
  /** What stands in its place once the subject is forgotten. */
  readonly redacted: string | Buffer | null
  /** Of the field, for messages. */
  readonly field: string
}

export type Replace = (leaf: Leaf) => unknown
export type Mapper = (value: unknown, subject: string | undefined, replace: Replace) => unknown

export function items(mapper: Mapper): Mapper {
  return (value, subject, replace) => {
    if (!Array.isArray(value)) return value
    const mapped = value.map((item) => mapper(item, subject, replace))
    return mapped.every((item, index) => item === value[index]) ? value : mapped
  }
}

export function entries(mapper: Mapper): Mapper {
  return (value, subject, replace) => {
    if (!isObject(value)) return value
    const before = Object.entries(value)
    const after = before.map(([key, item]) => [key, mapper(item, subject, replace)] as const)
    return after.every(([, item], index) => item === before[index]![1]) ? value : Object.fromEntries(after)
  }
}

/** The mapper of the branch that a plain value belongs to. */
function picked(branches: readonly (Mapper | undefined)[], type: UnionType): Mapper {
  const pick = branchPicker(type)
  return (value, subject, replace) => {
    const mapper = branches[pick(value)]
    return mapper === undefined ? value : mapper(value, subject, replace)
  }
}

/** The mapper of the branch that a wrapped value names. */
function wrapped({ branches }: UnionType, mappersOf: readonly (Mapper | undefined)[]): Mapper {
  const byName = new Map(branches.map((branch, index) => [branchName(branch), mappersOf[index]]))
  return (value, subject, replace) => {
    if (!isObject(value)) return value
    const [name = ''] = Object.keys(value)
    const inner = byName.get(name)?.(value[name], subject, replace)
    if (inner === undefined || inner === value[name]) return value
    return inner === null ? null : { [name]: inner }
  }
}

/** A union's mapper, made of those of its branches. */
export function union(
  type: UnionType,
  mappersOf: readonly (Mapper | undefined)[],
  unions: 'plain' | 'wrapped' = 'plain',
): Mapper {
  return unions === 'wrapped' ? wrapped(type, mappersOf) : picked(mappersOf, type)
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !Buffer.isBuffer(value)
}
