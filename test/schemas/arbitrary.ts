/** Random values of a schema, in the forms that generated types have. */
import fc from 'fast-check'
import { parseRegistered, type SchemaValues } from 'millrace'

export type Parsed = ReturnType<typeof parseRegistered>
type RecordOf = Extract<Parsed, { readonly kind: 'record' }>
type Logical = NonNullable<Extract<Parsed, { readonly kind: 'fixed' }>['logical']>

export function parsed(schema: string): Parsed {
  return parseRegistered({ id: 0, type: 'AVRO', schema })
}

export interface ArbitraryOptions extends SchemaValues {
  /** Texts of personal fields. Default null where a field may be null, else any text. */
  readonly personal?: fc.Arbitrary<string>
}

/** Values of the type; what is recursive ends after a few levels. */
export function arbitraryOf(type: Parsed, options: ArbitraryOptions = {}): fc.Arbitrary<unknown> {
  return arbitraries(options)(type, 0)
}

const maxDepth = 4

function arbitraries(options: ArbitraryOptions) {
  const valuesOf = (type: Parsed, depth: number): fc.Arbitrary<unknown> => {
    switch (type.kind) {
      case 'null':
        return fc.constant(null)
      case 'boolean':
        return fc.boolean()
      case 'int':
        return type.logical?.name === 'date' ? days : fc.integer()
      case 'long':
        return longOf(type.logical, options)
      case 'float':
        return fc.float()
      case 'double':
        return fc.double()
      case 'string':
        return type.logical?.name === 'uuid' ? fc.uuid() : fc.string({ unit: 'grapheme' })
      case 'bytes':
        return type.logical ? logicalBytes(type.logical) : bytesOf({})
      case 'fixed':
        return type.logical ? logicalBytes(type.logical) : bytesOf({ minLength: type.size, maxLength: type.size })
      case 'enum':
        return fc.constantFrom(...type.symbols)
      case 'array':
        return fc.array(lazily(type.items, depth), { maxLength: depth < maxDepth ? 3 : 0 })
      case 'map':
        return fc.dictionary(fc.string(), lazily(type.values, depth), {
          maxKeys: depth < maxDepth ? 3 : 0,
          noNullPrototype: true,
        })
      case 'union':
        return fc.oneof(...branchesOf(type.branches, depth))
      case 'record':
        return fc.record(fieldsOf(type, depth), { noNullPrototype: true })
    }
  }
  const lazily = (type: Parsed, depth: number) =>
    depth < maxDepth ? valuesOf(type, depth + 1) : fc.constant(undefined)
  const branchesOf = (branches: readonly Parsed[], depth: number) => {
    const ending = branches.filter(({ kind }) => kind === 'null')
    const chosen = depth >= maxDepth && ending.length > 0 ? ending : branches
    return chosen.map((branch) => {
      const value = valuesOf(branch, depth + 1)
      if (options.unions !== 'wrapped' || branch.kind === 'null') return value
      return value.map((inner) => ({ ['name' in branch ? branch.name : branch.kind]: inner }))
    })
  }
  const fieldsOf = ({ fields }: RecordOf, depth: number) =>
    Object.fromEntries(
      fields.map(({ name, type, tags, subject }) => {
        if (subject) return [name, fc.string({ minLength: 1 })]
        const nullable = type.kind === 'union' && type.branches.some(({ kind }) => kind === 'null')
        if (!tags?.includes('PII')) return [name, valuesOf(type, depth)]
        const text = options.personal ?? fc.string()
        return [name, nullable ? (options.personal === undefined ? fc.constant(null) : fc.option(text)) : text]
      }),
    )
  return valuesOf
}

const days = fc
  .date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10))

function longOf(logical: Logical | undefined, { long, logical: forms = {} }: SchemaValues): fc.Arbitrary<unknown> {
  if (logical === undefined) return long === 'bigint' ? fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }) : whole
  const form = forms[logical.name as keyof typeof forms]
  if (form === 'bigint' || (form === undefined && logical.name.endsWith('-nanos'))) {
    return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
  }
  if (form === 'date') return fc.date({ noInvalidDate: true })
  return fc.integer({ min: 0, max: 4_102_444_800_000 })
}

const whole = fc.integer({ min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER })

function logicalBytes(logical: Logical): fc.Arbitrary<unknown> {
  switch (logical.name) {
    case 'decimal': {
      const { precision, scale } = logical
      const limit = 10n ** BigInt(precision) - 1n
      return fc.bigInt({ min: -limit, max: limit }).map((unscaled) => decimalText(unscaled, scale))
    }
    case 'big-decimal':
      return fc.tuple(fc.bigInt(), fc.nat({ max: 20 })).map(([unscaled, scale]) => decimalText(unscaled, scale))
    case 'uuid':
      return fc.uuid()
    case 'duration': {
      const part = fc.integer({ min: 0, max: 2 ** 32 - 1 })
      return fc.record({ months: part, days: part, millis: part }, { noNullPrototype: true })
    }
    default:
      throw new Error(`no values of ${logical.name} in bytes`)
  }
}

function decimalText(unscaled: bigint, scale: number): string {
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0')
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`
  return unscaled < 0n ? `-${text}` : text
}

function bytesOf(options: { readonly minLength?: number; readonly maxLength?: number }): fc.Arbitrary<Buffer> {
  return fc.uint8Array(options).map((bytes) => Buffer.from(bytes))
}
