/** Our values as Avro's JSON encoding has them: the branch of a union by its name, bytes as Latin-1, logical types bare. */
import type { Parsed } from '../schemas/arbitrary'

type Union = Extract<Parsed, { readonly kind: 'union' }>
type Fields = Readonly<Record<string, unknown>>

export function avroJson(type: Parsed, value: unknown): unknown {
  switch (type.kind) {
    case 'bytes':
      return type.logical?.name === 'decimal' ? decimalBytes(value as string, type.logical.scale) : latin1(value)
    case 'array':
      return (value as readonly unknown[]).map((item) => avroJson(type.items, item))
    case 'map':
      return Object.fromEntries(Object.entries(value as Fields).map(([key, one]) => [key, avroJson(type.values, one)]))
    case 'record':
      return Object.fromEntries(type.fields.map(({ name, type: of }) => [name, avroJson(of, (value as Fields)[name])]))
    case 'union': {
      if (value === null) return null
      const branch = branchOf(type, value)
      return { ['name' in branch ? branch.name : branch.kind]: avroJson(branch, value) }
    }
    default:
      return value
  }
}

/** The contracts have unions of null and one other, and of records that say what they are by an enum of one symbol. */
function branchOf({ branches }: Union, value: unknown): Parsed {
  const others = branches.filter(({ kind }) => kind !== 'null')
  const found = others.find(
    (branch) =>
      branch.kind === 'record' &&
      branch.fields.some(
        ({ name, type }) =>
          type.kind === 'enum' && type.symbols.length === 1 && (value as Fields)[name] === type.symbols[0],
      ),
  )
  const branch = others.length === 1 ? others[0] : found
  if (branch === undefined) throw new Error('the value is of no branch')
  return branch
}

function latin1(value: unknown): string {
  return (value as Buffer).toString('latin1')
}

function decimalBytes(text: string, scale: number): string {
  const [whole = '', fraction = ''] = text.split('.')
  const unscaled = BigInt(whole + fraction.padEnd(scale, '0'))
  let size = 1
  while (BigInt.asIntN(size * 8, unscaled) !== unscaled) size++
  const hex = BigInt.asUintN(size * 8, unscaled)
    .toString(16)
    .padStart(size * 2, '0')
  return Buffer.from(hex, 'hex').toString('latin1')
}
