/** Why data of one schema cannot be read as another, told by the fields of both rather than by a path in one. */
import { type AvroType, branchName, type RecordType, simpleName } from '../avro/schema'
import { checkCompatibility, type Incompatibility, type IncompatibilityType } from '../compatibility'

export interface Reason {
  readonly rule: IncompatibilityType | 'AMBIGUOUS_FIELD'
  /** For example `OrderCreated.items[].price`. */
  readonly path: string
  /** The full name of the named type that it is about, or in which the field is. */
  readonly type?: string
  readonly field?: string
  readonly message: string
}

/** Where a walk along a location has come to. */
interface Place {
  readonly reader: AvroType
  /** Undefined where the writer has no such field. */
  readonly writer?: AvroType
  readonly path: string
  readonly type?: string
  readonly field?: string
}

/** Empty when the reader can read what the writer wrote. */
export function explain(reader: AvroType, writer: AvroType): readonly Reason[] {
  return explainAt({ reader, writer, path: '' }, [])
}

function explainAt(start: Place, explained: readonly AvroType[]): readonly Reason[] {
  const { reader, writer } = start
  if (writer === undefined || explained.includes(reader)) return []
  const { incompatibilities, problem } = checkCompatibility(reader, writer)
  if (problem !== undefined) return [{ ...named(ambiguous(start, problem)), rule: 'AMBIGUOUS_FIELD', message: problem }]
  return incompatibilities.flatMap((found) => reasonsOf(found, follow(start, found.location), [...explained, reader]))
}

/** That a union has no branch for something says little where it has one of that name: what is wrong with it says more. */
function reasonsOf(found: Incompatibility, place: Place, explained: readonly AvroType[]): readonly Reason[] {
  const { reader, writer } = place
  if (found.type === 'MISSING_UNION_BRANCH' && reader.kind === 'union' && writer !== undefined) {
    const branch = alike(reader.branches, writer)
    const inner = branch ? explainAt({ ...place, reader: branch }, explained) : []
    if (inner.length > 0) return inner
    const about = 'name' in writer ? { ...place, type: writer.name } : place
    return [{ ...named(about), rule: found.type, message: found.message }]
  }
  return [{ ...named(place), rule: found.type, message: found.message }]
}

function alike(branches: readonly AvroType[], writer: AvroType): AvroType | undefined {
  const byName = (same: (name: string) => string) =>
    branches.find((one) => 'name' in one && 'name' in writer && same(one.name) === same(writer.name))
  return byName((name) => name) ?? byName(simpleName) ?? branches.find((one) => branchName(one) === branchName(writer))
}

/** The message begins with the field: no verdict, and so no location, comes with it. */
function ambiguous(start: Place, problem: string): Place {
  const [, type, field] = /^(\S+)\.([^.\s]+) /.exec(problem) ?? []
  return type === undefined || field === undefined
    ? entered(start)
    : { ...start, path: `${simpleName(type)}.${field}`, type, field }
}

function named({ path, type, field }: Place): Pick<Reason, 'path' | 'type' | 'field'> {
  const shown = path === '' && type !== undefined ? simpleName(type) : path
  return { path: shown, ...(type !== undefined && { type }), ...(field !== undefined && { field }) }
}

/** Along the steps of a location, in the reader and as far as it goes in the writer. */
function follow(start: Place, location: string): Place {
  let place = entered(start)
  const steps = location.split('/').filter((step) => step !== '')
  steps.forEach((step, at) => {
    const { reader, writer, path } = place
    const isIndex = /^\d+$/.test(step)
    if (isIndex && steps[at - 1] === 'fields' && reader.kind === 'record') {
      place = inField(place, reader, Number(step))
    } else if (isIndex && writer?.kind === 'union') {
      place = entered({ ...place, writer: writer.branches[Number(step)] })
    } else if (step === 'items' && reader.kind === 'array') {
      const inner = writer?.kind === 'array' ? writer.items : undefined
      place = entered({ ...place, reader: reader.items, writer: inner, path: `${path}[]` })
    } else if (step === 'values' && reader.kind === 'map') {
      const inner = writer?.kind === 'map' ? writer.values : undefined
      place = entered({ ...place, reader: reader.values, writer: inner, path: `${path}{}` })
    }
  })
  return place
}

/** Outside of any record, a named type tells where we are. */
function entered(place: Place): Place {
  const { reader, path } = place
  return path === '' && 'name' in reader ? { ...place, type: reader.name, field: undefined } : place
}

function inField({ writer, path }: Place, reader: RecordType, index: number): Place {
  const field = reader.fields[index]!
  const written =
    writer?.kind === 'record'
      ? writer.fields.find(({ name }) => name === field.name || field.aliases.includes(name))
      : undefined
  const within = path === '' ? simpleName(reader.name) : path
  return {
    reader: field.type,
    writer: written?.type,
    path: `${within}.${field.name}`,
    type: reader.name,
    field: field.name,
  }
}
