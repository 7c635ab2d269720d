import { type AvroType, type RecordType, simpleName } from '../../../registry/avro/schema'

/** Pairs of records and what is thought of them; equal until found otherwise. */
type Seen = Map<RecordType, Map<RecordType, boolean>>

/**
 * Whether two unions are so much alike that a branch is read as the one of the same index (Java's `Resolver.unionEquiv`):
 * structure, simple names and symbols count.
 */
export function equivalent(writer: AvroType, reader: AvroType, seen: Seen = new Map()): boolean {
  if ('name' in writer && 'name' in reader && simpleName(writer.name) !== simpleName(reader.name)) return false
  if (writer.kind === 'union') return reader.kind === 'union' && equivalentLists(writer.branches, reader.branches, seen)
  if (writer.kind === 'array') return reader.kind === 'array' && equivalent(writer.items, reader.items, seen)
  if (writer.kind === 'map') return reader.kind === 'map' && equivalent(writer.values, reader.values, seen)
  if (writer.kind === 'fixed') return reader.kind === 'fixed' && writer.size === reader.size
  if (writer.kind === 'enum') return reader.kind === 'enum' && writer.symbols.join() === reader.symbols.join()
  if (writer.kind === 'record') return reader.kind === 'record' && equivalentRecords(writer, reader, seen)
  return writer.kind === reader.kind
}

function equivalentLists(writers: readonly AvroType[], readers: readonly AvroType[], seen: Seen): boolean {
  return (
    writers.length === readers.length && writers.every((writer, index) => equivalent(writer, readers[index]!, seen))
  )
}

function equivalentRecords(writer: RecordType, reader: RecordType, seen: Seen): boolean {
  const known = seen.get(writer) ?? new Map<RecordType, boolean>()
  seen.set(writer, known)
  if (!known.has(reader)) {
    known.set(reader, true)
    const alike =
      writer.fields.length === reader.fields.length &&
      writer.fields.every((field, index) => {
        const counterpart = reader.fields[index]!
        return field.name === counterpart.name && equivalent(field.type, counterpart.type, seen)
      })
    if (!alike) known.set(reader, false)
  }
  return known.get(reader)!
}
