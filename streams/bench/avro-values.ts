/** Values of any schema, the same at every run. */
import type { AvroType } from '../registry/avro/schema'

/** A branch of a union in turn, texts as long as texts in events are. */
export function sampleValues(type: AvroType, count: number): readonly unknown[] {
  return Array.from({ length: count }, (_, seed) => sample(type, seed))
}

function sample(type: AvroType, seed: number): unknown {
  if ('logical' in type && type.logical) return sampleLogical(type.logical, seed)
  switch (type.kind) {
    case 'null':
      return null
    case 'boolean':
      return seed % 2 === 0
    case 'int':
      return seed % 1_000
    case 'long':
      return 1_732_258_000_000 + seed
    case 'float':
    case 'double':
      return seed / 4
    case 'string':
      return `text-${seed}`.padEnd(8 + (seed % 12), 'x')
    case 'bytes':
      return Buffer.alloc(seed % 32, seed)
    case 'fixed':
      return Buffer.alloc(type.size, seed)
    case 'enum':
      return type.symbols[seed % type.symbols.length]
    case 'array':
      return Array.from({ length: 1 + (seed % 3) }, (_, index) => sample(type.items, seed + index))
    case 'map':
      return { key: sample(type.values, seed) }
    case 'union':
      return sample(type.branches[seed % type.branches.length]!, Math.floor(seed / type.branches.length))
    case 'record':
      return Object.fromEntries(type.fields.map((field, index) => [field.name, sample(field.type, seed + index)]))
  }
}

function sampleLogical({ name }: { readonly name: string }, seed: number): unknown {
  const hex = (0x10000000 + seed).toString(16)
  if (name === 'uuid') return `${hex}-7dec-41d0-a765-00a0c91e6bf6`
  if (name === 'decimal') return `${seed % 1000}.${String(seed % 100).padStart(2, '0')}`
  if (name === 'date') return '2024-01-31'
  if (name.startsWith('time')) return 1_732_258_000_000 + seed
  throw new Error(`no sample of the logical type ${name}`)
}
