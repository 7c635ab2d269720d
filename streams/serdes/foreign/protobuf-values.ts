/** Protobuf messages as plain values: longs as text (exact), enums by name, bytes as Buffers, what is unset as its default. */
import type { ForeignSchema } from '../../registry/foreign'
import type { MessageType } from './message-index'

interface Field {
  readonly name: string
  readonly type: string
  readonly resolvedType: { readonly fieldsArray?: readonly Field[]; readonly values?: object } | null
  readonly repeated: boolean
  readonly map: boolean
  resolve(): Field
}

/** What the library keeps its compiled message in. */
interface Message extends MessageType {
  readonly fieldsArray: readonly Field[]
  verify(value: object): string | null
  fromObject(value: object): object
  toObject(message: object, options: object): unknown
}

const plain = { longs: String, enums: String, defaults: true, oneofs: true }
const longs: ReadonlySet<string> = new Set(['int64', 'uint64', 'sint64', 'fixed64', 'sfixed64'])

export function messageOf(schema: ForeignSchema): Message {
  return (schema as unknown as { readonly message: Message }).message
}

export function plainMessage(schema: ForeignSchema, bytes: Buffer): unknown {
  return messageOf(schema).toObject(schema.fromBuffer(bytes) as object, plain)
}

/** @throws TypeError for what does not fit: the library would make a number of any text */
export function messageBytes(schema: ForeignSchema, value: unknown): Buffer {
  const message = messageOf(schema)
  if (typeof value !== 'object' || value === null) throw new TypeError('expected a message')
  const problem = message.verify(checkable(value, message.fieldsArray) as object)
  if (problem !== null) throw new TypeError(problem)
  return schema.toBuffer(message.fromObject(value))
}

/** The library's check knows neither longs as text nor enums by name: they are looked at here and pass as numbers. */
function checkable(value: object, fields: readonly Field[]): object {
  const entries = Object.entries(value).map(([name, given]) => {
    const field = fields.find((one) => one.name === name)
    if (field === undefined) throw new TypeError(`${name}: there is no such field`)
    return [name, field.repeated || field.map ? eachOf(given, (one) => checked(one, field)) : checked(given, field)]
  })
  return Object.fromEntries(entries)
}

function checked(given: unknown, field: Field): unknown {
  const { type, resolvedType } = field.resolve()
  if (longs.has(type)) {
    if (typeof given === 'bigint' || (typeof given === 'string' && /^-?\d{1,20}$/.test(given))) return 0
    if (typeof given === 'number' && !Number.isSafeInteger(given))
      throw new TypeError(`${field.name}: beyond 2^53 a number is not exact; give it as text`)
    return given
  }
  if (resolvedType?.values !== undefined && typeof given === 'string') {
    const number = (resolvedType.values as Readonly<Record<string, number>>)[given]
    if (number === undefined) throw new TypeError(`${field.name}: ${given} is none of the enum's values`)
    return number
  }
  const isMessage = resolvedType?.fieldsArray !== undefined && typeof given === 'object' && given !== null
  return isMessage ? checkable(given, resolvedType.fieldsArray) : given
}

function eachOf(given: unknown, work: (one: unknown) => unknown): unknown {
  if (Array.isArray(given)) return given.map(work)
  if (typeof given !== 'object' || given === null) return given
  return Object.fromEntries(Object.entries(given).map(([key, one]) => [key, work(one)]))
}
